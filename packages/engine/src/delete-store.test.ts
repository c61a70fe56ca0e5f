import { mkdtemp, readFile, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AppError } from "@loci/kit/errors";
import { expect, onTestFinished, test } from "vitest";
import { openEngine, type Engine, type EngineOptions } from "./index.ts";
import { list, operation, recall, store } from "./tenants/test-engine.ts";

interface TestFolder {
  engine: Engine;
  logged: string[];
  /** The names of all files below the folder. */
  listFiles(): Promise<string[]>;
  holds(word: string): Promise<boolean>;
  restart(): Promise<Engine>;
}

async function startEngine(options: Partial<EngineOptions> = {}): Promise<TestFolder> {
  const dataDir = await mkdtemp(join(tmpdir(), "loci-delete-"));
  const logged: string[] = [];
  const note = (fields: unknown, message?: string) => void logged.push(`${JSON.stringify(fields)} ${message}`);
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: note, fatal: note, child: () => log } as unknown as NonNullable<EngineOptions["log"]>;
  let engine = await openEngine({ dataDir, log, ...options });
  onTestFinished(async () => {
    await engine.close();
    await rm(dataDir, { recursive: true });
  });
  const listFiles = async () => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  };
  return {
    engine, logged, listFiles,
    holds: async (word) => Buffer.concat(await Promise.all((await listFiles()).map((file) => readFile(file)))).includes(word),
    restart: async () => {
      await engine.close();
      engine = await openEngine({ dataDir, log, ...options });
      return engine;
    },
  };
}

const codeOf = (promise: Promise<unknown>): Promise<string> => promise.then(() => "ok", (error: AppError) => error.code);

test("a store that was deleted leaves no byte in any file, and the stores beside it keep theirs", async () => {
  const { engine, holds, listFiles, restart } = await startEngine();
  for (const id of ["wsp_a", "wsp_a_test", "wsp_b"]) {
    await engine.createStore(id);
    const workspace = await engine.open(id);
    await store(workspace, { content: `The canary${id} sings.`, group: "birds" });
    await recall(workspace, "who sings");
  }
  await engine.deleteStore("wsp_a");
  expect(await holds("canarywsp_a ")).toBe(false);
  expect((await listFiles()).some((file) => /wsp_a\.db/.test(file))).toBe(false);
  await expect(engine.open("wsp_a")).rejects.toMatchObject({ code: "not_found" });
  for (const id of ["wsp_a_test", "wsp_b"]) expect((await recall(await engine.open(id), "who sings"))[0]?.content).toContain(`canary${id}`);

  const reopened = await restart();
  await expect(reopened.open("wsp_a")).rejects.toMatchObject({ code: "not_found" });
  expect((await list(await reopened.open("wsp_b"))).items).toHaveLength(1);
});

test("deleting may be repeated, at once and after a crash took only the database away, and what was never there is fine", async () => {
  const { engine, listFiles, holds } = await startEngine();
  await engine.deleteStore("wsp_never");
  await engine.createStore("wsp_twice");
  await store(await engine.open("wsp_twice"), { content: "canarytwice" });
  await Promise.all([engine.deleteStore("wsp_twice"), engine.deleteStore("wsp_twice")]);
  await engine.deleteStore("wsp_twice");
  expect(await listFiles()).toEqual([]);

  await engine.createStore("wsp_crash");
  await store(await engine.open("wsp_crash"), { content: "canarycrash" });
  const [database] = (await listFiles()).filter((file) => file.endsWith("wsp_crash.db"));
  await unlink(database ?? "");
  expect(await holds("canarycrash")).toBe(true);
  await engine.deleteStore("wsp_crash");
  expect(await listFiles()).toEqual([]);
  await expect(engine.deleteStore("../etc")).rejects.toMatchObject({ code: "invalid_request" });
});

test("handles that are open find nothing any more, whatever they ask, and none of it makes the file again", async () => {
  const { engine, listFiles, logged } = await startEngine();
  await engine.createStore("wsp_gone");
  const workspace = await engine.open("wsp_gone");
  const { memory } = await store(workspace, { content: "here today" });
  await engine.deleteStore("wsp_gone");
  workspace.meter(operation());
  const asked = [
    workspace.getMemory(memory.id), list(workspace), recall(workspace, "today"), store(workspace, { content: "again" }), workspace.readUsage(), workspace.listGroups({ limit: 1 }),
    workspace.exportRecords({})[Symbol.asyncIterator]().next(), workspace.keepAnswer({ key: "k", fingerprint: "f" }, "answer", operation()), engine.open("wsp_gone"),
  ];
  expect(await Promise.all(asked.map(codeOf))).toEqual(asked.map(() => "not_found"));
  await engine.sweep();
  expect(await listFiles()).toEqual([]);
  expect(logged).toEqual([]);
});

