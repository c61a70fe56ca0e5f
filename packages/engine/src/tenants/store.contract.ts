import { describe, expect, test } from "vitest";
import type { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { Filter } from "../filter.ts";
import type { Engine, MemoryListQuery, NewMemory, Operation, RecallQuery, StoreReceipt, Workspace } from "../index.ts";

/** What a test gets: an engine over an empty database of the kind under test, whose clock it owns. */
export interface TestEngine {
  engine: Engine;
  /** Moves the engine's clock on. */
  advanceMs(ms: number): void;
  /** Closes the engine and opens it again over the same data. */
  reopen(): Promise<void>;
  /** Everything that lies on the disk, to look for what must not be there. */
  readDisk(): Promise<Buffer>;
}

export const operation = (more: Partial<Operation> = {}): Operation => ({ id: newId("op"), ...more });

async function openWorkspace({ engine }: TestEngine, bounds: { group?: string } = {}, id = newId("wsp")): Promise<Workspace> {
  await engine.createStore(id);
  return engine.open(id, bounds);
}

export const store = (workspace: Workspace, input: NewMemory, more: Partial<Operation> = {}): Promise<StoreReceipt> =>
  workspace.write({ verb: "store", input }, operation(more));

export const recall = async (workspace: Workspace, query: string, more: Partial<RecallQuery> = {}) =>
  (await workspace.recall({ query, limit: 10, ...more }, operation())).memories;

export const list = (workspace: Workspace, more: Partial<MemoryListQuery> = {}) =>
  workspace.listMemories({ order: "newest", limit: 50, ...more });

const forget = (workspace: Workspace, target: { id?: string; ids?: string[]; group?: string; filter?: Filter }, more: { dry_run?: boolean; permanent?: boolean } = {}) =>
  workspace.write({ verb: "forget", target, dry_run: more.dry_run ?? false, permanent: more.permanent ?? false }, operation());

const faultOf = (promise: Promise<unknown>): Promise<AppError> => promise.then(() => Promise.reject(new Error("it did not fail")), (error: AppError) => error);

const DAY_MS = 86_400_000;

/** What every kind of store promises, whatever the database. `open` gives a fresh engine per test. */
export function describeMemoryStore(kind: string, open: () => Promise<TestEngine>): void {
  describe(`a store on ${kind}`, () => {
    describeStoring(open);
    describeChanging(open);
    describeForgetting(open);
    describeRepeats(open);
    describeBounds(open);
    describeFilters(open);
    describePages(open);
    describeLongLives(open);
    describeGraph(open);
    describeUsage(open);
  });
}

function describeStoring(open: () => Promise<TestEngine>): void {
  test("what was stored is found by its words, by its meaning, by its id and in the list", async () => {
    const workspace = await openWorkspace(await open());
    const { memory, status } = await store(workspace, { content: "Ada moved to Lisbon in spring.", tags: ["home"], metadata: { city: "Lisbon" } });
    await store(workspace, { content: "The build takes four minutes." });

    expect(status).toBe("created");
    expect((await recall(workspace, "Lisbon"))[0]).toMatchObject({ id: memory.id, metadata: { city: "Lisbon" }, tags: ["home"] });
    expect((await recall(workspace, "compilation duration", { channels: "vector" }))[0]?.content).toBe("The build takes four minutes.");
    expect(await workspace.getMemory(memory.id)).toEqual(memory);
    expect((await list(workspace)).items.map((item) => item.content)).toEqual(["The build takes four minutes.", "Ada moved to Lisbon in spring."]);
  });

  test("a recall after an acknowledged store sees it, always", async () => {
    const workspace = await openWorkspace(await open());
    for (let i = 0; i < 200; i++) {
      const { memory } = await store(workspace, { content: `The code of door number ${i} is zq${i}x.` });
      const [first] = await recall(workspace, `zq${i}x`, { limit: 1 });
      expect(first?.id).toBe(memory.id);
    }
  });

  test("the same content in the same group is ignored, and says why", async () => {
    const workspace = await openWorkspace(await open());
    const first = await store(workspace, { content: "Ada likes tea." });
    const again = await store(workspace, { content: "Ada likes tea." });
    expect(again).toMatchObject({ status: "ignored", memory: { id: first.memory.id, version: 1 } });
    expect(again.reason).toContain(first.memory.id);
    expect((await store(workspace, { content: "Ada likes tea.", group: "other" })).status).toBe("created");
  });

  test("a near-duplicate is merged and loses nothing; what differs in meaning is not a duplicate", async () => {
    const workspace = await openWorkspace(await open());
    const first = await store(workspace, { content: "The user lives in Lisbon.", tags: ["a"], metadata: { x: 1 } });
    const merged = await store(workspace, { content: "User lives in  lisbon", tags: ["b"], metadata: { y: 2 }, importance: 0.9 });
    expect(merged).toMatchObject({ status: "merged", memory: { id: first.memory.id, tags: ["a", "b"], metadata: { x: 1, y: 2 }, importance: 0.9, version: 2 } });
    for (const content of ["The user lived in Lisbon.", "User does not live in Lisbon", "User lives in Lisbon?", "lives in user Lisbon"]) {
      expect((await store(workspace, { content })).status, content).toBe("created");
    }
  });

  test("a less trusted writer does not overwrite what a trusted one said", async () => {
    const workspace = await openWorkspace(await open());
    await store(workspace, { content: "The account is 123.", metadata: { verified: true }, trust: "user" });
    const { memory } = await store(workspace, { content: "The account is 123.", metadata: { verified: false, seen: "page" }, trust: "web" });
    expect(memory).toMatchObject({ trust: "user", metadata: { verified: true, seen: "page" } });
    const fault = await faultOf(store(workspace, { content: "The account is 666.", trust: "web", supersedes: memory.id }));
    expect(fault).toMatchObject({ code: "forbidden", param: "trust" });
  });

  test("a superseded memory leaves recall and lists, and is there when asked for", async () => {
    const workspace = await openWorkspace(await open());
    const old = await store(workspace, { content: "Ada works at Initech." });
    const fresh = await store(workspace, { content: "Ada works at Globex.", supersedes: old.memory.id });
    expect((await recall(workspace, "where does Ada work")).map((hit) => hit.id)).toEqual([fresh.memory.id]);
    expect((await recall(workspace, "where does Ada work", { include_superseded: true })).map((hit) => hit.id)).toContain(old.memory.id);
    expect(await workspace.getMemory(old.memory.id)).toMatchObject({ superseded_by: fresh.memory.id });
    expect((await list(workspace)).items).toHaveLength(1);
    expect(await faultOf(store(workspace, { content: "Ada works at Hooli.", supersedes: old.memory.id }))).toMatchObject({ code: "conflict", param: "supersedes" });
  });

  test("an expired memory is not recalled or listed, and is erased in time", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    await store(workspace, { content: "The parking ticket is canaryticket.", expires_at: "2026-01-02T00:00:00Z" });
    expect(await recall(workspace, "canaryticket")).toHaveLength(1);
    test.advanceMs(2 * DAY_MS);
    expect(await recall(workspace, "canaryticket")).toHaveLength(0);
    expect((await list(workspace)).items).toHaveLength(0);
    await test.engine.sweep();
    test.advanceMs(8 * DAY_MS);
    await test.engine.sweep();
    expect((await test.readDisk()).includes("canaryticket")).toBe(false);
  });

  test("what is stored survives a restart, index and all", async () => {
    const test = await open();
    const workspace = await openWorkspace(test, {}, "wsp_restart");
    await store(workspace, { content: "Ada keeps bees in Porto." });
    await test.reopen();
    const again = await test.engine.open("wsp_restart");
    expect((await recall(again, "bees"))[0]?.content).toBe("Ada keeps bees in Porto.");
  });
}

