import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { shareListeningApp } from "../testing/chromium.ts";

const MANIFEST = createRequire(import.meta.url).resolve("@modelcontextprotocol/inspector/package.json");
const { bin } = JSON.parse(readFileSync(MANIFEST, "utf8")) as { bin: Record<string, string> };
const COMMAND = path.join(path.dirname(MANIFEST), bin["mcp-inspector"] ?? "");

const app = shareListeningApp();

/** What the Inspector's command line says; throws unless it exits with 0. */
async function inspect(url: string, era: string, key: string, words: string[]): Promise<{ answer: unknown; warnings: string }> {
  const home = mkdtempSync(path.join(tmpdir(), "loci-inspector-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    COMMAND, "--cli", url, "--transport", "http", "--protocol-era", era, "--header", `Authorization: Bearer ${key}`, "-q", "--format", "json", ...words,
  ], { cwd: home, env: { HOME: home, PATH: path.dirname(process.execPath) } });
  return { answer: JSON.parse(stdout) as unknown, warnings: stderr };
}

describe.each(["modern", "legacy"])("the Inspector, in the %s era,", (era) => {
  test.each([
    ["finds no fault in the tools", "/mcp", ["--method", "tools/list", "--strict"], "recall_memories"],
    ["finds no fault in the tools of the minimal profile", "/mcp?profile=minimal", ["--method", "tools/list", "--strict"], "search_memories"],
    ["lists the templates of resources", "/mcp", ["--method", "resources/templates/list"], "loci://memory/{id}"],
    ["lists the prompts", "/mcp", ["--method", "prompts/list"], "recall_first"],
  ])("%s, without a warning", async (_, at, words, holds) => {
    const { key } = await app().newWorkspace();
    const { answer, warnings } = await inspect(app().url + at, era, key, words);
    expect(JSON.stringify(answer)).toContain(holds);
    expect(warnings).toBe("");
  }, 60_000);

  test("stores and recalls, and what it gets is what the tools say that they answer", async () => {
    const workspace = await app().newWorkspace();
    const call = (name: string, argument: string) => inspect(`${app().url}/mcp`, era, workspace.key, ["--method", "tools/call", "--tool-name", name, "--tool-arg", argument]);
    const stored = await call("store_memory", "content=The harbour opens at six.");
    const recalled = await call("recall_memories", "query=When does the harbour open?");
    expect(stored).toMatchObject({ answer: { result: { structuredContent: { status: "created" } } }, warnings: "" });
    expect(recalled).toMatchObject({ answer: { result: { structuredContent: { memories: [{ content: "The harbour opens at six." }] } } }, warnings: "" });
  }, 60_000);
});
