import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kyselyOf, openSqlite } from "@loci/kit/database";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { openEngine, type Engine, type EngineOptions } from "./index.ts";
import { list, operation, recall, store } from "./tenants/test-engine.ts";

/** A word of letters only, another for each number: what has digits in it is also found by its parts. */
const wordOf = (i: number): string => `zq${[...String(i)].map((digit) => "abcdefghij"[Number(digit)]).join("")}`;

async function startEngine(options: Partial<EngineOptions> = {}): Promise<{ engine: Engine; dataDir: string; restart(): Promise<Engine> }> {
  const dataDir = await mkdtemp(join(tmpdir(), "loci-engine-"));
  let engine = await openEngine({ dataDir, ...options });
  onTestFinished(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true });
  });
  const restart = async () => {
    await engine.close();
    engine = await openEngine({ dataDir, ...options });
    return engine;
  };
  return { engine, dataDir, restart };
}

test("a thousand workspaces live in one process, with far fewer files open, and each sees its own", async () => {
  const { engine } = await startEngine({ openStoresMax: 50, writerThreads: 2 });
  const names = Array.from({ length: 1_000 }, (_, i) => `wsp_${i}`);
  for (let from = 0; from < names.length; from += 50) {
    await Promise.all(names.slice(from, from + 50).map(async (name) => {
      await engine.createStore(name);
      await store(await engine.open(name), { content: `The owner of this store is called owner${name.slice(4)}x.` });
    }));
  }
  for (const name of names.filter((_, i) => i % 37 === 0)) {
    const [hit] = await recall(await engine.open(name), "who is the owner");
    expect(hit?.content).toContain(`owner${name.slice(4)}x`);
  }
}, 120_000);

