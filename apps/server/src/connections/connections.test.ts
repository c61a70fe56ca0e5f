import { expect, test } from "vitest";
import { newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";
import { newPerson } from "../testing/team.ts";

const app = shareTestApp();

test("a connected app works with what it was allowed, and is refused the rest with the scope that it lacks", async () => {
  const ada = await newPerson(app());
  const { call } = await newConnection(app(), ada, { scopes: ["memory:read"] });
  expect((await call("POST", "/v1/recall", { query: "anything" })).status).toBe(200);
  expect(await call("POST", "/v1/store", { content: "x" })).toMatchObject({ status: 403, body: { error: { details: { reason: "insufficient_scope", scope: "memory:write" } } } });
});
