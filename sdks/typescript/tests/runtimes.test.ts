import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { shareBrowser } from "../../../apps/server/src/testing/chromium.ts";
import { openFaultServer, readScenarios, type FaultServer } from "../../conformance/server.ts";
import { findInstalled } from "./installed.ts";
import { run, sharePublished, writeRunner } from "./published.ts";
import { askWorker } from "./workerd.ts";

const project = sharePublished();
const browser = shareBrowser();

let server: FaultServer;
beforeAll(async () => {
  server = await openFaultServer();
  writeRunner(project());
});
afterAll(() => server.close());

// Eight runs share the machine.
const SLOW = { timeout: 120_000 };
const scenarios = readScenarios();
/** What a run tells when all went well that its runtime can show. */
const all = (runtime: string) => ({ passed: scenarios.filter(({ not_in = [] }) => !not_in.includes(runtime)).length, failed: {} });

const MODULE = 'import * as sdk from "@loci/sdk";';
const REQUIRED = 'import { createRequire } from "node:module"; const sdk = createRequire(import.meta.url)("@loci/sdk");';

/** Each runtime with its own word for its version. */
const PROGRAMS = [
  { name: "Node 24", command: () => [process.execPath], load: MODULE, version: /^24\./ },
  { name: "Node 24, required", command: () => [process.execPath], load: REQUIRED, version: /^24\./ },
  { name: "Node 18", command: () => [findInstalled("node")], load: MODULE, version: /^18\./ },
  { name: "Node 18, required", command: () => [findInstalled("node")], load: REQUIRED, version: /^18\./ },
  { name: "Deno", command: () => [findInstalled("deno"), "run", "--allow-net", "--no-lock", "--node-modules-dir=manual"], load: MODULE, version: /^deno 2\./ },
  { name: "Bun", command: () => [findInstalled("bun")], load: MODULE, version: /^bun 1\./ },
];

// Most of a run is waiting for timeouts: side by side they take little longer than one.
test.concurrent.for(PROGRAMS)("what is published passes every scenario in $name", SLOW, async ({ name, command, load, version }, { expect }) => {
  const { folder } = project();
  const id = name.replace(/\W+/g, "-").toLowerCase();
  writeFileSync(path.join(folder, `${id}.mjs`), `
    ${load}
    import process from "node:process";
    import { run } from "./scenarios.mjs";
    const { node, deno, bun } = process.versions;
    const result = await run(sdk, process.argv[2], ${JSON.stringify(id)});
    console.log(JSON.stringify({ version: deno !== undefined ? "deno " + deno : bun !== undefined ? "bun " + bun : node, result }));
  `);
  const [program = "", ...before] = command();
  const { stdout } = await run(program, [...before, `${id}.mjs`, server.url], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({ version: expect.stringMatching(version) as string, result: all(id) });
});

test.concurrent("what is published passes every scenario in a worker on workerd", SLOW, async ({ expect }) => {
  const { folder } = project();
  writeFileSync(path.join(folder, "worker.mjs"), `
    import * as sdk from "./sdk/index.js";
    import { run } from "./scenarios.mjs";
    export default { fetch: async (_, { SERVER }) => Response.json(await run(sdk, SERVER, "workerd")) };
  `);
  expect(await askWorker(project(), { SERVER: server.url })).toEqual(all("workerd"));
});

test.concurrent("what is published passes every scenario in Chromium, from a page of another origin", SLOW, async ({ expect }) => {
  const { folder, dist } = project();
  const context = await browser().newContext();
  const page = await context.newPage();
  const origin = "https://page.test";
  // Else Chromium lets no page reach the machine that it runs on.
  await context.grantPermissions(["local-network-access"], { origin });
  await page.route(`${origin}/**`, (route) => {
    const name = new URL(route.request().url()).pathname;
    if (name === "/") return route.fulfill({ contentType: "text/html", body: "<!doctype html>" });
    const file = name.startsWith("/sdk/") ? path.join(dist, "esm", name.slice("/sdk/".length)) : path.join(folder, name);
    return route.fulfill({ contentType: "text/javascript", body: readFileSync(file, "utf8") });
  });
  await page.goto(`${origin}/`);
  const result = await page.evaluate(`(async () => {
    const [sdk, { run }] = await Promise.all([import("/sdk/index.js"), import("/scenarios.mjs")]);
    return run(sdk, ${JSON.stringify(server.url)}, "browser");
  })()`);
  expect(result).toEqual(all("browser"));
});