function describeChanging(open: () => Promise<TestEngine>): void {
  test("a change keeps the version before, and recall follows it at once", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "The meeting is on Monday." });
    const { memory: changed, status } = await workspace.write({ verb: "update", id: memory.id, patch: { content: "The meeting is on Thursday." } }, operation());
    expect(status).toBe("updated");
    expect(changed.version).toBe(2);
    expect((await recall(workspace, "Thursday meeting"))[0]?.version).toBe(2);
    expect(await recall(workspace, "Monday", { channels: "text" })).toHaveLength(0);
    expect((await workspace.listVersions(memory.id)).items).toMatchObject([{ version: 1, memory: { content: "The meeting is on Monday." } }]);
  });

  test("an update of another version than the current one is a conflict, and changes nothing", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "One." });
    const fault = await faultOf(workspace.write({ verb: "update", id: memory.id, patch: { content: "Two." }, version: 7 }, operation()));
    expect(fault).toMatchObject({ code: "conflict", param: "version" });
    expect((await workspace.getMemory(memory.id)).content).toBe("One.");
  });

  test("restore brings an earlier version back as a new one", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "Right.", tags: ["x"] });
    await workspace.write({ verb: "update", id: memory.id, patch: { content: "Wrong.", tags: [] } }, operation());
    const { memory: back } = await workspace.write({ verb: "restore", id: memory.id, version: 1 }, operation());
    expect(back).toMatchObject({ content: "Right.", tags: ["x"], version: 3 });
    expect((await workspace.listVersions(memory.id)).items.map((version) => version.version)).toEqual([2, 1]);
  });
}

