import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { openServerProcess } from "../apps/server/src/testing/server-process.ts";

const ROOT = path.join(import.meta.dirname, "..");
const readBlocks = (file: string): string[] => [...readFileSync(path.join(ROOT, file), "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands = ""]) => commands);

test("the commands of the guide to the command line run as they stand, one after the other", async () => {
  const server = await openServerProcess();
  onTestFinished(server.remove);
  const folder = mkdtempSync(path.join(tmpdir(), "loci-guide-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const commands = readBlocks("docs/cli.md").join("\n")
    .replaceAll("$PWD", ROOT).replace("http://localhost:8080", server.url).replace("data/first-key", path.join(server.dataDir, "first-key"));
  expect(commands).toContain(server.url);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder };
  const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-O", "expand_aliases", "-c", `${commands}\nloci list`], { cwd: folder, env });
  expect(stdout).toContain("Ada prefers tea to coffee.");
  expect(stdout).toContain("codex mcp add loci --url");
  // What was forgotten is gone, and the import of an export changed nothing.
  expect(stdout.trimEnd().split("\n").slice(-2).join()).not.toMatch(/staging|tea/);
});

test("the guide names every command of the help, and the exit codes that it tells", async () => {
  const guide = readFileSync(path.join(ROOT, "docs/cli.md"), "utf8");
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, "apps/cli/src/main.ts"), "--help"]);
  const names = [...stdout.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}[A-Z]/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !guide.includes(`loci ${name}`))).toEqual([]);
});
