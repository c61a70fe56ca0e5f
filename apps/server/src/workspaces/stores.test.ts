import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startTestApp } from "../testing/harness.ts";

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-stores-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test.each(["deleted", "emptied"])("a store whose file was %s is reported as lost, and not replaced by an empty one", async (how) => {
  const dataDir = newFolder();
  const before = await startTestApp({ dataDir });
  const ours = await before.newWorkspace();
  await ours.call("POST", "/v1/store", { content: "Ada likes tea." });
  await before.close();
  const file = path.join(dataDir, "stores", `${ours.id}.db`);
  if (how === "deleted") rmSync(file);
  else truncateSync(file);

  const after = await startTestApp({ dataDir });
  const headers = { authorization: `Bearer ${ours.key}` };
  expect(await after.call("POST", "/v1/recall", { query: "tea" }, headers)).toMatchObject({ status: 503, body: { error: { code: "unavailable" } } });
  expect(after.logged).toContainEqual(expect.objectContaining({ level: "error", store: ours.id }));
  const others = await after.newWorkspace();
  expect((await others.call("POST", "/v1/store", { content: "works" })).status).toBe(200);
});

test("a server is not started with a pepper that its keys were not made with, unless the old one is given beside it", async () => {
  const dataDir = newFolder();
  const env = (pepper: string, previous?: string) => ({ KEY_PEPPER: pepper, ...(previous !== undefined && { KEY_PEPPER_PREVIOUS: previous }) });
  const [first, second] = ["first 8f3kd02kfj48dkw03mfkd93kfgh2", "second 0qk3nf83nf73nd9qk2n4fu8sk3n"];
  await (await startTestApp({ dataDir, env: env(first) })).close();
  await expect(startTestApp({ dataDir, env: env(second) })).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("KEY_PEPPER_PREVIOUS") });
  await (await startTestApp({ dataDir, env: env(second, first) })).close();
  await (await startTestApp({ dataDir, env: env(second) })).close();
});
