import { expect, test } from "vitest";
import { verifyWebhook } from "./webhooks.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const HEADERS = { "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" };
const BODY = '{"test": 2432232314}';
const now = () => 1_614_265_330_999;

test("headers may be those of a Request or of Node, and the body text or bytes", async () => {
  const verified = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", sent_at: new Date("2021-02-25T15:02:10Z"), payload: { test: 2_432_232_314 } };
  const request = new Request("http://x", { method: "POST", headers: HEADERS, body: BODY });
  expect(await verifyWebhook(await request.text(), request.headers, SECRET, { now })).toEqual(verified);
  expect(await verifyWebhook(Buffer.from(BODY), { ...HEADERS, "webhook-id": [HEADERS["webhook-id"]], host: undefined }, SECRET, { now })).toEqual(verified);
});

test("without a clock of its own it goes by the time it is", async () => {
  await expect(verifyWebhook(BODY, HEADERS, SECRET)).rejects.toThrow("too far from ours");
  expect(await verifyWebhook(BODY, HEADERS, SECRET, { toleranceS: Number.MAX_SAFE_INTEGER })).toMatchObject({ payload: { test: 2_432_232_314 } });
});

test("a tolerance that is no number lets nothing in", async () => {
  await expect(verifyWebhook(BODY, HEADERS, SECRET, { now, toleranceS: Number.NaN })).rejects.toThrow("too far from ours");
});

test("a secret that is none is a mistake of the caller, not of the webhook", async () => {
  for (const secret of ["", "whsec_", "not base64!"]) await expect(verifyWebhook(BODY, HEADERS, secret, { now })).rejects.toThrow(TypeError);
});
