import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();
const FORM = { "content-type": "application/x-www-form-urlencoded" };
const exchange = (client_id: string, address: string) => app().newBrowser(address).call("POST", "/oauth/token", new URLSearchParams({ grant_type: "refresh_token", refresh_token: "mr_guess", client_id }).toString(), FORM);

test("names that no client has count together, and all addresses of an IPv6 network too", async () => {
  for (let i = 0; i < 600; i++) expect((await exchange(`cli_${i}`, `2001:db8::${i.toString(16)}`)).status).toBe(401);
  expect((await exchange("cli_another", "2001:db8::ffff")).status).toBe(429);
  expect((await exchange("loci-cli", "2001:db8::1")).status).toBe(400);
  expect((await exchange("cli_another", "2001:db8:0:1::1")).status).toBe(401);
});
