import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect, test } from "vitest";
import { publint } from "publint";
import { openServerProcess } from "../../../apps/server/src/testing/server-process.ts";
import { ROOT, run, sharePublished } from "./published.ts";

const require = createRequire(import.meta.url);
const TSC = path.join(path.dirname(require.resolve("typescript/package.json")), "bin/tsc");
const ATTW = path.join(path.dirname(require.resolve("@arethetypeswrong/cli/package.json")), "dist/index.js");

const project = sharePublished();

const PROGRAM = `
const loci = new Loci({ apiKey: "mk_test_x", fetch: () => Response.json({ error: { code: "not_found", message: "no", docs: "d", request_id: "r" } }, { status: 404 }) });
const error = await loci.memories.get("mem_1").catch((thrown) => thrown);
console.log(error instanceof NotFoundError, error instanceof LociError, error.name, typeof verifyWebhook, VERSION);
`;

async function runProgram(file: string, text: string): Promise<string> {
  writeFileSync(path.join(project().folder, file), text);
  return (await run(process.execPath, [file], { cwd: project().folder })).stdout.trim();
}

test("what is published can be imported as a module", async () => {
  expect(await runProgram("main.mjs", `import { Loci, LociError, NotFoundError, VERSION, verifyWebhook } from "@loci/sdk";${PROGRAM}`)).toBe("true true NotFoundError function 0.1.0");
});

test("what is published can be required", async () => {
  expect(await runProgram("main.cjs", `const { Loci, LociError, NotFoundError, VERSION, verifyWebhook } = require("@loci/sdk");(async () => {${PROGRAM}})();`)).toBe("true true NotFoundError function 0.1.0");
});

test("Node 18's way to crypto works in both forms", async () => {
  const program = `Object.defineProperty(globalThis, "crypto", { value: undefined });\n(async () => {
    await new Loci({ fetch: (_, { headers }) => { console.log(headers["idempotency-key"].length); return Response.json({}); } }).store({ content: "a" });
  })();`;
  expect(await runProgram("old.mjs", `import { Loci } from "@loci/sdk";${program}`)).toBe("36");
  expect(await runProgram("old.cjs", `const { Loci } = require("@loci/sdk");${program}`)).toBe("36");
});

test.for([
  { form: "esm", module: "nodenext", moduleResolution: "nodenext", file: "types.mts" },
  { form: "cjs", module: "nodenext", moduleResolution: "nodenext", file: "types.cts" },
  { form: "bundler", module: "esnext", moduleResolution: "bundler", file: "types.ts" },
])("types are found and right for $form, in a strict project without our compiler's options", { timeout: 60_000 }, async ({ module, moduleResolution, file }, { expect }) => {
  writeFileSync(path.join(project().folder, file), `
    import { Loci, type Memory, type StoreReceipt } from "@loci/sdk";
    const loci = new Loci({ apiKey: "x" });
    const receipt: Promise<StoreReceipt> = loci.store({ content: "a" });
    const maybe: string | undefined = process_env();
    function process_env(): string | undefined { return undefined; }
    async function walk(): Promise<Memory | undefined> {
      for await (const memory of loci.memories.list({ group: maybe, filter: { "metadata.trip": "lisbon" } })) return memory;
      const { items } = await loci.memories.list();
      // @ts-expect-error: a memory needs content
      await loci.memories.create({ group: "a" });
      // @ts-expect-error: there is no such route
      await loci.request("GET /v1/nothing");
      // @ts-expect-error: this route needs its id
      await loci.request("GET /v1/memories/{id}");
      return items[0];
    }
    export { receipt, walk };
  `);
  const options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "--types", "", "--module", module, "--moduleResolution", moduleResolution, "--exactOptionalPropertyTypes"];
  const { stdout } = await run(process.execPath, [TSC, "--ignoreConfig", ...options, file], { cwd: project().folder }).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});

test("what is published is code, types, licence and words, and needs nothing", () => {
  const { dist } = project();
  const { dependencies, exports, files, private: isPrivate } = JSON.parse(readFileSync(path.join(dist, "package.json"), "utf8")) as Record<string, unknown>;
  expect({ dependencies, isPrivate, files }).toEqual({ dependencies: undefined, isPrivate: undefined, files: ["esm", "cjs"] });
  expect(JSON.stringify(exports)).not.toContain("src");
  for (const [, file] of JSON.stringify(exports).matchAll(/"\.\/([^"]+)"/g)) expect(existsSync(path.join(dist, file ?? ""))).toBe(true);
  expect(readFileSync(path.join(dist, "esm/crypto.js"), "utf8")).toContain("import(/* webpackIgnore: true */ /* @vite-ignore */ name)");
  const built = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => path.extname(name) !== "");
  expect(built.filter((name) => !/\.(?:js|d\.ts)$/.test(name)).sort()).toEqual(["README.md", "cjs/package.json", "package.json"]);
  expect(built.filter((name) => name.includes(".test."))).toEqual([]);
  for (const name of built.filter((file) => /\.(?:js|d\.ts)$/.test(file))) {
    const text = readFileSync(path.join(dist, name), "utf8");
    expect(text).not.toMatch(/(?:from |import\(|require\()"(?!\.)/);
    expect(text).not.toMatch(/(?:from |import\(|require\()"\.[^"]*\.ts"/);
    expect(text).not.toContain("__rewriteRelativeImportExtension");
  }
});

test("publint finds nothing to say about what is published", async () => {
  const { messages } = await publint({ pkgDir: project().dist, strict: true });
  expect(messages).toEqual([]);
});

test("every way of resolving finds the right types: arethetypeswrong finds nothing wrong", { timeout: 60_000 }, async () => {
  const { stdout } = await run(process.execPath, [ATTW, "--pack", project().dist, "--no-color", "--no-emoji"], { cwd: project().folder }).catch((error: { stdout: string }) => error);
  expect(stdout).toContain("No problems found");
});

test("the examples of the README run against a server as they stand there", { timeout: 60_000 }, async () => {
  const server = await openServerProcess();
  try {
    const key = readFileSync(path.join(server.dataDir, "first-key"), "utf8").trim();
    const blocks = [...readFileSync(path.join(ROOT, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
    expect(blocks.length).toBeGreaterThan(4);
    for (const [at, code] of blocks.entries()) {
      const file = path.join(project().folder, `readme-${at}.mts`);
      writeFileSync(file, code);
      await run(process.execPath, [file], { cwd: project().folder, env: { LOCI_BASE_URL: server.url, LOCI_API_KEY: key } });
    }
  } finally {
    await server.remove();
  }
});
