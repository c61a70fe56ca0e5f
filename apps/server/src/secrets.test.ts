import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { findWeakness, keepDevelopmentPepper } from "./secrets.ts";

test("the pepper of a development server is made once, strong, and readable by its owner alone", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-secrets-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const pepper = keepDevelopmentPepper(folder);
  expect(findWeakness(pepper, 32)).toBeNull();
  expect(keepDevelopmentPepper(folder)).toBe(pepper);
  expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
});

test("random secrets are not called weak", () => {
  for (let count = 0; count < 500; count++) expect(findWeakness(randomBytes(32).toString("base64"), 32)).toBeNull();
});
