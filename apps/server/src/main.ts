import { enableCompileCache } from "node:module";

// Type stripping and parsing are half of the start; the second start finds them done.
enableCompileCache();
const { runServer } = await import("./run.ts");
await runServer();
