import { expect, test } from "vitest";
import { startTestApp } from "../testing/harness.ts";

test("usage counts each accepted call, search, memory and byte, for the month that runs", async () => {
  const app = await startTestApp({ now: () => new Date("2026-12-31T23:00:00.000Z") });
  const ours = await app.newWorkspace();
  await ours.call("POST", "/v1/store", { content: "Ana prefers the window seat." });
  await ours.call("POST", "/v1/store", { content: "" });
  await ours.call("POST", "/v1/recall", { query: "seat" });
  await ours.call("GET", "/v1/memories");
  await ours.call("POST", "/v1/forget", { matching: { query: "nothing", min_score: 100, max: 1 } });

  const { status, body } = await ours.call("GET", "/v1/usage");
  expect(status).toBe(200);
  expect(body.period).toEqual({ start: "2026-12-01T00:00:00.000Z", end: "2027-01-01T00:00:00.000Z" });
  expect(body.meters).toMatchObject({
    api_calls: { month: 4, today: 4, total: 4 },
    searches: { month: 2, today: 2, total: 2 },
    memories: { month: 1, today: 1, total: 1 },
  });
  expect(body.meters.storage_bytes.total).toBeGreaterThan(0);
});

test("a key of one group does not read what the workspace used", async () => {
  const app = await startTestApp();
  const bound = await app.newWorkspace(undefined, { group: "ana" });
  expect(await bound.call("GET", "/v1/usage")).toMatchObject({ status: 403, body: { error: { code: "forbidden" } } });
});
