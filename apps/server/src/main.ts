import { enableCompileCache } from "node:module";
import { trimHeap } from "@loci/kit/heap";

// Type stripping and parsing are half of the start; the second start finds them done.
enableCompileCache();
const { runServer } = await import("./run.ts");
await runServer();
setTimeout(trimHeap, 1_000).unref();
