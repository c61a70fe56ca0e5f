import { expect, test } from "vitest";
import { guardLog, type LogEvent } from "./log.ts";

test("headers that hold secrets are masked by name, and the key wherever it turns up", () => {
  const told: LogEvent[] = [];
  const log = guardLog((event) => told.push(event), "mk_live_abc");
  const headers = {
    authorization: "Bearer mk_live_abc", "proxy-authorization": "Basic Zm9v", "x-api-key": "k", cookie: "sid=1", "x-amz-security-token": "t", "x-client-secret": "s",
    accept: "application/json", "idempotency-key": "order-118",
  };
  log({ event: "request", method: "GET", url: "http://x/v1/memories?contains=mk_live_abc", try: 1, headers });
  expect(told).toEqual([{
    event: "request", method: "GET", url: "http://x/v1/memories?contains=***", try: 1,
    headers: {
      authorization: "Bearer ***", "proxy-authorization": "Basic ***", "x-api-key": "***", cookie: "***", "x-amz-security-token": "***", "x-client-secret": "***",
      accept: "application/json", "idempotency-key": "order-118",
    },
  }]);
});
