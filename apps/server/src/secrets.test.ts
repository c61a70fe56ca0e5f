import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { findWeakness, toSecrets } from "./secrets.ts";

const NOTHING = { peppers: null, authSecret: null };

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("the secrets of a development server are made once, strong, and readable by their owner alone", () => {
  const folder = newFolder();
  const made = toSecrets({ ...NOTHING, dataDir: folder });
  for (const secret of [made.peppers.current, made.authSecret]) expect(findWeakness(secret, 32)).toBeNull();
  expect(made.authSecret).not.toBe(made.peppers.current);
  expect(toSecrets({ ...NOTHING, dataDir: folder })).toEqual(made);
  expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["secrets.json"]);
});

test("a folder that has only a pepper keeps it, and gets the other secret", () => {
  const folder = newFolder();
  writeFileSync(path.join(folder, "secrets.json"), '{"key_pepper":"kept from before"}');
  const { peppers, authSecret } = toSecrets({ ...NOTHING, dataDir: folder });
  expect(peppers).toEqual({ current: "kept from before", previous: null });
  expect(findWeakness(authSecret, 32)).toBeNull();
  expect(toSecrets({ ...NOTHING, dataDir: folder })).toEqual({ peppers, authSecret });
});

test("a file of secrets that is broken is named, and not written over", () => {
  const folder = newFolder();
  for (const broken of ["", "{}", '{"auth_secret":"alone"}']) {
    writeFileSync(path.join(folder, "secrets.json"), broken);
    expect(() => toSecrets({ ...NOTHING, dataDir: folder })).toThrow(/secrets\.json is not as this server wrote it/);
  }
});

/** A process that has loaded the code, says so, and makes the secrets at a given time. */
function startMaker(folder: string) {
  const program = `
    const { toSecrets } = await import(${JSON.stringify(pathToFileURL(path.join(import.meta.dirname, "secrets.ts")).href)});
    process.stdout.write("ready\\n");
    const atMs = await new Promise((resolve) => process.stdin.once("data", (text) => resolve(Number(text))));
    while (Date.now() < atMs);
    process.stdout.write(JSON.stringify(toSecrets({ peppers: null, authSecret: null, dataDir: ${JSON.stringify(folder)} })));
    process.stdin.destroy();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ready = once(child.stdout, "data");
  const go = async (atMs: number) => {
    child.stdin.write(String(atMs));
    return JSON.parse(await text(child.stdout)) as unknown;
  };
  return { ready, go };
}

test.each([["nothing", null], ["only a pepper", '{"key_pepper":"kept from before"}']])("processes that start at the same moment on a folder that holds %s end with the same secrets", async (_, kept) => {
  for (let round = 0; round < 4; round += 1) {
    const folder = newFolder();
    if (kept !== null) writeFileSync(path.join(folder, "secrets.json"), kept);
    const makers = Array.from({ length: 3 }, () => startMaker(folder));
    await Promise.all(makers.map(({ ready }) => ready));
    const atMs = Date.now() + 20;
    const made = await Promise.all(makers.map(({ go }) => go(atMs)));
    expect(made[0]).toMatchObject({ authSecret: expect.any(String) });
    for (const other of [...made, toSecrets({ ...NOTHING, dataDir: folder })]) expect(other).toEqual(made[0]);
    expect(readdirSync(folder)).toEqual(["secrets.json"]);
  }
});

test("random secrets are not called weak", () => {
  for (let count = 0; count < 500; count++) expect(findWeakness(randomBytes(32).toString("base64"), 32)).toBeNull();
});