function describeForgetting(open: () => Promise<TestEngine>): void {
  test("what is forgotten is gone at once from recall, lists and by id, and can be restored for 7 days", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { memory } = await store(workspace, { content: "Ada's pin is canarypin." });
    const receipt = await forget(workspace, { id: memory.id });
    expect(receipt.forgotten.memories).toBe(1);
    expect(await recall(workspace, "canarypin")).toHaveLength(0);
    expect((await list(workspace)).items).toHaveLength(0);
    expect(await faultOf(workspace.getMemory(memory.id))).toMatchObject({ code: "not_found" });

    test.advanceMs(6 * DAY_MS);
    await test.engine.sweep();
    await workspace.write({ verb: "restore", id: memory.id }, operation());
    expect(await recall(workspace, "canarypin")).toHaveLength(1);
  });

  test("after 7 days a forgotten memory is erased: no byte of it is left in any file", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { memory } = await store(workspace, { content: "Ada's pin is canarypin.", title: "canarytitle" }, { idempotency: { key: "k", fingerprint: "f" } });
    await workspace.write({ verb: "update", id: memory.id, patch: { content: "Ada's pin is canarysecond." } }, operation());
    expect((await test.readDisk()).includes("canarypin")).toBe(true);
    await forget(workspace, { id: memory.id });
    test.advanceMs(7 * DAY_MS + 1_000);
    await test.engine.sweep();
    const disk = await test.readDisk();
    for (const canary of ["canarypin", "canarysecond", "canarytitle"]) expect(disk.includes(canary), canary).toBe(false);
    expect(await faultOf(workspace.write({ verb: "restore", id: memory.id }, operation()))).toMatchObject({ code: "not_found" });
  });

  test("permanent forgetting and erasing a group leave no byte and no way back", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { memory } = await store(workspace, { content: "It is canaryone.", group: "g" });
    await store(workspace, { content: "It is canarytwo.", group: "g" });
    await store(workspace, { content: "It is kept.", group: "h" });
    await forget(workspace, { id: memory.id }, { permanent: true });
    expect((await test.readDisk()).includes("canaryone")).toBe(false);

    const receipt = await workspace.write({ verb: "erase_group", name: "g", dry_run: false }, operation());
    expect(receipt.forgotten.memories).toBe(1);
    expect((await test.readDisk()).includes("canarytwo")).toBe(false);
    expect((await workspace.listGroups({ limit: 10 })).items.map((group) => group.name)).toEqual(["h"]);
    expect(await recall(workspace, "what is it", { group: "g" })).toEqual([]);
    expect((await recall(workspace, "what is kept")).map((hit) => hit.content)).toEqual(["It is kept."]);
  });

  test("forget takes ids, a group or a filter; a dry run only counts", async () => {
    const workspace = await openWorkspace(await open());
    const [a, b] = [await store(workspace, { content: "a", group: "g" }), await store(workspace, { content: "b", group: "g", type: "fact" })];
    await store(workspace, { content: "c", group: "h" });
    expect((await forget(workspace, { group: "g" }, { dry_run: true })).forgotten.memories).toBe(2);
    expect((await list(workspace)).items).toHaveLength(3);
    expect((await forget(workspace, { filter: { type: "fact" } })).forgotten.memories).toBe(1);
    expect((await forget(workspace, { ids: [a.memory.id, b.memory.id] })).forgotten.memories).toBe(1);
    expect((await list(workspace)).items.map((item) => item.content)).toEqual(["c"]);
  });

  test("relationships hide with their ends, return with them, and are erased with them", async () => {
    const workspace = await openWorkspace(await open());
    const [a, b] = [(await store(workspace, { content: "a" })).memory, (await store(workspace, { content: "b" })).memory];
    const { relationship } = await workspace.write({ verb: "relate", input: { from: a.id, to: b.id, type: "CAUSES" } }, operation());
    await forget(workspace, { id: b.id });
    expect((await workspace.listRelationships({ limit: 10 })).items).toEqual([]);
    await workspace.write({ verb: "restore", id: b.id }, operation());
    expect((await workspace.listRelationships({ limit: 10 })).items).toEqual([relationship]);
    expect((await forget(workspace, { id: b.id }, { permanent: true })).forgotten).toEqual({ memories: 1, relationships: 1, versions: 0 });
    expect((await workspace.listRelationships({ limit: 10 })).items).toEqual([]);
  });
}

