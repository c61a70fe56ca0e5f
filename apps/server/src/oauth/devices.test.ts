import { HOUR_MS, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { shareTestApp, startTestApp, type Answer } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";
import { DEVICE_GRANT } from "./metadata.ts";

const clock = { at: Date.parse("2026-11-21T08:00:00.000Z") };
const app = shareTestApp({ now: () => new Date(clock.at) });

let networks = 0;
/** A network address that nothing was counted for yet. */
const newAddress = (): string => `198.18.${networks >> 8}.${networks++ & 0xff}`;
const post = (path: string, form: Record<string, string> | string, address = newAddress()): Promise<Answer> =>
  app().newBrowser(address).call("POST", path, typeof form === "string" ? form : new URLSearchParams(form).toString(), { "content-type": "application/x-www-form-urlencoded" });
const begin = (more: Record<string, string> = {}, address?: string) => post("/oauth/device", { client_id: "loci-cli", ...more }, address);
const poll = (device_code: string, more: Record<string, string> = {}) => post("/oauth/token", { grant_type: DEVICE_GRANT, client_id: "loci-cli", device_code, ...more });
/** Asks as late as a device has to. */
const pollLater = (device_code: string, afterMs = 5 * SECOND_MS) => {
  clock.at += afterMs;
  return poll(device_code);
};
const allow = (person: TestPerson, user_code: string, more: object = {}) => person.call("POST", "/v1/oauth/devices", { user_code, allow: true, workspace: person.workspace, ...more });
const deny = (person: TestPerson, user_code: string) => person.call("POST", "/v1/oauth/devices", { user_code, allow: false });
const refused = (error: string) => ({ status: 400, body: { error } });

test("a device asks, a person types its code and allows it, and the device gets tokens that work", async () => {
  const ada = await app().newPerson();
  const { status, headers, body: device } = await begin({ scope: "memory:read memory:write" });
  expect([status, device]).toEqual([200, {
    device_code: expect.stringMatching(/^md_[\w-]{43}$/), user_code: expect.stringMatching(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/),
    verification_uri: expect.stringMatching(/\/device$/), verification_uri_complete: `${device.verification_uri}#user_code=${device.user_code}`, expires_in: 600, interval: 5,
  }]);
  expect([headers.get("cache-control"), headers.get("access-control-allow-origin")]).toEqual(["no-store", "*"]);
  expect(await poll(device.device_code)).toMatchObject(refused("authorization_pending"));
  const seen = await ada.call("POST", "/v1/oauth/devices/read", { user_code: device.user_code });
  expect([seen.status, seen.body]).toEqual([200, {
    client_name: "Loci CLI", scopes: ["memory:read", "memory:write"], asked_at: new Date(clock.at).toISOString(), expires_at: new Date(clock.at + 10 * MINUTE_MS).toISOString(), same_network: false,
    workspaces: [{ id: ada.workspace, slug: expect.any(String), name: expect.any(String), limits: null }],
  }]);
  expect((await allow(ada, device.user_code)).body).toEqual({ status: "allowed" });
  const { status: given, body: tokens } = await pollLater(device.device_code);
  expect([given, tokens]).toEqual([200, { access_token: expect.stringMatching(/^mt_/), refresh_token: expect.stringMatching(/^mr_/), token_type: "Bearer", expires_in: 900, scope: "memory:read memory:write" }]);
  const authorization = `Bearer ${tokens.access_token}`;
  expect((await app().call("POST", "/v1/store", { content: "Ada likes tea." }, { authorization })).status).toBe(200);
  expect((await app().call("POST", "/v1/recall", { query: "tea" }, { authorization })).body.memories).toHaveLength(1);
  expect((await app().call("POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "ping" }, { authorization })).status).toBe(401);
  expect((await post("/oauth/token", { grant_type: "refresh_token", client_id: "loci-cli", refresh_token: tokens.refresh_token })).status).toBe(200);
});

test("of what a device asks for a person can take away, and cannot add", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin({ scope: "memory:read memory:write" });
  expect((await allow(ada, device.user_code, { scopes: ["memory:delete"] })).body.error).toMatchObject({ code: "invalid_request", param: "scopes" });
  expect((await allow(ada, device.user_code, { scopes: [] })).status).toBe(400);
  expect((await allow(ada, device.user_code, { scopes: ["memory:read"], group: "work", read_only: true })).status).toBe(200);
  expect((await pollLater(device.device_code)).body.scope).toBe("memory:read");
  const connection = await app().server.control.db.selectFrom("connections").selectAll().where("user_id", "=", ada.user_id).executeTakeFirstOrThrow();
  expect(connection).toMatchObject({ client_id: "loci-cli", scopes: "memory:read", group_name: "work", read_only: 1, resource: expect.stringMatching(/\/v1$/) });
});

test("a device code gives tokens once, even of twenty askings at the same time", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  await allow(ada, device.user_code);
  const answers = await Promise.all(Array.from({ length: 20 }, () => poll(device.device_code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await pollLater(device.device_code)).toMatchObject(refused("invalid_grant"));
});

test("a person answers a device once: of five answers at the same time one counts", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  const answers = await Promise.all(Array.from({ length: 5 }, () => allow(ada, device.user_code)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404, 404]);
  expect((await deny(await app().newPerson(), device.user_code)).status).toBe(404);
  expect((await pollLater(device.device_code)).status).toBe(200);
});

test("a device that was told no gets no tokens, and nobody can allow it any more", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  expect((await deny(ada, device.user_code)).body).toEqual({ status: "denied" });
  expect((await allow(ada, device.user_code)).status).toBe(404);
  expect(await pollLater(device.device_code)).toMatchObject(refused("access_denied"));
});

test("a device that asks too soon is slowed down by five seconds each time, and served once it waits", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  expect(await poll(device.device_code)).toMatchObject(refused("authorization_pending"));
  expect(await pollLater(device.device_code, 4_000)).toMatchObject(refused("slow_down"));
  expect(await pollLater(device.device_code, 5_000)).toMatchObject(refused("slow_down"));
  await allow(ada, device.user_code);
  expect(await pollLater(device.device_code, 14_400)).toMatchObject(refused("slow_down"));
  expect((await pollLater(device.device_code, 19_500)).status).toBe(200);
});

test("codes hold for ten minutes and no moment longer", async () => {
  const ada = await app().newPerson();
  const [{ body: first }, { body: second }] = await Promise.all([begin(), begin()]);
  clock.at += 10 * MINUTE_MS - 1;
  expect((await allow(ada, first.user_code)).status).toBe(200);
  clock.at += 1;
  expect((await allow(ada, second.user_code)).status).toBe(404);
  for (const { device_code } of [first, second]) expect(await poll(device_code)).toMatchObject(refused("expired_token"));
});

test("what was revoked before the device came back for it stays revoked", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  await allow(ada, device.user_code);
  await app().server.control.db.updateTable("connections").set({ revoked_at: new Date(clock.at).toISOString() }).where("user_id", "=", ada.user_id).execute();
  expect(await pollLater(device.device_code)).toMatchObject(refused("invalid_grant"));
});

