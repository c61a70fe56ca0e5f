import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import type { Access, Operation, Workspace } from "../index.ts";
import { DAY_MS, faultOf, list, openWorkspace, operation, recall, store, type TestEngine } from "./test-engine.ts";

/** What every kind of store promises of connected apps: whose word a memory is, and what each of them read and wrote. */
export function describeConnections(open: () => Promise<TestEngine>): void {
  describeAttribution(open);
  describeLog(open);
  describeLogsEnd(open);
}

const by = (connection: string, action: string, more: Partial<Operation> = {}): Operation =>
  operation({ connection_id: connection, client: "Claude", source_kind: "mcp", action, ...more });

const logOf = async (workspace: Workspace, connection_id: string): Promise<Access[]> => (await workspace.listAccesses({ connection_id, limit: 50 })).items;

function describeAttribution(open: () => Promise<TestEngine>): void {
  test("a memory that came by a connection says so, whatever its writer says of itself", async () => {
    const workspace = await openWorkspace(await open());
    const connection_id = newId("con");
    const claimed = { kind: "import", client: "Somebody else", ref: "chat-1", key_id: "key_1", connection_id: "con_1" };
    const { memory } = await workspace.write({ verb: "store", input: { content: "Ada likes tea.", source: claimed } }, by(connection_id, "storeMemory"));
    expect(memory.source).toEqual({ kind: "mcp", client: "Claude", ref: "chat-1", connection_id });

    const own = (await store(workspace, { content: "Ada likes cake.", source: claimed }, { key_id: "key_2" })).memory;
    expect(own.source).toEqual({ kind: "import", client: "Somebody else", ref: "chat-1", key_id: "key_2" });
  });

  test("memories are filtered by the connection that wrote them", async () => {
    const workspace = await openWorkspace(await open());
    const [ours, theirs] = [newId("con"), newId("con")];
    for (const id of [ours, theirs]) await workspace.write({ verb: "store", input: { content: `A note of ${id}.` } }, by(id, "storeMemory"));
    const found = await list(workspace, { filter: { "source.connection_id": ours } });
    expect(found.items.map((memory) => memory.content)).toEqual([`A note of ${ours}.`]);
    expect(await recall(workspace, "a note", { filter: { "source.connection_id": { in: [theirs] } } })).toHaveLength(1);
  });
}

