import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFakeEndpoint, toEmbeddings, type AskedOfFake, type FakeEndpoint } from "./embed/fake-endpoint.ts";
import { openEngine, type Engine } from "./index.ts";
import { operation, recall, store } from "./tenants/test-engine.ts";

/** A model that knows two meanings: drinks and weather. */
const meaningOf = (text: string): number[] => [/tea|coffee|drink|beverage/i.test(text) ? 1 : 0.01, /rain|sun|weather|storm/i.test(text) ? 1 : 0.01, 0.1, 0.1];
const answer = (asked: AskedOfFake) => toEmbeddings(asked, meaningOf);
const refuse = () => ({ status: 503, body: "{}" });

async function startWith(endpoint: FakeEndpoint, firstSpec: string) {
  const dataDir = await mkdtemp(join(tmpdir(), "loci-embedding-"));
  const open = (spec: string) => openEngine({ dataDir, embedder: spec === "static" ? { spec } : { spec, baseUrl: endpoint.baseUrl } });
  let engine: Engine = await open(firstSpec);
  onTestFinished(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true });
  });
  return {
    engine,
    async restart(spec: string) {
      await engine.close();
      engine = await open(spec);
      return engine;
    },
  };
}

test("a store never fails because the upstream is down: found by words at once, by meaning when the vector is there", async () => {
  await using endpoint = await openFakeEndpoint();
  endpoint.decide = refuse;
  const { engine } = await startWith(endpoint, "openai:m");
  await engine.createStore("wsp_a");
  const workspace = await engine.open("wsp_a");
  expect((await store(workspace, { content: "Ada takes tea in the morning." })).status).toBe("created");
  await store(workspace, { content: "The roof leaks when a storm comes." });
  expect((await recall(workspace, "tea"))[0]?.content).toContain("tea");
  expect(engine.status().embedding.waiting).toBeGreaterThan(0);

  endpoint.decide = answer;
  await expect.poll(async () => (await recall(workspace, "favourite beverage", { channels: "vector" }))[0]?.content, { timeout: 20_000 }).toContain("tea");
  await expect.poll(() => engine.status().embedding.waiting, { timeout: 15_000 }).toBe(0);
}, 40_000);

test("what waits for a vector waits through a restart", async () => {
  await using endpoint = await openFakeEndpoint();
  endpoint.decide = refuse;
  const { engine, restart } = await startWith(endpoint, "openai:m");
  await engine.createStore("wsp_a");
  await store(await engine.open("wsp_a"), { content: "Ada takes tea in the morning." });
  endpoint.decide = answer;
  const workspace = await (await restart("openai:m")).open("wsp_a");
  await expect.poll(async () => (await recall(workspace, "beverage", { channels: "vector" })).length, { timeout: 20_000 }).toBe(1);
}, 40_000);

test("another embedder embeds everything anew in the background, and recall works all along", async () => {
  await using endpoint = await openFakeEndpoint();
  endpoint.decide = refuse;
  const { engine, restart } = await startWith(endpoint, "static");
  await engine.createStore("wsp_a");
  const before = await engine.open("wsp_a");
  await before.writeAll(Array.from({ length: 150 }, (_, i) => ({ verb: "store", input: { content: i === 42 ? "Ada takes tea in the morning." : `A note about shelf ${i}.` } })), operation());
  expect(await recall(before, "beverage", { channels: "vector" })).not.toHaveLength(0);

  const next = await restart("openai:m");
  const workspace = await next.open("wsp_a");
  expect((await recall(workspace, "who takes tea"))[0]?.content).toContain("tea");
  await expect.poll(() => next.status().embedding.waiting, { timeout: 20_000 }).toBe(150);
  expect(await recall(workspace, "beverage", { channels: "vector" })).toEqual([]);
  endpoint.decide = answer;
  await expect.poll(() => next.status().embedding.waiting, { timeout: 30_000 }).toBe(0);
  await expect.poll(async () => (await recall(workspace, "beverage", { channels: "vector" }))[0]?.content, { timeout: 20_000 }).toContain("tea");
  expect(next.status().embedding.model).toBe("openai:m");
}, 60_000);

test("a store that is deleted while its memories wait for vectors is not looked for again", async () => {
  await using endpoint = await openFakeEndpoint();
  endpoint.decide = refuse;
  const { engine } = await startWith(endpoint, "openai:m");
  await engine.createStore("wsp_a");
  await engine.createStore("wsp_b");
  await store(await engine.open("wsp_a"), { content: "Ada takes tea in the morning." });
  await engine.deleteStore("wsp_a");
  expect(engine.status().embedding.waiting).toBe(0);
  const other = await engine.open("wsp_b");
  await store(other, { content: "Bob takes coffee at noon." });
  endpoint.decide = answer;
  await expect.poll(async () => (await recall(other, "beverage", { channels: "vector" })).length, { timeout: 20_000 }).toBe(1);
  await expect.poll(() => engine.status().embedding.waiting, { timeout: 15_000 }).toBe(0);
}, 40_000);
