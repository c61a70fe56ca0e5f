import { enableCompileCache } from "node:module";
import { trimHeap } from "@loci/kit/heap";

// A thread has a compile cache of its own to turn on: without it each start strips all types again (25 MB, 200 ms).
enableCompileCache();
await import("./writer-thread.ts");
trimHeap();