test("commands that were sent before are done before, and what comes after is refused", async () => {
  const { engine, listFiles } = await startEngine();
  await engine.createStore("wsp_queue");
  const workspace = await engine.open("wsp_queue");
  const before = Array.from({ length: 1_500 }, (_, i) => codeOf(store(workspace, { content: `before ${i}` })));
  const deleted = engine.deleteStore("wsp_queue");
  await deleted;
  const after = codeOf(store(workspace, { content: "after" }));
  expect(new Set(await Promise.all(before))).toEqual(new Set(["ok"]));
  expect(await after).toBe("not_found");
  expect(await listFiles()).toEqual([]);
});

test("an export that is under way ends with not_found at its next page", async () => {
  const { engine, listFiles } = await startEngine();
  await engine.createStore("wsp_export");
  const workspace = await engine.open("wsp_export");
  await workspace.writeAll(Array.from({ length: 900 }, (_, i) => ({ verb: "store", input: { content: `fact number ${i}` } })), operation());
  const records = workspace.exportRecords({})[Symbol.asyncIterator]();
  await records.next();
  await engine.deleteStore("wsp_export");
  const drain = async () => {
    while (!(await records.next()).done);
  };
  expect(await codeOf(drain())).toBe("not_found");
  expect(await listFiles()).toEqual([]);
});

test("reads, writes, exports, openings and deletions at once: each is done or not found, and nothing comes back", async () => {
  const { engine, listFiles, holds, logged } = await startEngine({ openStoresMax: 4, writerThreads: 2 });
  const ids = Array.from({ length: 24 }, (_, i) => `wsp_${i}`);
  for (const id of ids) {
    await engine.createStore(id);
    await store(await engine.open(id), { content: `The canary${id}x lives in a cage.` });
  }
  const stays = (id: string): boolean => Number(id.slice(4)) % 3 === 0;
  const seen = new Set<string>();
  const over = new AbortController();
  const live = async (id: string, i: number): Promise<void> => {
    for (let n = 0; !over.signal.aborted; n++) {
      const codes = await Promise.all([
        codeOf((async () => store(await engine.open(id), { content: `canary${id}x number ${n}` }))()),
        codeOf((async () => recall(await engine.open(id), "who lives in a cage"))()),
        codeOf((async () => list(await engine.open(id)))()),
        codeOf((async () => {
          for await (const _ of (await engine.open(id)).exportRecords({}));
        })()),
      ]);
      for (const code of codes) seen.add(stays(id) ? `stays ${code}` : code);
      await new Promise((resolve) => setTimeout(resolve, i % 5));
    }
  };
  const living = ids.map((id, i) => live(id, i));
  await Promise.all(ids.filter((id) => !stays(id)).map(async (id, i) => {
    await new Promise((resolve) => setTimeout(resolve, 10 * i));
    await engine.deleteStore(id);
  }));
  await new Promise((resolve) => setTimeout(resolve, 50));
  over.abort();
  await Promise.all(living);
  await engine.sweep();

  expect(seen).toEqual(new Set(["ok", "not_found", "stays ok"]));
  expect((await listFiles()).filter((file) => file.endsWith(".db"))).toHaveLength(8);
  for (const id of ids) expect(await holds(`canary${id}x`), id).toBe(stays(id));
  expect(logged).toEqual([]);
}, 30_000);

test("a store may be made anew under an old name, and is empty", async () => {
  const { engine, holds } = await startEngine();
  await engine.createStore("wsp_anew");
  await store(await engine.open("wsp_anew"), { content: "canaryanew" });
  await recall(await engine.open("wsp_anew"), "canaryanew");
  await engine.deleteStore("wsp_anew");
  await engine.createStore("wsp_anew");
  const workspace = await engine.open("wsp_anew");
  expect(await recall(workspace, "canaryanew")).toEqual([]);
  expect((await list(workspace)).items).toEqual([]);
  expect((await store(workspace, { content: "works" })).status).toBe("created");
  expect(await holds("canaryanew")).toBe(false);
});

test("engines with many stores give the room of a deleted one back", async () => {
  const { engine } = await startEngine({ openStoresMax: 3 });
  for (let i = 0; i < 60; i++) {
    await engine.createStore(`wsp_${i}`);
    await store(await engine.open(`wsp_${i}`), { content: `number${i}x` });
    if (i % 2 === 0) await engine.deleteStore(`wsp_${i}`);
  }
  for (let i = 1; i < 60; i += 2) expect((await recall(await engine.open(`wsp_${i}`), `number${i}x`))[0]?.content).toBe(`number${i}x`);
});

test("a store that leaves while the engine stops is gone or whole, never half", async () => {
  const { engine, restart, listFiles } = await startEngine();
  await engine.createStore("wsp_stop");
  await store(await engine.open("wsp_stop"), { content: "canarystop" });
  const [code] = await Promise.all([codeOf(engine.deleteStore("wsp_stop")), engine.close()]);
  const reopened = await restart();
  const left = await listFiles();
  const kept = left.length === 0 ? 0 : (await list(await reopened.open("wsp_stop"))).items.length;
  expect(kept).toBe(code === "ok" ? 0 : 1);
  await reopened.deleteStore("wsp_stop");
  expect(await listFiles()).toEqual([]);
});
