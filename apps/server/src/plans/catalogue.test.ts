import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../config.ts";
import { startTestApp } from "../testing/harness.ts";
import { OWN_PLANS_FILE, planOf, readCatalogue } from "./catalogue.ts";
import { PLAN_METERS, type Plan } from "./plan.ts";

const ROOT = path.dirname(OWN_PLANS_FILE);
const USD = 1_000_000;

function writePlans(value: unknown): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-plans-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "plans.json");
  writeFileSync(file, typeof value === "string" ? value : JSON.stringify(value));
  return file;
}

const UNLIMITED = Object.fromEntries(Object.keys(PLAN_METERS).map((meter) => [meter, null]));
const PLAN = { title: "Plain", description: "", price_monthly: 0, per: "workspace", offered: true, credit_micro_usd: 0, limits: UNLIMITED };
const faultsOf = (value: unknown, fallback = "plain"): string[] => readCatalogue(writePlans(value), fallback).faults.map((fault) => fault.replace(/^\S*plans\.json:? /, ""));

function readPreset(file: string, fallback = "free"): (name: string) => Plan {
  const { catalogue, faults } = readCatalogue(path.join(ROOT, file), fallback);
  expect(faults).toEqual([]);
  return (name) => planOf(catalogue, { plan: name });
}

test("the plans that come with Loci have the prices and limits of its design", () => {
  const plan = readPreset("plans.json", "self-hosted");
  expect(plan("self-hosted")).toMatchObject({ price_monthly: 0, offered: false, limits: UNLIMITED });
  expect(plan("free")).toMatchObject({ price_monthly: 0, limits: { memories: { limit: 1_000, at_limit: "block" }, api_calls_per_month: { limit: 10_000 }, requests_per_second: { limit: 10 }, api_keys: { limit: 1, at_limit: "block" } } });
  expect(plan("pro")).toMatchObject({ price_monthly: 29 * USD, limits: { memories: { limit: 50_000, at_limit: "bill" }, api_calls_per_month: { limit: 500_000, at_limit: "bill" }, requests_per_second: { limit: 100 }, api_keys: null } });
  expect(plan("team")).toMatchObject({ price_monthly: 99 * USD, per: "workspace", limits: { memories: { limit: 250_000 }, api_calls_per_month: { limit: 2_000_000 }, requests_per_second: { limit: 500 }, api_keys: null, seats: null } });
  expect(plan("enterprise")).toMatchObject({ price_monthly: null, limits: UNLIMITED });
});

test("the preset per seat has its prices and limits", () => {
  const plan = readPreset("plans/per-seat.json");
  expect(plan("free")).toMatchObject({ price_monthly: 0, limits: { api_calls_per_day: { limit: 1_000 }, memories: { limit: 100 }, storage_bytes: { limit: 500 * 2 ** 20 } } });
  expect(plan("pro")).toMatchObject({ price_monthly: 8 * USD, limits: { api_calls_per_day: { limit: 100_000 }, memories: { limit: 10_000 }, storage_bytes: { limit: 5 * 2 ** 30 } } });
  expect(plan("team")).toMatchObject({ price_monthly: 12 * USD, per: "seat", limits: { api_calls_per_day: { limit: 1_000_000 }, memories: null, storage_bytes: { limit: 50 * 2 ** 30 }, seats: null } });
});

test("the metered preset has its prices, limits and what more costs", () => {
  const plan = readPreset("plans/metered.json");
  expect(plan("free")).toMatchObject({ price_monthly: 0, limits: { storage_bytes: { limit: 2 ** 30, at_limit: "block" }, api_calls_per_month: { limit: 10_000, at_limit: "block" } } });
  expect(plan("enterprise")).toMatchObject({ price_monthly: 99_990_000 });
  expect(plan("pro")).toMatchObject({
    price_monthly: 29_990_000,
    limits: {
      storage_bytes: { limit: 10 * 2 ** 30, at_limit: "bill", overage: { micro_usd: 1_000, per: 2 ** 20 } },
      api_calls_per_month: { limit: 100_000, at_limit: "bill", overage: { micro_usd: 100, per: 1 } },
      searches: { at_limit: "bill", overage: { micro_usd: 500, per: 1 } },
      embeddings: { at_limit: "bill", overage: { micro_usd: 1_000, per: 1 } },
    },
  });
});

