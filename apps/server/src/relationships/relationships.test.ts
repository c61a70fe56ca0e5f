import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";

const app = shareTestApp();

const MISSING = `mem_${"0".repeat(32)}`;

const startWorkspace = (): Promise<TestWorkspace> => app().newWorkspace();

async function storeAll(workspace: TestWorkspace, contents: string[], group = "ana"): Promise<string[]> {
  const ids = [];
  for (const content of contents) ids.push((await workspace.call("POST", "/v1/store", { content, group })).body.memory.id as string);
  return ids;
}

test("a relationship is made, changed by the same call, read, listed and taken away", async () => {
  const ours = await startWorkspace();
  const [from, to] = await storeAll(ours, ["The pump leaks.", "Tighten the valve."]);
  const made = await ours.call("POST", "/v1/relationships", { from: to, to: from, type: "SOLVES", strength: 0.9, context: "since March" });
  expect(made).toMatchObject({ status: 201, body: { status: "created", relationship: { from: to, to: from, type: "SOLVES", family: "solution", strength: 0.9, context: "since March" } } });
  const { id } = made.body.relationship as { id: string };

  expect(await ours.call("POST", "/v1/relationships", { from: to, to: from, type: "SOLVES", strength: 0.4 })).toMatchObject({ status: 200, body: { status: "updated", relationship: { id, strength: 0.4 } } });
  expect((await ours.call("POST", "/v1/relationships", { from, to, type: "SMELLS_LIKE" })).body.relationship.family).toBe("custom");
  expect(await ours.call("GET", `/v1/relationships/${id}`)).toMatchObject({ status: 200, body: { id, strength: 0.4 } });
  expect((await ours.call("GET", `/v1/relationships?memory=${from}&type=SOLVES`)).body.items).toMatchObject([{ id }]);

  expect(await ours.call("DELETE", `/v1/relationships/${id}`)).toMatchObject({ status: 200, body: { relationship: { id } } });
  expect((await ours.call("GET", `/v1/relationships/${id}`)).status).toBe(404);
  expect((await ours.call("DELETE", `/v1/relationships/${id}`)).status).toBe(404);
});

test("relationships page by cursor, the newest first", async () => {
  const ours = await startWorkspace();
  const ids = await storeAll(ours, ["a", "b", "c", "d"]);
  for (const to of ids.slice(1)) await ours.call("POST", "/v1/relationships", { from: ids[0], to, type: "CAUSES" });
  const first = await ours.call("GET", "/v1/relationships?limit=2");
  expect(first.body).toMatchObject({ has_more: true, items: [{ to: ids[3] }, { to: ids[2] }] });
  const second = await ours.call("GET", `/v1/relationships?limit=2&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({ has_more: false, next: null, items: [{ to: ids[1] }] });
});

test("the neighbours of a memory come with the way to each, as far and in the direction that was asked", async () => {
  const ours = await startWorkspace();
  const [a, b, c] = await storeAll(ours, ["Rain.", "Wet rails.", "A late train."]);
  await ours.call("POST", "/v1/relationships", { from: a, to: b, type: "CAUSES" });
  await ours.call("POST", "/v1/relationships", { from: b, to: c, type: "LEADS_TO" });
  const related = async (query: string) => (await ours.call("GET", `/v1/memories/${a}/related${query}`)).body.related as { memory: { id: string }; path: { type: string }[] }[];

  expect((await related("")).map(({ memory }) => memory.id)).toEqual([b]);
  expect((await related("?depth=2")).map(({ path }) => path.map(({ type }) => type))).toEqual([["CAUSES"], ["CAUSES", "LEADS_TO"]]);
  expect(await related("?depth=2&type=LEADS_TO")).toEqual([]);
  expect(await related("?direction=in")).toEqual([]);
});

test("the graph has the memories as points with an excerpt, and the edges between them", async () => {
  const ours = await startWorkspace();
  const [a, b] = await storeAll(ours, [`${"x".repeat(199)}😀 end`, "Short."]);
  await storeAll(ours, ["Elsewhere."], "bob");
  await ours.call("POST", "/v1/relationships", { from: a, to: b, type: "RELATED_TO" });
  const { body } = await ours.call("GET", "/v1/graph?group=ana");
  expect(body).toMatchObject({ truncated: false, edges: [{ from: a, to: b }] });
  expect(body.nodes.map((node: { id: string }) => node.id).sort()).toEqual([a, b].sort());
  expect(body.nodes.find((node: { id: string }) => node.id === a).excerpt).toBe("x".repeat(199));
  expect((await ours.call("GET", `/v1/graph?memory=${a}&depth=1&limit=1`)).body).toMatchObject({ nodes: [{ id: a }], edges: [], truncated: true });
});

test("every bad request is refused with its field and a sentence", async () => {
  const ours = await startWorkspace();
  const [from, to] = await storeAll(ours, ["a", "b"]);
  const good = { from, to, type: "CAUSES" };
  const bad: [string, string, unknown, number, string][] = [
    ["POST", "/v1/relationships", {}, 400, "from"],
    ["POST", "/v1/relationships", { ...good, to: from }, 400, "to"],
    ["POST", "/v1/relationships", { ...good, to: "mem_1" }, 400, "to"],
    ["POST", "/v1/relationships", { ...good, type: "causes" }, 400, "type"],
    ["POST", "/v1/relationships", { ...good, strength: 2 }, 400, "strength"],
    ["POST", "/v1/relationships", { ...good, note: "x" }, 400, "note"],
    ["POST", "/v1/relationships", { ...good, to: MISSING }, 404, "to"],
    ["GET", "/v1/relationships?limit=x", undefined, 400, "limit"],
    ["GET", "/v1/relationships?cursor=x", undefined, 400, "cursor"],
    ["GET", "/v1/graph?depth=6", undefined, 400, "depth"],
    ["GET", "/v1/graph?limit=501", undefined, 400, "limit"],
    ["GET", "/v1/graph?memory=abc", undefined, 400, "memory[0]"],
  ];
  for (const [method, url, body, status, param] of bad) {
    const answer = await ours.call(method, url, body);
    const sent = `${method} ${url} ${JSON.stringify(body)}`;
    expect({ sent, status: answer.status, param: answer.body.error.param ?? "" }).toEqual({ sent, status, param });
  }
});

test("a key of one group neither joins, sees nor removes what lies outside it", async () => {
  const whole = await app().newWorkspace();
  const [a, b] = await storeAll(whole, ["a", "b"], "bob");
  const [mine] = await storeAll(whole, ["c"], "ana");
  const { id } = (await whole.call("POST", "/v1/relationships", { from: a, to: b, type: "CAUSES" })).body.relationship as { id: string };
  const bound = await app().newWorkspace(undefined, { workspace: whole.id, group: "ana" });

  expect((await bound.call("POST", "/v1/relationships", { from: mine, to: a, type: "CAUSES" })).status).toBe(404);
  expect((await bound.call("GET", `/v1/relationships/${id}`)).status).toBe(404);
  expect((await bound.call("DELETE", `/v1/relationships/${id}`)).status).toBe(404);
  expect((await bound.call("GET", "/v1/relationships")).body.items).toEqual([]);
  expect(await bound.call("GET", "/v1/graph?group=bob")).toMatchObject({ status: 403, body: { error: { param: "group", details: { reason: "other_group" } } } });
  expect((await bound.call("GET", `/v1/graph?memory=${a}`)).status).toBe(404);
});
