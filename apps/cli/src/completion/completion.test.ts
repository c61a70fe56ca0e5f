import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shareListeningApp } from "../../../server/src/testing/chromium.ts";
import { MAIN, newMachine, type Machine } from "../testing/machine.ts";
import { findCandidates } from "./candidates.ts";
import { readGroupCache, writeGroupCache } from "./group-cache.ts";

const app = shareListeningApp();

const NAMES = { groups: async () => ["user:ada", "user:bob", "team"], profiles: () => ["default", "work"] };

test.each([
  ["sto", "store"],
  ["mc", "mcp"],
  ["comp", "completion"],
  ["mcp ", "add"],
  ["mcp add clau", "claude claude-code claude-desktop"],
  ["--profile work recall --gr", "--group"],
  ["recall -g user:", "user:ada user:bob"],
  ["recall what --group te", "team"],
  ["groups t", "team"],
  ["list --type p", "preference problem project"],
  ["list --profile ", "default work"],
  ["completion z", "zsh"],
  ["nothing --x", ""],
  ["store some words", ""],
])("what %j can become", async (line, expected) => {
  expect((await findCandidates(line.split(" "), NAMES)).join(" ")).toBe(expected);
});

test("every command that people type, and none of those for programs, is offered first", async () => {
  const found = await findCandidates([""], NAMES);
  expect(found).toContain("whoami");
  expect(found.every((word) => /^[a-z]+$/.test(word)), found.join(" ")).toBe(true);
});

/** What Bash itself would put in place of the word under the cursor. */
async function completeInBash(machine: Machine, line: string): Promise<string[]> {
  const script = `source <(loci completion bash); complete -p loci >&2; COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}; _loci_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", script], { env: { ...machine.env, PATH: `${path.join(machine.home, "bin")}:${machine.env["PATH"]}` } });
  return stdout.trimEnd().split("\n");
}

/** Where `loci` is a word that a shell finds. */
function newShell(env: Record<string, string>): Machine {
  const machine = newMachine(env);
  const bin = path.join(machine.home, "bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "loci"), `#!/bin/sh\nexec "${process.execPath}" "${MAIN}" "$@"\n`);
  chmodSync(path.join(bin, "loci"), 0o755);
  return machine;
}

test("in Bash commands, options and the groups of the server are completed, those with colons and spaces too", async () => {
  const { key, call } = await app().newWorkspace();
  for (const group of ["user:ada", "user:bob", "a team"]) await call("POST", "/v1/store", { content: "x", group });
  const machine = newShell({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url });
  expect(await completeInBash(machine, "loci rec")).toEqual(["recall"]);
  expect(await completeInBash(machine, "loci recall tea --gr")).toEqual(["--group"]);
  expect(await completeInBash(machine, "loci recall --group ")).toEqual([String.raw`a\ team`, "user:ada", "user:bob"]);
  // Bash has cut the line at the colon, and replaces what comes after it.
  expect(await completeInBash(machine, "loci recall --group user:a")).toEqual(["ada"]);
});

test("without a server a shell gets no groups, and no complaint", async () => {
  const machine = newMachine({ LOCI_API_KEY: "mk_live_anything", LOCI_BASE_URL: "http://127.0.0.1:9" });
  expect(await machine.run(["__complete", "--", "recall", "--group", ""])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect((await machine.run(["__complete", "--next", "--", "mcp"])).stdout).toBe("add\n");
});

test("groups that were asked for a while ago are answered at once, and only for their own server", () => {
  const { home } = newMachine();
  writeGroupCache(home, "default http://a", ["x"], 1_000);
  expect(readGroupCache(home, "default http://a", 2_000)).toEqual({ names: ["x"], fresh: true });
  expect(readGroupCache(home, "default http://a", 100_000)).toEqual({ names: ["x"], fresh: false });
  expect(readGroupCache(home, "default http://b", 2_000)).toBeNull();
});
