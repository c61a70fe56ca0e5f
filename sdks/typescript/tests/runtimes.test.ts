import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shareBrowser } from "../../../apps/server/src/testing/chromium.ts";
import { openFaultServer, readScenarios, type FaultServer } from "../../conformance/server.ts";
import { run, sharePublished, writeRunner } from "./published.ts";

const project = sharePublished();
const browser = shareBrowser();

let server: FaultServer;
beforeAll(async () => {
  server = await openFaultServer();
  writeRunner(project());
});
afterAll(() => server.close());

const all = readScenarios();

test.for([
  { form: "module", load: 'import * as sdk from "@loci/sdk";' },
  { form: "required", load: 'import { createRequire } from "node:module"; const sdk = createRequire(import.meta.url)("@loci/sdk");' },
])("what is published passes every scenario in Node when it is $form", async ({ form, load }, { expect }) => {
  const { folder } = project();
  writeFileSync(path.join(folder, `${form}.mjs`), `${load}\nimport { run } from "./scenarios.mjs";\nconsole.log(JSON.stringify(await run(sdk, process.argv[2], process.argv[3])));`);
  const { stdout } = await run(process.execPath, [`${form}.mjs`, server.url, `node-${form}`], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({ passed: all.length, failed: {} });
});

test("what is published passes every scenario in Chromium, from a page of another origin", async () => {
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
  expect(result).toEqual({ passed: all.filter(({ not_in = [] }) => !not_in.includes("browser")).length, failed: {} });
});
