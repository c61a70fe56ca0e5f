import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openFaultServer, readConformanceFile, readScenarios, type FaultServer } from "../../conformance/server.ts";
import * as sdk from "../src/index.ts";
import { callOperation } from "./methods.ts";
import { runScenario } from "./run-scenario.ts";

const scenarios = readScenarios();
const vectors = JSON.parse(readConformanceFile("webhooks.json")) as Vector[];

interface Vector {
  name: string;
  rules: string[];
  secret: string | string[];
  now: number;
  headers: Record<string, string>;
  body: string;
  payload?: unknown;
  refused?: true;
}

let server: FaultServer;
beforeAll(async () => {
  server = await openFaultServer();
});
afterAll(() => server.close());

test.concurrent.for(scenarios)("$id: $name", async (scenario, { expect }) => {
  expect(await runScenario({ sdk, callOperation }, server.url, "vitest", scenario)).toEqual([]);
});

test.for(vectors)("webhook: $name", async ({ secret, now, headers, body, payload, refused }, { expect }) => {
  const verified = sdk.verifyWebhook(body, headers, secret, { now: () => now * 1_000 });
  if (refused !== true) expect(await verified).toEqual({ id: headers["webhook-id"] ?? headers["Webhook-Id"], sent_at: new Date(1_614_265_330_000), payload });
  else await expect(verified).rejects.toMatchObject({ name: "WebhookError", code: "invalid_webhook", status: null });
});

test("every rule of BEHAVIOR.md is checked by a scenario or marked as checked elsewhere, and no scenario names one that is not there", () => {
  const text = readFileSync(path.join(import.meta.dirname, "../../BEHAVIOR.md"), "utf8");
  const rules = [...text.matchAll(/^- \*\*(\d+\.\d+)\*\* (.*)$/gm)].map(([, number = "", words = ""]) => ({ number, marked: words.includes("†") }));
  const checked = new Set([...scenarios, ...vectors].flatMap((one) => one.rules));
  expect(rules.filter(({ number, marked }) => !marked && !checked.has(number))).toEqual([]);
  expect([...checked].filter((number) => !rules.some((rule) => rule.number === number))).toEqual([]);
});

test("scenarios have ids and names of their own", () => {
  expect(new Set(scenarios.map(({ id }) => id)).size).toBe(scenarios.length);
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
