/** This server's version, as in `deno.json` and as `welcome` and `--version` tell it. */
export const VERSION = "0.1.0";
