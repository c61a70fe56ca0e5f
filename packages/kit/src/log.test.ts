import { expect, test } from "vitest";
import { createLog } from "./log.ts";

test("a line is JSON with level and time, and holds no secret even when an object with one is logged", () => {
  const lines: string[] = [];
  const log = createLog("info", { write: (line) => void lines.push(line) });
  log.info({ request_id: "req_1", authorization: "Bearer canary", body: { content: "canary" }, actor: { secret: "canary" } }, "hello");
  const [line = ""] = lines;
  expect(JSON.parse(line)).toMatchObject({ level: "info", request_id: "req_1", msg: "hello", time: expect.stringMatching(/^\d{4}-.*Z$/) });
  expect(line).not.toContain("canary");
});

test("lines below the level are not written", () => {
  const lines: string[] = [];
  createLog("warn", { write: (line) => void lines.push(line) }).info("quiet");
  expect(lines).toEqual([]);
});
