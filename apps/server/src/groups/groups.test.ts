import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";

const app = shareTestApp();

async function fill(workspace: TestWorkspace, groups: string[]): Promise<void> {
  for (const group of groups) await workspace.call("POST", "/v1/store", { content: `A memory of ${group}.`, group });
}

test("groups are listed by name with their counts, by prefix, a page at a time", async () => {
  const ours = await app().newWorkspace();
  await fill(ours, ["user:ana", "user:bob", "project/x", "user:anna"]);
  await ours.call("POST", "/v1/store", { content: "Another.", group: "user:ana" });

  const first = await ours.call("GET", "/v1/groups?prefix=user%3A&limit=1");
  expect(first.body).toMatchObject({ items: [{ name: "user:ana", memories: 2 }], has_more: true });
  expect(first.body.items[0].storage_bytes).toBeGreaterThan(20);
  const rest = await ours.call("GET", `/v1/groups?prefix=user%3A&limit=10&cursor=${first.body.next}`);
  expect(rest.body.items.map((group: { name: string }) => group.name)).toEqual(["user:anna", "user:bob"]);
  expect((await ours.call("GET", "/v1/groups/project%2Fx")).body).toMatchObject({ name: "project/x", memories: 1 });
});

test("erasing a group is counted first when asked, and then leaves nothing to restore", async () => {
  const ours = await app().newWorkspace();
  await fill(ours, ["ana", "bob"]);
  const id = (await ours.call("GET", "/v1/memories?group=ana")).body.items[0].id as string;
  await ours.call("PATCH", `/v1/memories/${id}`, { importance: 1 });

  expect((await ours.call("DELETE", "/v1/groups/ana?dry_run=true")).body).toMatchObject({ dry_run: true, forgotten: { memories: 1, versions: 1 } });
  expect((await ours.call("GET", "/v1/groups/ana")).status).toBe(200);
  expect((await ours.call("DELETE", "/v1/groups/ana")).body).toMatchObject({ dry_run: false, forgotten: { memories: 1, versions: 1 }, restorable_until: null });
  expect((await ours.call("GET", "/v1/groups/ana")).status).toBe(404);
  expect((await ours.call("POST", `/v1/memories/${id}/restore`)).status).toBe(404);
  expect((await ours.call("POST", "/v1/recall", { query: "memory" })).body.memories).toMatchObject([{ group: "bob" }]);
});

test("a bad query is refused, and a group that is not there is not found", async () => {
  const ours = await app().newWorkspace();
  expect(await ours.call("GET", "/v1/groups?limit=-1")).toMatchObject({ status: 400, body: { error: { param: "limit" } } });
  expect(await ours.call("GET", "/v1/groups?prefix=")).toMatchObject({ status: 400, body: { error: { param: "prefix" } } });
  expect(await ours.call("DELETE", "/v1/groups/ana?dry_run=maybe")).toMatchObject({ status: 400, body: { error: { param: "dry_run" } } });
  expect(await ours.call("DELETE", "/v1/groups/nobody")).toMatchObject({ status: 404, body: { error: { code: "not_found" } } });
});

test("a key of one group sees and erases only that one", async () => {
  const whole = await app().newWorkspace();
  await fill(whole, ["ana", "bob"]);
  const bound = await app().newWorkspace(undefined, { workspace: whole.id, group: "ana" });
  expect((await bound.call("GET", "/v1/groups")).body.items).toMatchObject([{ name: "ana" }]);
  expect((await bound.call("GET", "/v1/groups/bob")).body.error.message).toBe((await bound.call("GET", "/v1/groups/zoe")).body.error.message);
  expect((await bound.call("DELETE", "/v1/groups/bob")).status).toBe(404);
  expect((await bound.call("DELETE", "/v1/groups/ana")).status).toBe(200);
  expect((await whole.call("GET", "/v1/groups")).body.items).toMatchObject([{ name: "bob" }]);
});