test("a device code is of use to its own client alone, for its own resource, and not as another kind of token", async () => {
  const ada = await app().newPerson();
  const { body: device } = await begin();
  await allow(ada, device.user_code);
  const { body: other } = await app().newBrowser(newAddress()).call("POST", "/oauth/register", { redirect_uris: ["http://127.0.0.1/callback"] });
  expect(await poll(device.device_code, { client_id: other.client_id })).toMatchObject(refused("invalid_grant"));
  expect(await poll(device.device_code, { resource: `${app().server.config.publicUrl}/mcp` })).toMatchObject(refused("invalid_target"));
  expect(await poll(device.user_code)).toMatchObject(refused("invalid_grant"));
  expect(await poll(`${device.device_code}x`)).toMatchObject(refused("invalid_grant"));
  expect(await post("/oauth/token", { grant_type: "refresh_token", client_id: "loci-cli", refresh_token: device.device_code })).toMatchObject(refused("invalid_grant"));
  expect((await app().call("GET", "/v1/memories", undefined, { authorization: `Bearer ${device.device_code}` })).status).toBe(401);
  expect((await poll(device.device_code)).status).toBe(200);
});

test("no client but our own begins with a device, for nothing but the API, and with no scope that there is not", async () => {
  const { body: other } = await app().newBrowser(newAddress()).call("POST", "/oauth/register", { redirect_uris: ["http://127.0.0.1/callback"] });
  const rows = () => app().server.control.db.selectFrom("device_codes").select("device_hash").execute();
  const before = (await rows()).length;
  const { publicUrl } = app().server.config;
  for (const [form, status, error] of [
    [{ client_id: other.client_id }, 400, "unauthorized_client"], [{ client_id: "cli_nobody" }, 401, "invalid_client"], [{ client_id: "" }, 400, "invalid_request"], [{ client_id: "https://127.0.0.1/client" }, 401, "invalid_client"],
    [{ scope: "admin:all" }, 400, "invalid_scope"], [{ scope: "memory:read keys:write" }, 400, "invalid_scope"], [{ resource: `${publicUrl}/mcp` }, 400, "invalid_target"], [{ resource: "https://evil.example/v1" }, 400, "invalid_target"],
    [{ client_secret: "s" }, 401, "invalid_client"],
  ] as const) expect(await begin(form), JSON.stringify(form)).toMatchObject({ status, body: { error } });
  expect(await post("/oauth/device", "client_id=loci-cli&client_id=loci-cli")).toMatchObject(refused("invalid_request"));
  expect(await app().call("POST", "/oauth/device", { client_id: "loci-cli" })).toMatchObject(refused("invalid_request"));
  expect((await rows()).length).toBe(before);
  expect((await begin({ resource: `${publicUrl}/v1`, scope: "openid offline_access" })).status).toBe(200);
});

