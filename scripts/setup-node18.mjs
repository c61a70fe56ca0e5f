// The tests of the SDK run it on the oldest Node that it promises to run on. It stays in a folder of its own, off every PATH.
import { fileURLToPath } from "node:url";
import { installLocked } from "./npm-ci.mjs";

installLocked(fileURLToPath(new URL("../sdks/typescript/tests/node18", import.meta.url)), "Node 18 for the tests of the SDK", "some seconds and 140 MB, once");
