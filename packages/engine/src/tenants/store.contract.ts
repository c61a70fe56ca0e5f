import { describe, expect, test } from "vitest";
import type { Filter } from "../filter.ts";
import { describeConnections } from "./connections.contract.ts";
import { describeLongLives, describePages } from "./lives.contract.ts";
import { DAY_MS, faultOf, forget, list, openWorkspace, operation, recall, store, type TestEngine } from "./test-engine.ts";

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
    describeConnections(open);
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
    expect(again.reason).toBe("It has this content already, and nothing was new.");
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
    expect(memory).toMatchObject({ trust: "user", metadata: { verified: true }, version: 1 });
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
    for (const group of ["theirs", "nobody's"]) expect(await faultOf(recall(bound, "foreigncanary", { group }))).toMatchObject({ code: "forbidden", param: "group", details: { reason: "other_group" } });
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
