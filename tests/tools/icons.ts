import { launchBrowser } from "../support/browser.ts";
import { PROJECT } from "../support/program.ts";

// The task `icons`: draws the icons of an installed page from `static/favicon.svg`.

/** How an icon is drawn. */
interface Icon {
  readonly file: string;
  readonly size: number;
  /** Share of the edge that the drawing takes. */
  readonly share: number;
  /** Absent: transparent. */
  readonly background?: string;
}

/** Systems cut these into a shape of their own, so the drawing keeps to the middle. */
const FILLED = { share: 0.6, background: "#e6ecfa" };

const ICONS: readonly Icon[] = [
  { file: "icon-192.png", size: 192, share: 0.94 },
  { file: "icon-512.png", size: 512, share: 0.94 },
  { file: "maskable-512.png", size: 512, ...FILLED },
  { file: "apple-touch-180.png", size: 180, ...FILLED },
];

const drawing = await Deno.readTextFile(new URL("static/favicon.svg", PROJECT));
const browser = await launchBrowser();
for (const icon of ICONS) await draw(icon);
await browser.close();

async function draw({ file, size, share, background = "transparent" }: Icon): Promise<void> {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:${background}">
       <div style="width:${100 * share}%;height:${100 * share}%">${drawing}</div>
     </body>`,
  );
  const path = new URL(`static/icons/${file}`, PROJECT);
  const png = await page.screenshot({ omitBackground: true });
  await Deno.writeFile(path, png);
  console.log(`${file}: ${png.length} bytes`);
  await page.close();
}