test("every fault of a file of plans is named, with what would be right", () => {
  const { seats: _, ...limits } = UNLIMITED;
  const bad = {
    ...PLAN, price_monthly: 29.5, per: "month", colour: "red",
    limits: {
      ...limits, walks: null,
      memories: { limit: -1, at_limit: "block" },
      searches: { limit: 5, at_limit: "bill" },
      embeddings: { limit: 5, at_limit: "block", overage: { micro_usd: 1, per: 1 } },
      requests_per_second: { limit: 5, at_limit: "bill", overage: { micro_usd: 1, per: 1 } },
      storage_bytes: { limit: 5, at_limit: "bill", overage: { micro_usd: 0.5, per: 0 } },
    },
  };
  const faults = faultsOf({ plans: { plain: PLAN, bad } });
  for (const words of [
    "plans.bad.price_monthly must be a whole number", 'plans.bad.per must be one of "workspace", "seat"', "plans.bad.colour is not a field here", "plans.bad.limits.walks is not a field here",
    "plans.bad.limits.seats is missing: give null for unlimited", "plans.bad.limits.memories.limit must be at least 0", "plans.bad.limits.searches.overage is missing", "plans.bad.limits.embeddings.overage has no meaning",
    "plans.bad.limits.requests_per_second.at_limit must be \"block\"", "plans.bad.limits.storage_bytes.overage.micro_usd must be a whole number", "plans.bad.limits.storage_bytes.overage.per must be at least 1",
  ]) expect(faults).toContainEqual(expect.stringContaining(words));
  expect(faults).toHaveLength(11);
});

test("a file that is not there, is no JSON, says a plan twice or has none is a fault", () => {
  expect(readCatalogue("/no/such/plans.json", "plain").faults).toEqual([expect.stringContaining("cannot be read")]);
  expect(faultsOf("{")).toEqual([expect.stringContaining("is not valid JSON: line 1")]);
  expect(faultsOf(`{"plans": {"plain": ${JSON.stringify(PLAN)}, "plain": ${JSON.stringify(PLAN)}}}`)).toHaveLength(1);
  expect(faultsOf({ plans: {} })).toEqual(["plans must hold a plan."]);
  expect(faultsOf({ plans: { "My Plan": PLAN } })).toHaveLength(1);
});

test("the server does not start with a default plan that is not in the file, and says which there are", () => {
  const PLANS_FILE = writePlans({ plans: { plain: PLAN, large: PLAN } });
  expect(readConfig({ PLANS_FILE, DEFAULT_PLAN: "large" }).plans.fallback).toBe("large");
  expect(() => readConfig({ PLANS_FILE, DEFAULT_PLAN: "plane", PORT: "x" })).toThrow(/PORT must be(.|\n)*DEFAULT_PLAN=plane is no plan of .*plain, large\. Did you mean "plain"\?/);
  expect(() => readConfig({ PLANS_FILE })).toThrow(/DEFAULT_PLAN=self-hosted/);
});

test("a plan that workspaces still have cannot go from the file", async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-plans-data-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const before = await startTestApp({ dataDir });
  const { id } = await before.newWorkspace();
  await before.server.control.db.updateTable("workspaces").set({ plan: "pro" }).where("id", "=", id).execute();
  await before.close();
  const env = { PLANS_FILE: writePlans({ plans: { plain: PLAN } }), DEFAULT_PLAN: "plain" };
  await expect(startTestApp({ dataDir, env })).rejects.toMatchObject({ message: expect.stringContaining("pro (1)") });
  await (await startTestApp({ dataDir })).close();
});
