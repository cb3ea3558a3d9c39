import { blocksOf } from "./doc_blocks.ts";
import { PROJECT } from "./program.ts";

/** A proxy whose configuration `docs/operations.md` shows. */
export type ProxyName = "nginx" | "caddy" | "haproxy" | "apache";

/** Where the page is served. */
export type Place = "/" | "/chat/";

/** How the snippets of one proxy become a configuration that runs on loopback. */
interface Recipe {
  readonly program: string;
  /** Puts the snippet for a sub-path into the one for the root. */
  readonly nest: (root: string, subPath: string) => string;
  /** Adds what a whole configuration has besides. */
  readonly complete: (snippet: string, folder: string, port: number) => string;
  readonly args: (folder: string) => string[];
}

const APACHE_MODULES = [
  "mpm_event",
  "authz_core",
  "ssl",
  "socache_shmcb",
  "headers",
  "alias",
  "proxy",
  "proxy_http",
];

const RECIPES: Readonly<Record<ProxyName, Recipe>> = {
  nginx: {
    program: "/usr/sbin/nginx",
    nest: (root, subPath) => root.replace(/ {2}location \/ \{.*?\n {2}\}\n/s, subPath),
    complete: (snippet, folder, port) =>
      `daemon off; pid ${folder}/pid; error_log stderr; events {}
http {
  access_log off;
  ${
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
          .map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(" ")
      }
  ${snippet.replace("listen 443", `listen 127.0.0.1:${port}`)}
}`,
    args: (folder) => ["-p", folder, "-e", "stderr", "-c", `${folder}/configuration`],
  },
  caddy: {
    program: "/usr/bin/caddy",
    nest: (_, subPath) => subPath,
    complete: (snippet, folder, port) =>
      `{
  admin off
  auto_https disable_redirects
}
${
        snippet.replace(
          "localhost {",
          `https://localhost:${port} {\n  bind 127.0.0.1\n  tls ${folder}/localhost.pem ${folder}/localhost.key`,
        )
      }`,
    args: (folder) => ["run", "--adapter", "caddyfile", "--config", `${folder}/configuration`],
  },
  haproxy: {
    program: "/usr/sbin/haproxy",
    nest: (root, subPath) => root.replace(/ {2}default_backend.*/s, subPath),
    complete: (snippet, _, port) => snippet.replace("bind :443", `bind 127.0.0.1:${port}`),
    args: (folder) => ["-f", `${folder}/configuration`],
  },
  apache: {
    program: "/usr/sbin/apache2",
    nest: (root, subPath) => root.replace(/ {2}ProxyPass [^\n]*\n/, subPath),
    complete: (snippet, folder, port) =>
      `ServerRoot ${folder}
PidFile ${folder}/pid
ErrorLog /dev/stderr
DefaultRuntimeDir ${folder}
User www-data
Group www-data
Listen 127.0.0.1:${port}
${
        APACHE_MODULES.map((name) =>
          `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`
        ).join("\n")
      }
${snippet.replace("*:443", `127.0.0.1:${port}`)}`,
    args: (folder) => ["-D", "FOREGROUND", "-f", `${folder}/configuration`],
  },
};

/** Whether a proxy is installed where Debian installs it. */
export function isInstalled(name: ProxyName): boolean {
  try {
    return Deno.statSync(RECIPES[name].program).isFile;
  } catch {
    return false;
  }
}

/** A proxy that runs as documented, with a certificate for `localhost`. Dispose of it after use. */
export class DocumentedProxy implements AsyncDisposable {
  /** Trusts the proxy's certificate. */
  readonly client: Deno.HttpClient;
  #child: Deno.ChildProcess;
  #complaints: Promise<string>;
  #folder: string;

  private constructor(readonly port: number, child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#complaints = new Response(child.stderr).text();
    this.#folder = folder;
    const certificate = Deno.readTextFileSync(`${folder}/certificate`);
    this.client = Deno.createHttpClient({ caCerts: [certificate] });
  }

  /** Starts a proxy before a server at `serverPort`, and waits until it accepts connections. */
  static async start(name: ProxyName, place: Place, serverPort: number): Promise<DocumentedProxy> {
    const folder = await Deno.makeTempDir({ prefix: `parley-${name}-` });
    await Deno.chmod(folder, 0o755);
    await makeCertificate(folder);
    const port = freePort();
    const { program, complete, args } = RECIPES[name];
    const snippet = (await snippetFor(name, place))
      .replaceAll("127.0.0.1:8000", `127.0.0.1:${serverPort}`)
      .replaceAll("chat.example.com", "localhost")
      .replaceAll("/etc/ssl", folder);
    await Deno.writeTextFile(`${folder}/configuration`, complete(snippet, folder, port));
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const child = new Deno.Command(program, {
      args: args(folder),
      env,
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const proxy = new DocumentedProxy(port, child, folder);
    await proxy.#listening();
    return proxy;
  }

  async #listening(): Promise<void> {
    let hasEnded = false;
    this.#child.status.then(() => hasEnded = true);
    while (!hasEnded) {
      try {
        return (await Deno.connect({ hostname: "127.0.0.1", port: this.port })).close();
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    throw new Error(`The proxy doesn't start: ${await this.#complaints}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close();
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#complaints;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function snippetFor(name: ProxyName, place: Place): Promise<string> {
  const text = await Deno.readTextFile(new URL("docs/operations.md", PROJECT));
  const [root, subPath] = blocksOf("docs/operations.md", text)
    .filter(({ language }) => language === name).map((block) => block.text);
  if (root === undefined || subPath === undefined) throw new Error(`No snippets for ${name}`);
  return place === "/" ? root : RECIPES[name].nest(root, subPath);
}

/** Makes a certificate for `localhost`, a key, and one file with both, as HAProxy wants it. */
async function makeCertificate(folder: string): Promise<void> {
  const [key, certificate] = [`${folder}/localhost.key`, `${folder}/certificate`];
  const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
  const extensions = ["subjectAltName=DNS:localhost", "basicConstraints=critical,CA:FALSE"];
  const subject = ["-subj", "/CN=localhost", ...extensions.flatMap((text) => ["-addext", text])];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [...args, ...subject, "-keyout", key, "-out", certificate],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const both = await Deno.readTextFile(certificate) + await Deno.readTextFile(key);
  await Deno.writeTextFile(`${folder}/localhost.pem`, both);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}
