import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shareListeningApp } from "../../server/src/testing/chromium.ts";
import { MAIN, newMachine } from "./testing/machine.ts";

const app = shareListeningApp();
const GUIDE = path.join(import.meta.dirname, "../../../docs/cli.md");

/** The commands of a document, block by block. */
const readBlocks = (file: string): string[] => [...readFileSync(file, "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands = ""]) => commands);

test("the commands of the guide to the command line run as they stand, one after the other", async () => {
  const { key, call } = await app().newWorkspace();
  const machine = newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url });
  // An alias is for people: a script has a function.
  const loci = `loci() { "${process.execPath}" "${MAIN}" "$@"; }\n`;
  const blocks = readBlocks(GUIDE).filter((block) => !/^(?:alias|export) /.test(block));
  expect(blocks.length).toBeGreaterThan(4);
  const script = path.join(machine.home, "guide.sh");
  writeFileSync(script, loci + blocks.join("\n"));
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", script], { env: machine.env, cwd: machine.home });
  expect(stdout).toContain("Ada prefers tea to coffee.");
  // Ada's group and the database's restarts were forgotten on the way; the export was taken in again unchanged.
  expect(stdout).toMatch(/Forgot 1 memory[^]*Imported 0 memories/);
  expect((await call("GET", "/v1/memories")).body.items).toEqual([]);
});
