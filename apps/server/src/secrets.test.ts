import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { findWeakness, toSecrets } from "./secrets.ts";

test("the secrets of a development server are made once, strong, and readable by their owner alone", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const made = toSecrets({ peppers: null, authSecret: null, dataDir: folder });
  for (const secret of [made.peppers.current, made.authSecret]) expect(findWeakness(secret, 32)).toBeNull();
  expect(toSecrets({ peppers: null, authSecret: null, dataDir: folder })).toEqual(made);
  expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("a folder that has only a pepper keeps it, and gets the other secret", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "secrets.json"), '{"key_pepper":"kept from before"}');
  expect(toSecrets({ peppers: null, authSecret: null, dataDir: folder })).toEqual({ peppers: { current: "kept from before", previous: null }, authSecret: expect.any(String) });
});

test("random secrets are not called weak", () => {
  for (let count = 0; count < 500; count++) expect(findWeakness(randomBytes(32).toString("base64"), 32)).toBeNull();
});
