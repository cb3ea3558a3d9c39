// The task `bundle`. The task `dev` runs it before the server, again after each change.
import { bundlePage } from "./bundler.ts";
import { PAGE } from "./page_bundle.ts";

await bundlePage(PAGE);