function describeRepeats(open: () => Promise<TestEngine>): void {
  test("a hundred parallel twins of one key have one effect and one answer", async () => {
    const workspace = await openWorkspace(await open());
    const idempotency = { key: "twin", fingerprint: "same" };
    const answers = await Promise.all(Array.from({ length: 100 }, () => store(workspace, { content: "Once." }, { idempotency })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]?.status).toBe("created");
    expect((await workspace.readUsage()).meters.api_calls.total).toBe(1);
  });

  test("a key with another request is a mismatch; the same key elsewhere is another key", async () => {
    const test = await open();
    const [ours, theirs] = [await openWorkspace(test), await openWorkspace(test)];
    await store(ours, { content: "One." }, { idempotency: { key: "k", fingerprint: "a" } });
    expect(await faultOf(store(ours, { content: "Two." }, { idempotency: { key: "k", fingerprint: "b" } }))).toMatchObject({ code: "idempotency_mismatch" });
    expect((await store(theirs, { content: "Two." }, { idempotency: { key: "k", fingerprint: "b" } })).status).toBe("created");
  });

  test("the answer survives a restart", async () => {
    const test = await open();
    const first = await store(await openWorkspace(test, {}, "wsp_twice"), { content: "Once." }, { idempotency: { key: "k", fingerprint: "f" } });
    await test.reopen();
    const again = await store(await test.engine.open("wsp_twice"), { content: "Once." }, { idempotency: { key: "k", fingerprint: "f" } });
    expect(again).toEqual(first);
  });

  test("in a run of commands one bad command does not stop the others, and a repeat redoes only what is missing", async () => {
    const workspace = await openWorkspace(await open());
    const commands = [
      { verb: "store", input: { content: "One." } },
      { verb: "forget", target: { id: "mem_00000000000000000000000000000000" }, dry_run: false, permanent: false },
      { verb: "store", input: { content: "Two." } },
    ] as const;
    const idempotency = { key: "run", fingerprint: "f" };
    const first = await workspace.writeAll([...commands], operation({ idempotency }));
    expect(first.map((outcome) => outcome.ok)).toEqual([true, false, true]);
    expect(await workspace.writeAll([...commands], operation({ idempotency }))).toEqual(first);
    expect((await workspace.readUsage()).meters).toMatchObject({ api_calls: { total: 2 }, memories: { total: 2 } });
  });
}

