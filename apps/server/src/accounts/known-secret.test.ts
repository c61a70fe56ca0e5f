import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startTestApp } from "../testing/harness.ts";
import { runAdmin } from "../testing/admin-command.ts";

const SECRETS = ["one secret of this installation, long enough", "another secret of an installation, long too"] as const;

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("a server with another AUTH_SECRET than the one before does not start, and says what to do; with that one it does", async () => {
  const dataDir = newFolder();
  await (await startTestApp({ dataDir, env: { AUTH_SECRET: SECRETS[0] } })).close();
  await expect(startTestApp({ dataDir, env: { AUTH_SECRET: SECRETS[1] } })).rejects.toMatchObject({ code: "unavailable", message: expect.stringMatching(/another AUTH_SECRET.*Start with that one/) });
  await (await startTestApp({ dataDir, env: { AUTH_SECRET: SECRETS[0] } })).close();
});

test("commands refuse another AUTH_SECRET as the server does", async () => {
  const dataDir = newFolder();
  await (await startTestApp({ dataDir })).close();
  const kept = path.join(dataDir, "secrets.json");
  writeFileSync(kept, JSON.stringify({ ...JSON.parse(readFileSync(kept, "utf8")), auth_secret: SECRETS[1] }));
  expect(await runAdmin(dataDir, "workspace", "list")).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("another AUTH_SECRET") });
});
