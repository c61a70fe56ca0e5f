import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { shareListeningApp } from "../testing/chromium.ts";
import { startTokenProxy } from "../testing/token-proxy.ts";

// The package exports no path of its own files, so its command is found beside what it does export.
const COMMAND = path.join(path.dirname(createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json")), "dist/index.js");

const app = shareListeningApp({ env: { CONFORMANCE_FIXTURES: "on" } });

interface Run {
  code: number;
  output: string;
}

/** Runs the frozen set of scored scenarios of a revision; it exits with 0 when all of them pass. */
async function runScored(url: string, revision: string): Promise<Run> {
  const cwd = mkdtempSync(path.join(tmpdir(), "loci-conformance-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const words = [COMMAND, "server", "--url", url, "--requirements", revision];
  return promisify(execFile)(process.execPath, words, { cwd, maxBuffer: 2 ** 26 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, output: stdout + stderr }),
  );
}

/** The scenarios that count, by whether they passed: all of the summary but those that it calls not scored. */
function listScored(output: string): { name: string; passed: boolean }[] {
  const [, summary = ""] = output.split("=== SUMMARY ===");
  const [scored = "", rest = ""] = summary.split("Not scored for");
  const unscored = new Set(Array.from(rest.matchAll(/^ +[✓✗] ([\w-]+) \(/gm), ([, name]) => name));
  return Array.from(scored.matchAll(/^([✓✗]) ([\w-]+): /gm), ([, mark, name = ""]) => ({ name, passed: mark === "✓" })).filter(({ name }) => !unscored.has(name));
}

describe("the official conformance suite, with an empty list of expected failures,", () => {
  test.each([["2026-07-28", 37], ["2025-11-25", 30]] as const)("passes every scored scenario of %s (%i)", async (revision, scenarios) => {
    const { key } = await app().newWorkspace();
    const { code, output } = await runScored(`${await startTokenProxy(app().url, key)}/mcp`, revision);
    expect(listScored(output).filter(({ passed }) => !passed)).toEqual([]);
    expect(listScored(output)).toHaveLength(scenarios);
    expect(code, output.slice(-4_000)).toBe(0);
  }, 120_000);
});