function describeBounds(open: () => Promise<TestEngine>): void {
  test("a workspace sees nothing of another, and a foreign id answers like a missing one", async () => {
    const test = await open();
    const [ours, theirs] = [await openWorkspace(test), await openWorkspace(test)];
    const { memory } = await store(theirs, { content: "It is foreigncanary." });
    expect(await recall(ours, "foreigncanary")).toEqual([]);
    expect((await list(ours)).items).toEqual([]);
    const missing = "mem_00000000000000000000000000000000";
    const attempts = (id: string) => [
      ours.getMemory(id), ours.listVersions(id), ours.listRelated(id, { depth: 1, direction: "both", limit: 5 }),
      forget(ours, { id }), ours.write({ verb: "update", id, patch: { content: "x" } }, operation()),
      ours.write({ verb: "restore", id }, operation()), ours.readGraph({ memories: [id], depth: 1, limit: 5 }),
      store(ours, { content: "y", supersedes: id }),
    ];
    const [foreign, absent] = [await Promise.all(attempts(memory.id).map(faultOf)), await Promise.all(attempts(missing).map(faultOf))];
    expect(foreign.map((fault) => [fault.code, fault.message])).toEqual(absent.map((fault) => [fault.code, fault.message]));
    expect(await theirs.getMemory(memory.id)).toEqual(memory);
  });

  test("a handle bound to a group cannot see or touch another group", async () => {
    const test = await open();
    const whole = await openWorkspace(test, {}, "wsp_bound");
    const { memory } = await store(whole, { content: "It is foreigncanary.", group: "theirs" });
    const bound = await test.engine.open("wsp_bound", { group: "ours" });
    expect((await store(bound, { content: "Ours." })).memory.group).toBe("ours");
    expect(await faultOf(store(bound, { content: "x", group: "theirs" }))).toMatchObject({ code: "forbidden", param: "group" });
    expect((await recall(bound, "foreigncanary")).filter((hit) => hit.group !== "ours")).toEqual([]);
    expect(await recall(bound, "foreigncanary", { group: "theirs" })).toEqual([]);
    expect((await list(bound)).items.map((item) => item.content)).toEqual(["Ours."]);
    expect((await bound.listGroups({ limit: 10 })).items.map((group) => group.name)).toEqual(["ours"]);
    expect(await faultOf(bound.getMemory(memory.id))).toMatchObject({ code: "not_found" });
    expect((await forget(bound, { ids: [memory.id] })).forgotten.memories).toBe(0);
    expect(await faultOf(bound.write({ verb: "erase_group", name: "theirs", dry_run: false }, operation()))).toMatchObject({ code: "not_found" });
    expect(await faultOf(bound.write({ verb: "relate", input: { from: memory.id, to: memory.id, type: "CAUSES" } }, operation()))).toMatchObject({ code: "not_found" });
  });
}

function describeFilters(open: () => Promise<TestEngine>): void {
  test("a filter means the same in lists, recall and forget, and works inside the search", async () => {
    const workspace = await openWorkspace(await open());
    for (let i = 0; i < 60; i++) {
      await store(workspace, {
        content: `Note ${i} about the garden`, importance: i / 100, tags: i % 2 ? ["odd", `n${i}`] : ["even"], type: i % 3 ? "fact" : "task",
        metadata: { i, deep: { even: i % 2 === 0 } }, occurred_at: new Date(Date.UTC(2026, 0, 1 + i)).toISOString(),
      });
    }
    const cases: [Filter, (i: number) => boolean][] = [
      [{ type: "task" }, (i) => i % 3 === 0],
      [{ importance: { gte: 0.5 } }, (i) => i / 100 >= 0.5],
      [{ tags: "odd" }, (i) => i % 2 === 1],
      [{ tags: { nin: ["even"] } }, (i) => i % 2 === 1],
      [{ "metadata.deep.even": true }, (i) => i % 2 === 0],
      [{ "metadata.i": { in: [3, 5, 58] } }, (i) => [3, 5, 58].includes(i)],
      [{ "metadata.none": { exists: false } }, () => true],
      [{ occurred_at: { lt: "2026-01-11T00:00:00+00:00" } }, (i) => i < 10],
      [{ OR: [{ AND: [{ tags: "odd" }, { importance: { lt: 0.05 } }] }, { content: { contains: "NOTE 7 " } }] }, (i) => (i % 2 === 1 && i < 5) || i === 7],
      [{ NOT: { title: { contains: "x" } } }, () => true],
      [{ title: { ne: "x" } }, () => true],
    ];
    for (const [filter, holds] of cases) {
      const expected = Array.from({ length: 60 }, (_, i) => i).filter(holds);
      const listed = (await list(workspace, { filter, limit: 200 })).items.map((item) => item.metadata["i"] as number).sort((a, b) => a - b);
      expect(listed, JSON.stringify(filter)).toEqual(expected);
      const recalled = (await recall(workspace, "garden note", { filter, limit: 100 })).map((item) => item.metadata["i"] as number).sort((a, b) => a - b);
      expect(recalled, JSON.stringify(filter)).toEqual(expected);
      expect((await forget(workspace, { filter }, { dry_run: true })).forgotten.memories).toBe(expected.length);
    }
  });

  test("a cursor is stable while others insert: no memory twice, none left out", async () => {
    const workspace = await openWorkspace(await open());
    for (let i = 0; i < 25; i++) await store(workspace, { content: `before ${i}` });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(workspace, { limit: 7, cursor });
      seen.push(...page.items.map((item) => item.content));
      for (let i = 0; i < 5; i++) await store(workspace, { content: `during ${seen.length} ${i}` });
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `before ${24 - i}`));
  });
}

