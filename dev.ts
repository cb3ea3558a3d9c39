import { bundlePage } from "./bundle.ts";
import { main } from "./main.ts";
import { PAGE } from "./routes/page_bundle.ts";

// `deno run --watch` starts this module again after each change, so a reload shows the change.
await bundlePage(PAGE);
await main(["--log-level", "debug", ...Deno.args]);
