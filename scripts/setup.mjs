// Installs the dependencies. Plain JavaScript: any Node from 18 on runs it.
import { fileURLToPath } from "node:url";
import { installLocked } from "./npm-ci.mjs";

installLocked(fileURLToPath(new URL("..", import.meta.url)), "the dependencies", "about a minute, once; Node 24 comes with them");