function describeLongLives(open: () => Promise<TestEngine>): void {
  test("a memory that was packed away, forgotten and restored is recalled, also after a restart", async () => {
    const test = await open();
    const workspace = await openWorkspace(test, {}, "wsp_packed");
    const ids: string[] = [];
    const many = Array.from({ length: 1_100 }, (_, i) => ({ verb: "store", input: { content: `Note ${i} about nothing.${i === 5 ? " canaryfive" : ""}` } }) as const);
    for (const outcome of await workspace.writeAll(many, operation())) if (outcome.ok && "memory" in outcome.result) ids.push(outcome.result.memory.id);
    await forget(workspace, { id: ids[5] ?? "" });
    await recall(workspace, "nothing", { group: "default" });
    await expect.poll(async () => (await test.readDisk()).length).toBeGreaterThan(0);
    await workspace.readUsage();
    await workspace.write({ verb: "restore", id: ids[5] ?? "" }, operation());
    expect(await recall(workspace, "canaryfive", { channels: "text" })).toHaveLength(1);
    await test.reopen();
    expect(await recall(await test.engine.open("wsp_packed"), "canaryfive", { channels: "text" })).toHaveLength(1);
  });

  test("answers under a key are kept for 48 hours, and not for ever", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    await store(workspace, { content: "It is canarykept." }, { idempotency: { key: "k", fingerprint: "a" } });
    test.advanceMs(2 * DAY_MS + 1_000);
    await test.engine.sweep();
    expect((await store(workspace, { content: "Another." }, { idempotency: { key: "k", fingerprint: "b" } })).status).toBe("created");
  });

  test("an answer that speaks of what was erased is not kept, not even when it comes later", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { memory } = await store(workspace, { content: "It is canarylate." });
    await forget(workspace, { id: memory.id }, { permanent: true });
    await workspace.keepAnswer({ key: "k", fingerprint: "f" }, JSON.stringify({ memory }), operation());
    expect((await test.readDisk()).includes("canarylate")).toBe(false);
    expect(await faultOf(workspace.findAnswer({ key: "k", fingerprint: "f" }))).toMatchObject({ code: "not_found" });
  });

  test("what an erased memory stood in for is itself again", async () => {
    const workspace = await openWorkspace(await open());
    const old = (await store(workspace, { content: "Ada works at Initech." })).memory;
    const fresh = (await store(workspace, { content: "Ada works at Globex.", supersedes: old.id })).memory;
    await forget(workspace, { id: fresh.id });
    expect(await recall(workspace, "Ada works", { channels: "text" })).toEqual([]);
    await forget(workspace, { id: fresh.id }, { permanent: true });
    expect((await recall(workspace, "Ada works", { channels: "text" })).map((hit) => hit.id)).toEqual([old.id]);
  });

  test("a store that supersedes and says what is known already still supersedes", async () => {
    const workspace = await openWorkspace(await open());
    const old = (await store(workspace, { content: "Ada works at Initech." })).memory;
    const known = (await store(workspace, { content: "Ada works at Globex." })).memory;
    expect((await store(workspace, { content: "Ada works at Globex.", supersedes: old.id })).memory.id).toBe(known.id);
    expect(await workspace.getMemory(old.id)).toMatchObject({ superseded_by: known.id });
    expect(await faultOf(store(workspace, { content: "Ada works at Globex.", supersedes: "mem_00000000000000000000000000000000" }))).toMatchObject({ code: "not_found", param: "supersedes" });
  });

  test("an expired memory that is restored is back for good, and says so", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { memory } = await store(workspace, { content: "The ticket is canaryticket.", expires_at: "2026-01-02T00:00:00Z" });
    test.advanceMs(2 * DAY_MS);
    await test.engine.sweep();
    const { memory: back, reason } = await workspace.write({ verb: "restore", id: memory.id }, operation());
    expect(back.expires_at).toBeUndefined();
    expect(reason).toContain("expiry");
    await test.engine.sweep();
    expect(await recall(workspace, "canaryticket")).toHaveLength(1);
  });

  test("the history keeps the last 100 versions, in pages of bounded weight", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "x".repeat(200_000) });
    const patches = Array.from({ length: 110 }, (_, i) => ({ verb: "update", id: memory.id, patch: { importance: i / 1_000 } }) as const);
    await workspace.writeAll(patches, operation());
    const versions: number[] = [];
    let cursor: string | undefined;
    do {
      const page = await workspace.listVersions(memory.id, cursor);
      expect(page.items.length).toBeLessThan(60);
      versions.push(...page.items.map((version) => version.version));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(versions).toEqual(Array.from({ length: 100 }, (_, i) => 110 - i));
  });

  test("text made to be slow to read is not: other workspaces do not wait for it", async () => {
    const test = await open();
    const [ours, theirs] = [await openWorkspace(test), await openWorkspace(test)];
    const slow = [`x${".".repeat(400_000)}x`, `http://a${"/".repeat(400_000)} b`, `${"(".repeat(400_000)}`, `${"aB".repeat(200_000)}`];
    // The patterns that this stands against took minutes; the time limit of a test is what fails it.
    const receipts = await Promise.all([...slow.map((content) => store(ours, { content })), store(theirs, { content: "Quick." })]);
    expect(receipts.map((receipt) => receipt.status)).toEqual(receipts.map(() => "created"));
  });

  test("a change of tags embeds nothing, a change of words does", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "Ada likes tea." });
    await workspace.write({ verb: "update", id: memory.id, patch: { tags: ["drink"], importance: 1 } }, operation());
    expect((await workspace.readUsage()).meters.embeddings.total).toBe(1);
    expect((await recall(workspace, "drink", { channels: "text" })).map((hit) => hit.id)).toEqual([memory.id]);
    await workspace.write({ verb: "update", id: memory.id, patch: { content: "Ada likes coffee." } }, operation());
    expect((await workspace.readUsage()).meters.embeddings.total).toBe(2);
  });

  test("a bound key learns nothing of other groups by importing", async () => {
    const test = await open();
    const whole = await openWorkspace(test, {}, "wsp_import");
    const [a, b] = [(await store(whole, { content: "a", group: "theirs" })).memory, (await store(whole, { content: "b", group: "theirs" })).memory];
    await whole.write({ verb: "relate", input: { from: a.id, to: b.id, type: "CAUSES" } }, operation());
    const bound = await test.engine.open("wsp_import", { group: "ours" });
    const edge = (type: string) => faultOf(bound.write({ verb: "import", record: { kind: "relationship", relationship: { from: a.id, to: b.id, type } } }, operation()));
    expect((await edge("CAUSES")).message).toBe((await edge("BLOCKS")).message);
    expect((await edge("CAUSES")).code).toBe("not_found");
  });
}