function describeLog(open: () => Promise<TestEngine>): void {
  test("the log of a connection names what it read and wrote, the newest first, and nothing that others did", async () => {
    const workspace = await openWorkspace(await open());
    const [ours, theirs] = [newId("con"), newId("con")];
    const stored = by(ours, "storeMemory");
    const { memory } = await workspace.write({ verb: "store", input: { content: "Ada moved to Lisbon." } }, stored);
    const other = (await store(workspace, { content: "Ada works at Globex." })).memory;
    await workspace.recall({ query: "where is Ada", limit: 10 }, by(ours, "recallMemories"));
    workspace.meter(by(ours, "getMemory"), [other]);
    workspace.meter(by(theirs, "listGroups"));
    await recall(workspace, "Ada");

    const [got, recalled, wrote] = await logOf(workspace, ours);
    expect(got).toMatchObject({ action: "getMemory", effect: "read", memories: [other.id], memory_count: 1 });
    expect(recalled).toMatchObject({ action: "recallMemories", effect: "read", memory_count: 2 });
    expect(recalled?.memories.toSorted()).toEqual([memory.id, other.id].toSorted());
    expect(wrote).toEqual({ operation_id: stored.id, connection_id: ours, action: "storeMemory", effect: "write", memories: [memory.id], memory_count: 1, at: memory.created_at });
    expect(await logOf(workspace, theirs)).toMatchObject([{ action: "listGroups", memories: [], memory_count: 0 }]);
  });

  test("a write names every memory that it changed or answered with, an ignored one too", async () => {
    const workspace = await openWorkspace(await open());
    const connection = newId("con");
    const run = (command: Parameters<Workspace["write"]>[0]) => workspace.write(command, by(connection, command.verb));
    const old = (await store(workspace, { content: "Ada works at Initech." })).memory;
    await run({ verb: "store", input: { content: "Ada works at Globex.", supersedes: old.id } });
    const [fresh] = (await list(workspace)).items;
    if (!fresh) throw new Error("The memory is not there.");
    await run({ verb: "store", input: { content: "Ada works at Globex." } });
    const tea = (await store(workspace, { content: "Ada likes tea." })).memory;
    await run({ verb: "relate", input: { from: fresh.id, to: tea.id, type: "RELATED_TO" } });
    await run({ verb: "forget", target: { ids: [fresh.id, tea.id] }, dry_run: true, permanent: false });
    await run({ verb: "forget", target: { group: "default" }, dry_run: false, permanent: false });

    const log = (await logOf(workspace, connection)).toReversed();
    expect(log.map(({ action, memories }) => [action, memories.toSorted()])).toEqual([
      ["store", [old.id, fresh.id]], ["store", [fresh.id]], ["relate", [fresh.id, tea.id]], ["forget", []], ["forget", [old.id, fresh.id, tea.id]],
    ]);
  });

  test("what was refused, or only answered again, is not in the log", async () => {
    const workspace = await openWorkspace(await open());
    const connection = newId("con");
    await faultOf(workspace.write({ verb: "store", input: { content: " " } }, by(connection, "storeMemory")));
    for (let turn = 0; turn < 2; turn++) {
      await workspace.write({ verb: "store", input: { content: "Once." } }, by(connection, "storeMemory", { idempotency: { key: "k", fingerprint: "f" } }));
    }
    const outcomes = await workspace.writeAll([{ verb: "store", input: { content: "Two." } }, { verb: "store", input: { content: "" } }], by(connection, "runBatch"));
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([true, false]);
    expect((await logOf(workspace, connection)).map(({ action, memory_count }) => [action, memory_count])).toEqual([["runBatch", 1], ["storeMemory", 1]]);
  });

  test("the log comes in pages, each line once, and a handle of one group sees none of it", async () => {
    const test = await open();
    const workspace = await openWorkspace(test, {}, "wsp_logged");
    const connection = newId("con");
    for (let i = 0; i < 12; i++) workspace.meter(by(connection, `action${i}`));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await workspace.listAccesses({ connection_id: connection, limit: 5, cursor });
      seen.push(...page.items.map(({ action }) => action));
      workspace.meter(by(connection, "later"));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(Array.from({ length: 12 }, (_, i) => `action${11 - i}`));
    const bound = await test.engine.open("wsp_logged", { group: "default" });
    expect(await bound.listAccesses({ connection_id: connection, limit: 5 })).toEqual({ items: [], next: null });
  });
}

function describeLogsEnd(open: () => Promise<TestEngine>): void {
  test("of many memories the log names 200 and counts all; of erased ones it keeps the ids and no word", async () => {
    const test = await open();
    const workspace = await openWorkspace(test);
    const connection = newId("con");
    const inputs = Array.from({ length: 250 }, (_, i) => ({ content: `note ${i} of loggedcanary`, group: "loggedgroup" }));
    await workspace.writeAll(inputs.map((input) => ({ verb: "store", input })), by(connection, "runBatch"));
    await workspace.write({ verb: "erase_group", name: "loggedgroup", dry_run: false }, by(connection, "deleteGroup"));

    const log = await logOf(workspace, connection);
    expect(log.map(({ action, memories, memory_count }) => [action, memories.length, memory_count])).toEqual([["deleteGroup", 200, 250], ["runBatch", 200, 250]]);
    expect(log[0]?.memories).toEqual(log[1]?.memories);
    for (const word of ["loggedcanary", "loggedgroup"]) {
      await expect.poll(async () => (await test.readDisk()).includes(word), { timeout: 10_000, interval: 200 }).toBe(false);
    }
  });

  test("a line of the log is dropped after 90 days, and not before; it outlives a restart", async () => {
    const test = await open();
    const workspace = await openWorkspace(test, {}, "wsp_aging");
    const connection = newId("con");
    workspace.meter(by(connection, "getMemory"));
    await test.reopen();
    const later = await test.engine.open("wsp_aging");
    expect(await logOf(later, connection)).toHaveLength(1);
    test.advanceMs(60 * DAY_MS);
    later.meter(by(connection, "listMemories"));
    await test.engine.sweep();
    expect(await logOf(later, connection)).toHaveLength(2);
    test.advanceMs(30 * DAY_MS);
    await test.engine.sweep();
    expect((await logOf(later, connection)).map(({ action }) => action)).toEqual(["listMemories"]);
  });
}
