import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll } from "vitest";

export const run = promisify(execFile);

export const ROOT = path.join(import.meta.dirname, "..");

/** A project that has the package as it is published. */
export interface Project {
  folder: string;
  /** The folder of the package in it. */
  dist: string;
}

/** One for all tests of a file. */
export function sharePublished(): () => Project {
  let project: Project | undefined;
  beforeAll(async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "loci-sdk-"));
    const dist = path.join(folder, "node_modules/@loci/sdk");
    mkdirSync(path.dirname(dist), { recursive: true });
    project = { folder, dist };
    await run(process.execPath, [path.join(ROOT, "scripts/build.ts"), dist]);
  }, 120_000);
  afterAll(() => {
    if (project !== undefined) rmSync(project.folder, { recursive: true, force: true });
  });
  return () => {
    if (project === undefined) throw new TypeError("The project is made with the first test.");
    return project;
  };
}

/** Puts what runs the scenarios beside the package, as plain JavaScript: `scenarios.mjs`, for any runtime. */
export function writeRunner({ folder }: Project): void {
  for (const name of ["methods", "run-scenario"]) {
    writeFileSync(path.join(folder, `${name}.mjs`), stripTypeScriptTypes(readFileSync(path.join(import.meta.dirname, `${name}.ts`), "utf8")));
  }
  writeFileSync(path.join(folder, "scenarios.mjs"), `
    import { callOperation } from "./methods.mjs";
    import { runScenarios } from "./run-scenario.mjs";
    export const run = (sdk, url, name) => runScenarios({ sdk, callOperation }, url, name);
  `);
}
