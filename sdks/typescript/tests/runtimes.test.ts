import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { shareBrowser } from "../../../apps/server/src/testing/chromium.ts";
import { openFaultServer, readScenarios, type FaultServer } from "../../conformance/server.ts";
import { findNode18 } from "./node18.ts";
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

// Six runtimes share the machine.
const SLOW = { timeout: 60_000 };
const scenarios = readScenarios();
/** What a run tells when all went well that its runtime can show. */
const all = (runtime: string) => ({ passed: scenarios.filter(({ not_in = [] }) => !not_in.includes(runtime)).length, failed: {} });

const NODES = [
  { name: "Node 24", path: () => process.execPath },
  { name: "Node 18", path: findNode18 },
];
const FORMS = [
  { form: "module", load: 'import * as sdk from "@loci/sdk";' },
  { form: "required", load: 'import { createRequire } from "node:module"; const sdk = createRequire(import.meta.url)("@loci/sdk");' },
];

// Most of a run is waiting for timeouts: side by side they take no longer than one.
test.concurrent.for(NODES.flatMap((node) => FORMS.map((form) => ({ ...node, ...form }))))("what is published passes every scenario in $name when it is $form", SLOW, async (node, { expect }) => {
  const { folder } = project();
  const file = `${node.form}.mjs`;
  writeFileSync(path.join(folder, file), `${node.load}\nimport { run } from "./scenarios.mjs";\nconsole.log(JSON.stringify([process.version, await run(sdk, process.argv[2], process.argv[3])]));`);
  const { stdout } = await run(node.path(), [file, server.url, `${node.name.replace(" ", "-").toLowerCase()}-${node.form}`], { cwd: folder });
  const [version, result] = JSON.parse(stdout) as [string, unknown];
  expect(version).toMatch(`${node.name.replace("Node ", "v")}.`);
  expect(result).toEqual(all("node"));
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