function describePages(open: () => Promise<TestEngine>): void {
  test("a page of large memories is cut short by its weight, and the pages together still hold each once", async () => {
    const workspace = await openWorkspace(await open());
    for (let i = 0; i < 12; i++) await store(workspace, { content: `${i} ${"x".repeat(1_000_000)}` });
    const first = await list(workspace);
    expect(first.items.length).toBeLessThan(12);
    const rest = await list(workspace, { cursor: first.next ?? "" });
    expect(new Set([...first.items, ...rest.items].map((item) => item.id)).size).toBe(12);
    expect(rest.next).toBeNull();
    expect(await Array.fromAsync(workspace.exportRecords({}))).toHaveLength(12);
  });

  test("what a merge would make too large is refused, and what is there stays as it was", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "Big.", metadata: { a: "x".repeat(10_000) }, tags: Array.from({ length: 30 }, (_, i) => `a${i}`) });
    expect(await faultOf(store(workspace, { content: "Big.", metadata: { b: "x".repeat(10_000) } }))).toMatchObject({ code: "too_large", param: "metadata" });
    expect(await faultOf(store(workspace, { content: "Big.", tags: Array.from({ length: 30 }, (_, i) => `b${i}`) }))).toMatchObject({ code: "invalid_request", param: "tags" });
    expect(await workspace.getMemory(memory.id)).toEqual(memory);
  });
}