test("a code is found however it is typed, and what cannot be one is told apart without being counted", async () => {
  const ada = await app().newPerson();
  const { body: { user_code } } = await begin();
  const read = (typed: unknown) => ada.call("POST", "/v1/oauth/devices/read", { user_code: typed });
  for (const typed of [user_code, user_code.toLowerCase(), user_code.replace("-", ""), ` ${user_code.replace("-", " ")} `, user_code.split("").join("-")]) expect((await read(typed)).status, typed).toBe(200);
  for (const typed of ["", "B", "BCDF-GHJ", "BCDF-GHJKL", "AEIO-UAEI", "1234-5678", "ß".repeat(8), "\u{1f511}", 5, null, ["BCDF-GHJK"], "B".repeat(51)]) expect((await read(typed)).body.error, String(typed)).toMatchObject({ code: "invalid_request", param: "user_code" });
});

test("five wrong codes stop a person for ten minutes, with right ones too, and nobody else", async () => {
  const [ada, bob] = [await app().newPerson(), await app().newPerson()];
  const { body: { user_code } } = await begin();
  const read = (person: TestPerson, typed: string) => person.call("POST", "/v1/oauth/devices/read", { user_code: typed });
  for (let i = 0; i < 20; i++) expect((await read(ada, user_code)).status).toBe(200);
  for (const last of "BCDFG") expect(await read(ada, `BBBB-BBB${last}`)).toMatchObject({ status: 404, body: { error: { param: "user_code" } } });
  expect(await read(ada, user_code)).toMatchObject({ status: 429, body: { error: { code: "rate_limited" } } });
  expect((await allow(ada, user_code)).status).toBe(429);
  expect((await read(bob, user_code)).status).toBe(200);
});

