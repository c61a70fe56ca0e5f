import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { openAuthenticator } from "../testing/authenticator.ts";
import { openServerProcess } from "../testing/server-process.ts";

const GUIDE = path.join(import.meta.dirname, "../../../../docs/accounts.md");

/** The commands of a document, block by block. */
const readBlocks = (file: string): string[] => [...readFileSync(file, "utf8").matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, commands = ""]) => commands);

test("the commands of the guide to accounts run as they stand, one after the other", async () => {
  const server = await openServerProcess();
  onTestFinished(server.remove);
  const folder = mkdtempSync(path.join(tmpdir(), "loci-guide-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [preparation = "", ...blocks] = readBlocks(GUIDE);
  const prepared = preparation.replace("http://localhost:8080", server.url);
  expect(prepared).toContain(server.url);

  const answers: { status?: string; secret?: string; ended?: number }[] = [];
  // What readers see on their own screens stands in the guide as an example.
  const seen = new Map<string, string>();
  for (const block of blocks) {
    const commands = [...seen].reduce((text, [example, real]) => text.replaceAll(example, real), block);
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", prepared + commands], { cwd: folder });
    answers.push(...stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)));
    const setup = answers.at(-1);
    if (setup?.secret === undefined) continue;
    const { code, recoveryCodes } = openAuthenticator(setup as Parameters<typeof openAuthenticator>[0]);
    seen.set("492039", code()).set("mP4xR-9cKqZ", recoveryCodes[0] ?? "");
  }
  const statuses = answers.flatMap(({ status }) => status ?? []);
  expect(statuses).toEqual(["sent", "signed_in", "signed_in", "sent", "signed_in", "sent", "signed_in", "second_factor_required", "signed_in"]);
  // Whoever signs in anew with the cookies of before keeps one session.
  expect(answers.at(-1)).toEqual({ ended: 0 });
});
