import { createHash, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { newClient } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();
const form = { "content-type": "application/x-www-form-urlencoded" };

test("slice", async () => {
  const person = await app().newPerson();
  const client = await newClient(app());
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({ response_type: "code", client_id: client.id, redirect_uri: "http://127.0.0.1:4444/callback", code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", state: "s", scope: "memory:read memory:write" });
  const page = await person.call("GET", `/oauth/authorize?${query}`);
  expect(page.status).toBe(200);
  const id = /data-id="(\w+)"/.exec(page.body)![1];
  const done = await person.call("POST", `/v1/oauth/consents/${id}`, { allow: true, workspace: person.workspace });
  const url = new URL(done.body.location);
  const tokens = await app().call("POST", "/oauth/token", new URLSearchParams({ grant_type: "authorization_code", client_id: client.id, code: url.searchParams.get("code")!, redirect_uri: "http://127.0.0.1:4444/callback", code_verifier: verifier }).toString(), form);
  expect(tokens.body).toMatchObject({ token_type: "Bearer" });
  const next = await app().call("POST", "/oauth/token", new URLSearchParams({ grant_type: "refresh_token", client_id: client.id, refresh_token: tokens.body.refresh_token }).toString(), form);
  expect(next.body).toMatchObject({ expires_in: 900 });
  const gone = await app().call("POST", "/oauth/revoke", new URLSearchParams({ client_id: client.id, token: next.body.refresh_token }).toString(), form);
  expect(gone.status).toBe(200);
});