test("only who is signed in, from a page of ours, answers a device", async () => {
  const ada = await app().newPerson();
  const { key } = await app().newWorkspace();
  const { body: { user_code, device_code } } = await begin();
  const answer = { user_code, allow: true, workspace: ada.workspace };
  for (const path of ["/v1/oauth/devices", "/v1/oauth/devices/read"]) {
    expect((await app().call("POST", path, answer)).status).toBe(401);
    expect((await app().call("POST", path, answer, { authorization: `Bearer ${key}` })).status).toBe(403);
    expect((await app().call("POST", path, answer, { cookie: ada.cookies.toString(), origin: "https://evil.example" })).status).toBe(403);
    expect((await app().call("POST", path, answer, { cookie: ada.cookies.toString() })).status).toBe(403);
  }
  expect(await poll(device_code)).toMatchObject(refused("authorization_pending"));
});

test("a device is let into a workspace of one's own alone, and into none that one could do nothing of it in", async () => {
  const [ada, bob] = [await app().newPerson(), await app().newPerson()];
  const { body: { user_code } } = await begin({ scope: "memory:write" });
  expect((await allow(ada, user_code, { workspace: bob.workspace })).body.error.code).toBe("not_found");
  expect((await allow(ada, user_code, { workspace: "" })).status).toBe(400);
  expect((await ada.call("POST", "/v1/oauth/devices", { user_code, allow: true })).body.error).toMatchObject({ param: "workspace" });
  await app().server.control.db.insertInto("members").values({ workspace_id: bob.workspace, user_id: ada.user_id, role: "viewer", created_at: new Date(clock.at).toISOString() }).execute();
  expect((await allow(ada, user_code, { workspace: bob.workspace })).status).toBe(403);
  expect((await ada.call("POST", "/v1/oauth/devices/read", { user_code })).body.workspaces).toMatchObject([{ id: ada.workspace }]);
});

test("a person is warned of a device that asks from another network", async () => {
  const ada = await app().newPerson();
  const read = async (device: string, person: string): Promise<unknown> => {
    const { body: { user_code } } = await begin({}, device);
    const headers = { cookie: ada.cookies.toString(), origin: app().server.config.publicUrl };
    return (await app().newBrowser(person).call("POST", "/v1/oauth/devices/read", { user_code }, headers)).body.same_network;
  };
  expect([await read("203.0.113.1", "203.0.113.1"), await read("203.0.113.1", "203.0.113.2"), await read("2001:db8::1", "2001:db8::2"), await read("2001:db8::1", "2001:db8:1::1")]).toEqual([true, false, true, false]);
});

test("one network address begins sixty times in an hour", async () => {
  const own = await startTestApp();
  const send = (address: string) => own.newBrowser(address).call("POST", "/oauth/device", "client_id=loci-cli", { "content-type": "application/x-www-form-urlencoded" });
  for (let i = 0; i < 60; i++) expect((await send("203.0.113.9")).status).toBe(200);
  expect(await send("203.0.113.9")).toMatchObject({ status: 429, body: { error: "temporarily_unavailable" } });
  expect((await send("203.0.113.10")).status).toBe(200);
});

test("neither code lies in the database, and nothing of them in the log", async () => {
  const { body: { user_code, device_code } } = await begin();
  await poll(device_code);
  const kept = JSON.stringify(await app().server.control.db.selectFrom("device_codes").selectAll().execute()) + JSON.stringify(app().logged);
  for (const secret of [user_code, user_code.replace("-", ""), device_code, device_code.slice(3)]) expect(kept).not.toContain(secret);
});

test("a device that is done with is gone from the database an hour after its codes ended", async () => {
  const { body: { device_code } } = await begin();
  clock.at += 2 * HOUR_MS;
  await app().runJobs();
  expect(await app().server.control.db.selectFrom("device_codes").select("device_hash").execute()).toEqual([]);
  expect(await poll(device_code)).toMatchObject(refused("invalid_grant"));
});
