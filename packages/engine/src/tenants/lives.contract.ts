import { expect, test } from "vitest";
import type { Workspace } from "../workspace.ts";
import { DAY_MS, faultOf, forget, list, openWorkspace, operation, recall, store, type TestEngine } from "./test-engine.ts";

/** What holds over the life of a store: packing, expiry of answers, erasure, supersession, odd texts. */
export function describeLongLives(open: () => Promise<TestEngine>): void {
  test("a memory that was packed away, forgotten and restored is recalled, also after a restart", async () => {
    const test = await open();
    const workspace = await openWorkspace(test, {}, "wsp_packed");
    const ids: string[] = [];
    const many = Array.from({ length: 1_100 }, (_, i) => ({ verb: "store", input: { content: `Note ${i} about nothing.${i === 5 ? " canaryfive" : ""}` } }) as const);
    for (const outcome of await workspace.writeAll(many, operation())) if (outcome.ok && "memory" in outcome.result) ids.push(outcome.result.memory.id);
    await forget(workspace, { id: ids[5] ?? "" });
    await recall(workspace, "nothing", { group: "default" });
    // The load asked for the packing; what is written after it waits for it.
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

  test("a copy that the database made of an erased memory while it moved rows is gone soon after", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const { live, erased } = await churn(test, workspace);
    await expect.poll(() => findCanaries(test, erased), { timeout: 10_000, interval: 200 }).toEqual([]);
    expect(new Set(await findCanaries(test, live))).toEqual(live);
    expect((await list(workspace, { limit: 200 })).items).toHaveLength(live.size);
  }, 30_000);

  test("what a stop left undone of an erasure is done after the next start, and readers beside it do not notice", async () => {
    const test = await open();
    const { live, erased } = await churn(test, await openWorkspace(test, {}, "wsp_stopped"));
    await test.reopen();
    const workspace = await test.engine.open("wsp_stopped");
    await expect.poll(async () => {
      expect((await list(workspace, { limit: 200 })).items).toHaveLength(live.size);
      return findCanaries(test, erased);
    }, { timeout: 10_000, interval: 20 }).toEqual([]);
  }, 30_000);

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
    const slow = [`x${".".repeat(400_000)}x`, `http://a${"/".repeat(400_000)} b`, "(".repeat(400_000), "aB".repeat(200_000)];
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

/** Stores and erases memories of many sizes until a look at the disk finds one that was erased; that takes some 20 to 60 rounds. */
async function churn(test: TestEngine, workspace: Workspace): Promise<{ live: Set<string>; erased: Set<string> }> {
  let seed = 1;
  const random = (below: number) => Math.floor(((seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31) * below);
  const kept: { canary: string; id: string }[] = [];
  const erased = new Set<string>();
  for (let round = 0; round < 300 && (await findCanaries(test, erased)).length === 0; round++) {
    const canaries = Array.from({ length: 10 }, (_, i) => `canary${round * 10 + i}x`);
    const outcomes = await workspace.writeAll(canaries.map((canary) => ({ verb: "store", input: { content: canary + " word".repeat(5 + random(25)) } })), operation());
    for (const [i, outcome] of outcomes.entries()) if (outcome.ok && "memory" in outcome.result) kept.push({ canary: canaries[i] ?? "", id: outcome.result.memory.id });
    if (kept.length <= 80) continue;
    const doomed = Array.from({ length: 10 }, () => kept.splice(random(kept.length), 1)).flat();
    await forget(workspace, { ids: doomed.map(({ id }) => id) }, { permanent: true });
    for (const { canary } of doomed) erased.add(canary);
  }
  return { live: new Set(kept.map(({ canary }) => canary)), erased };
}

async function findCanaries(test: TestEngine, among: Set<string>): Promise<string[]> {
  const found = (await test.readDisk()).toString("latin1").matchAll(/canary\d+x/g);
  return [...found].map(([canary]) => canary).filter((canary) => among.has(canary));
}

export function describePages(open: () => Promise<TestEngine>): void {
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