function describeGraph(open: () => Promise<TestEngine>): void {
  test("related memories are found by steps, types and direction; recall with depth brings them in", async () => {
    const workspace = await openWorkspace(await open());
    const [error, cause, fix] = [
      (await store(workspace, { content: "The deploy failed with exit code 137." })).memory,
      (await store(workspace, { content: "Containers get too little memory." })).memory,
      (await store(workspace, { content: "Raise the limit to 512 MB." })).memory,
    ];
    const relate = (from: string, to: string, type: string) => workspace.write({ verb: "relate", input: { from, to, type, strength: 0.9 } }, operation());
    await relate(cause.id, error.id, "CAUSES");
    await relate(fix.id, cause.id, "SOLVES");
    expect(await relate(fix.id, cause.id, "SOLVES")).toMatchObject({ status: "updated", relationship: { family: "solution" } });

    const near = await workspace.listRelated(error.id, { depth: 2, direction: "both", limit: 10 });
    expect(near.map((step) => [step.memory.id, step.path.length])).toEqual([[cause.id, 1], [fix.id, 2]]);
    expect(await workspace.listRelated(error.id, { depth: 2, direction: "out", limit: 10 })).toEqual([]);
    expect((await workspace.listRelated(error.id, { depth: 2, direction: "both", types: ["CAUSES"], limit: 10 })).map((step) => step.memory.id)).toEqual([cause.id]);

    const hits = await recall(workspace, "deploy 137", { depth: 2, explain: true, channels: "text" });
    expect(hits.map((hit) => hit.id)).toEqual([error.id, cause.id, fix.id]);
    for (const hit of hits) expect(Object.values(hit.explain ?? {}).reduce((sum, part) => sum + part, 0)).toBeCloseTo(hit.score, 9);
    const graph = await workspace.readGraph({ depth: 1, limit: 10 });
    expect([graph.nodes.length, graph.edges.length, graph.truncated]).toEqual([3, 2, false]);
  });

  test("an edge stays inside one group and needs two different memories that are there", async () => {
    const workspace = await openWorkspace(await open());
    const [a, b] = [(await store(workspace, { content: "a" })).memory, (await store(workspace, { content: "b", group: "other" })).memory];
    const relate = (from: string, to: string) => faultOf(workspace.write({ verb: "relate", input: { from, to, type: "CAUSES" } }, operation()));
    expect(await relate(a.id, b.id)).toMatchObject({ code: "invalid_request", param: "to" });
    expect(await relate(a.id, a.id)).toMatchObject({ code: "invalid_request", param: "to" });
    expect(await relate(a.id, "mem_00000000000000000000000000000000")).toMatchObject({ code: "not_found", param: "to" });
  });
}

function describeUsage(open: () => Promise<TestEngine>): void {
  test("the meters equal what was done: refused work counts nothing, forgetting gives back", async () => {
    const workspace = await openWorkspace(await open());
    const { memory } = await store(workspace, { content: "12345678", tags: [] });
    await store(workspace, { content: "12345678" });
    await recall(workspace, "12345678");
    await faultOf(store(workspace, { content: " " }));
    workspace.meter(operation());
    const bytes = Buffer.byteLength("12345678") + Buffer.byteLength("[]") + Buffer.byteLength("{}");
    expect((await workspace.readUsage()).meters).toMatchObject({
      api_calls: { total: 4, month: 4, today: 4 }, searches: { total: 1 }, embeddings: { total: 2 }, memories: { total: 1 }, storage_bytes: { total: bytes },
    });
    await forget(workspace, { id: memory.id });
    expect((await workspace.readUsage()).meters).toMatchObject({ memories: { total: 0 }, storage_bytes: { total: 0 } });
    expect((await workspace.getGroup("default"))).toMatchObject({ memories: 0, storage_bytes: 0 });
  });

  test("an export read back by an import into another workspace is the same, and a second import changes nothing", async () => {
    const test = await open();
    const [from, to] = [await openWorkspace(test), await openWorkspace(test)];
    const a = (await store(from, { content: "Ada likes tea.", group: "g", tags: ["x"], occurred_at: "2026-01-01T10:00:00Z" })).memory;
    const b = (await store(from, { content: "Tea is stored in the tin.", group: "g" })).memory;
    await from.write({ verb: "update", id: a.id, patch: { importance: 0.8 } }, operation());
    await from.write({ verb: "relate", input: { from: a.id, to: b.id, type: "RELATED_TO" } }, operation());
    const records = await Array.fromAsync(from.exportRecords({}));
    const run = async () => {
      const outcomes = [];
      for (const record of records) outcomes.push((await to.write({ verb: "import", record }, operation())).status);
      return outcomes;
    };
    expect(await run()).toEqual(records.map(() => "created"));
    expect(await Array.fromAsync(to.exportRecords({}))).toEqual(records);
    expect(await run()).toEqual(records.map(() => "ignored"));
    expect((await recall(to, "tea", { group: "g" }))).toHaveLength(2);
  });
}
