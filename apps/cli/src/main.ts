#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Type stripping and parsing are most of the start; the second start finds them done.
enableCompileCache();
const { runCommandLine } = await import("./run.ts");
process.exitCode = await runCommandLine(process.argv.slice(2));
