// The tests of the SDK run it on what it promises to run on. That stays in a folder of its own, off every PATH.
import { fileURLToPath } from "node:url";
import { installLocked } from "./npm-ci.mjs";

installLocked(fileURLToPath(new URL("../sdks/typescript/tests/runtimes", import.meta.url)), "Node 18, Deno and Bun for the tests of the SDK", "some seconds and 340 MB, once");
