import type { Job } from "./job.ts";
import { Load } from "./load.ts";

// The load client: carries out the job that is its argument, as JSON, and prints what came of it.
if (import.meta.main) {
  const job = JSON.parse(Deno.args[0] ?? "") as Job;
  using load = new Load(job);
  try {
    console.log(JSON.stringify(load.run()));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    Deno.exitCode = 1;
  }
}