test("a store that is not there is not found, and a strange name is refused before it touches the disk", async () => {
  const { engine } = await startEngine();
  await expect(engine.open("wsp_nobody")).rejects.toMatchObject({ code: "not_found" });
  for (const name of ["../etc", "a/b", "", "A", "x".repeat(65)]) {
    await expect(engine.createStore(name), name).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("a store of a newer Loci is refused with its reason, and others work on", async () => {
  const { engine, dataDir, restart } = await startEngine();
  await engine.createStore("wsp_new");
  await engine.createStore("wsp_old");
  const reopened = await restart();
  const file = openSqlite(join(dataDir, "stores", "wsp_new.db"));
  await sql`insert into migrations (name, applied_at) values ('0999_later', '2027')`.execute(kyselyOf(file));
  file.close();
  await expect(reopened.open("wsp_new")).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("newer Loci") });
  expect((await store(await reopened.open("wsp_old"), { content: "works" })).status).toBe("created");
});

test("a file that is no database is reported as unavailable, and the engine goes on", async () => {
  const { engine, dataDir } = await startEngine();
  await writeFile(join(dataDir, "stores", "wsp_broken.db"), "this is no database at all, by any means".repeat(100));
  await expect(engine.open("wsp_broken")).rejects.toMatchObject({ code: "unavailable" });
  await engine.createStore("wsp_fine");
  expect((await store(await engine.open("wsp_fine"), { content: "works" })).status).toBe("created");
});

test("thousands of memories are packed in segments; changes in the packed part are seen at once and after a restart", async () => {
  const { engine, dataDir, restart } = await startEngine();
  await engine.createStore("wsp_seg");
  let workspace = await engine.open("wsp_seg");
  const ids: string[] = [];
  for (let from = 0; from < 2_500; from += 500) {
    const outcomes = await workspace.writeAll(
      Array.from({ length: 500 }, (_, i) => ({ verb: "store", input: { content: `Item ${wordOf(from + i)} lies on a shelf.` } })),
      operation({ part: from }),
    );
    for (const outcome of outcomes) if (outcome.ok && "memory" in outcome.result) ids.push(outcome.result.memory.id);
  }
  await recall(workspace, wordOf(1));
  await expect.poll(() => countSegments(dataDir), { timeout: 15_000 }).toBe(2);

  workspace = await (await restart()).open("wsp_seg");
  expect((await recall(workspace, wordOf(1_234)))[0]?.content).toContain(wordOf(1_234));
  await workspace.write({ verb: "update", id: ids[1_234] ?? "", patch: { content: "It moved away." } }, operation());
  await workspace.write({ verb: "forget", target: { id: ids[77] ?? "" }, dry_run: false, permanent: false }, operation());
  expect(await recall(workspace, wordOf(1_234), { channels: "text" })).toEqual([]);

  workspace = await (await restart()).open("wsp_seg");
  expect(await recall(workspace, `${wordOf(1_234)} ${wordOf(77)}`, { channels: "text" })).toEqual([]);
  expect((await recall(workspace, "moved away"))[0]?.id).toBe(ids[1_234]);
  expect((await recall(workspace, wordOf(2)))[0]?.id).toBe(ids[2]);
});

async function countSegments(dataDir: string): Promise<number> {
  const file = openSqlite(join(dataDir, "stores", "wsp_seg.db"), { readOnly: true });
  const { rows } = await sql<{ n: number }>`select count(*) n from segments`.execute(kyselyOf(file));
  file.close();
  return rows[0]?.n ?? 0;
}

test("with little memory for indexes, groups take turns and every answer is right", async () => {
  const { engine } = await startEngine({ indexBytesMax: 2 * 2 ** 20 });
  await engine.createStore("wsp_small");
  const workspace = await engine.open("wsp_small");
  for (let group = 0; group < 12; group++) {
    await workspace.writeAll(
      Array.from({ length: 400 }, (_, i) => ({ verb: "store", input: { content: `Fact ${i} of group g${group}x about topic t${i}y.`, group: `g${group}` } })),
      operation(),
    );
  }
  const asked = await Promise.all(Array.from({ length: 36 }, async (_, i) => (await recall(workspace, `t${i * 7}y`, { group: `g${i % 12}`, limit: 1 }))[0]?.content));
  expect(asked).toEqual(Array.from({ length: 36 }, (_, i) => `Fact ${i * 7} of group g${i % 12}x about topic t${i * 7}y.`));
});

test("a recall without a group searches the whole workspace and follows its changes", async () => {
  const { engine } = await startEngine();
  await engine.createStore("wsp_all");
  const workspace = await engine.open("wsp_all");
  for (const group of ["a", "b", "c"]) await store(workspace, { content: `The ${group} team meets in room ${group}77.`, group });
  expect((await recall(workspace, "which room", { limit: 10 })).map((hit) => hit.group).sort()).toEqual(["a", "b", "c"]);
  await store(workspace, { content: "The d team meets in room d77.", group: "d" });
  await workspace.write({ verb: "erase_group", name: "a", dry_run: false }, operation());
  expect((await recall(workspace, "which room", { limit: 10 })).map((hit) => hit.group).sort()).toEqual(["b", "c", "d"]);
  expect((await list(workspace)).items).toHaveLength(3);
});

test("somebody who reads the file beside us holds nobody up, and erased bytes leave the log once they are done", async () => {
  const { engine, dataDir } = await startEngine();
  await engine.createStore("wsp_log");
  const workspace = await engine.open("wsp_log");
  const { memory } = await store(workspace, { content: "It is canarylog." });
  const outside = openSqlite(join(dataDir, "stores", "wsp_log.db"), { readOnly: true });
  outside.raw.exec("begin");
  outside.raw.prepare("select count(*) from memories").get();
  await workspace.write({ verb: "forget", target: { id: memory.id }, dry_run: false, permanent: true }, operation());
  for (let i = 0; i < 20; i++) await store(workspace, { content: `meanwhile ${i}` });
  const hasCanary = async () => {
    const files = ["wsp_log.db", "wsp_log.db-wal"].map((file) => readFile(join(dataDir, "stores", file)));
    return Buffer.concat(await Promise.all(files)).includes("canarylog");
  };
  expect(await hasCanary()).toBe(true);
  outside.raw.exec("commit");
  outside.close();
  await expect.poll(hasCanary, { timeout: 15_000 }).toBe(false);
});

test("what waits to be written is written when the engine closes", async () => {
  const { engine, restart } = await startEngine();
  await engine.createStore("wsp_close");
  const workspace = await engine.open("wsp_close");
  const writes = Array.from({ length: 300 }, (_, i) => store(workspace, { content: `late ${i}` }));
  workspace.meter(operation());
  const [settled] = await Promise.all([Promise.allSettled(writes), engine.close()]);
  const acknowledged = settled.filter((result) => result.status === "fulfilled").length;
  const reopened = await (await restart()).open("wsp_close");
  expect((await list(reopened, { limit: 200, total: true })).total).toBe(acknowledged);
  expect(acknowledged).toBe(300);
});
