import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

test("a key can ask what it may do, and is not told its secret", async () => {
  const ours = await app().newWorkspace(["memories:read"], { group: "user:ada" });
  const { status, body } = await ours.call("GET", "/v1/key");
  expect(status).toBe(200);
  expect(body).toEqual({ key_id: ours.key_id, workspace_id: ours.id, group: "user:ada", scopes: ["memories:read"], mode: "live" });
  expect(JSON.stringify(body)).not.toContain(ours.key);
});

test("without a key, or with a query that it does not know, it answers what is wrong", async () => {
  expect(await app().call("GET", "/v1/key")).toMatchObject({ status: 401, body: { error: { code: "unauthenticated" } } });
  const ours = await app().newWorkspace();
  expect(await ours.call("GET", "/v1/key?x=1")).toMatchObject({ status: 400, body: { error: { param: "x" } } });
});
