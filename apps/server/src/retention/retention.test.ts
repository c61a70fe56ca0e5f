import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM } from "../audit/origin.ts";
import { verifyChain } from "../audit/verify.ts";
import type { ControlDb } from "../control/database.ts";
import { shareTestApp, type TestApp } from "../testing/harness.ts";
import { insertPerson } from "../testing/signed-in.ts";
import { createWorkspace } from "../workspaces/service.ts";
import { RETENTION } from "./table.ts";

const START = Date.parse("2026-11-21T08:00:00.000Z");
const ROUND_MS = 10 * MINUTE_MS;
const FAR = "2236-01-01T00:00:00.000Z";

interface Clocked {
  app: TestApp;
  db: ControlDb;
  user_id: string;
  startMs: number;
  now(): Date;
  /** Moves the clock on, so that the round of retention that is due then runs. */
  advanceTo(ms: number): Promise<void>;
}

const clock = { at: START };
const shared = shareTestApp({ now: () => new Date(clock.at) });

/** The clock goes on from test to test, and stands at a round at the beginning of each. */
async function startClocked(): Promise<Clocked> {
  const app = shared();
  const { user_id } = await insertPerson(app);
  await app.runJobs();
  return {
    app, user_id, db: app.server.control.db, startMs: clock.at, now: () => new Date(clock.at),
    advanceTo: async (ms) => {
      clock.at = ms;
      await app.runJobs();
    },
  };
}

/** Puts in what counts from this time on, and tells whether it is still there. */
type Kept = (clocked: Clocked, since: string) => Promise<() => Promise<boolean>>;
type Inserted = "clients" | "consents" | "proofs" | "verifications" | "spent_totp_codes" | "sessions" | "kept_answers" | "jobs" | "mails" | "former_addresses" | "invitations" | "spent_assertions";

const row = (table: Inserted, values: (since: string, clocked: Clocked, id: string) => Record<string, unknown>, key = "id"): Kept => async (clocked, since) => {
  const id = newId("job");
  await clocked.db.insertInto(table).values({ [key]: id, ...values(since, clocked, id) } as never).execute();
  return async () => (await clocked.db.selectFrom(table).selectAll().where(key as never, "=", id as never).execute()).length === 1;
};

const session = (id: string, { user_id }: Clocked) => ({ user_id, token_hash: id, created_at: FAR, ip_address: null, user_agent: null, proven_at: null, method: null });
const job = { kind: "nothing", payload: "", unique_key: null, run_at: FAR, leased_until: null, lease: null, tries: 1, error: null, created_at: FAR };

const invitation = (name: "revoked_at" | "accepted_at" | "expires_at"): Kept => async (clocked, since) => {
  const { id: workspace_id } = await createWorkspace({ control: clocked.app.server.control, now: clocked.now }, newId("wsp"));
  return row("invitations", (_, __, id) => ({ workspace_id, email: `${id}@example.com`, role: "viewer", token_hash: id, invited_by: null, created_at: FAR, expires_at: FAR, accepted_at: null, accepted_by: null, revoked_at: null, [name]: since }))(clocked, since);
};

const client = { kind: "registered" as const, name: "An app", uri: null, application_type: "native" as const, redirect_uris: "[]", fetched_at: null, fresh_until: null };

/** What hangs on a connection: the connection itself, a sign-in of it, or what its sign-ins hold. */
const connected = (keep: (ids: { connection_id: string; family_id: string; user_id: string }, since: string, clocked: Clocked) => Promise<{ table: "connections" | "token_families" | "tokens" | "authorization_codes" | "device_codes"; key: string; id: string }>): Kept => async (clocked, since) => {
  const { db, user_id, now, app } = clocked;
  const { id: workspace_id } = await createWorkspace({ control: app.server.control, now }, newId("wsp"));
  const [connection_id, family_id] = [newId("con"), newId("fam")];
  await db.insertInto("connections").values({ id: connection_id, user_id, workspace_id, client_id: "loci-cli", label: "Loci CLI", resource: "r", scopes: "memory:read", group_name: null, created_at: FAR, last_used_at: null, revoked_at: null }).execute();
  await db.insertInto("token_families").values({ id: family_id, connection_id, code_hash: null, scopes: "memory:read", resource: "r", created_at: FAR, expires_at: FAR, ended_at: null, ended_because: null }).execute();
  const { table, key, id } = await keep({ connection_id, family_id, user_id }, since, clocked);
  return async () => (await db.selectFrom(table).selectAll().where(key as never, "=", id as never).execute()).length === 1;
};
const granted = { scopes: "memory:read", resource: "r" };

const KEPT: Record<string, Kept[]> = {
  consents: [row("consents", (expires_at, { user_id }) => ({ user_id, client_id: "loci-cli", redirect_uri: "http://127.0.0.1/callback", state: null, ...granted, challenge: "c", created_at: FAR, expires_at, answered_at: null }))],
  authorization_codes: [connected(async ({ connection_id }, expires_at, { db }) => {
    const code_hash = newId("job");
    await db.insertInto("authorization_codes").values({ code_hash, connection_id, client_id: "loci-cli", redirect_uri: "http://127.0.0.1/callback", challenge: "c", ...granted, expires_at, spent_at: null }).execute();
    return { table: "authorization_codes", key: "code_hash", id: code_hash };
  })],
  device_codes: [connected(async ({ connection_id }, expires_at, { db }) => {
    const device_hash = newId("job");
    await db.insertInto("device_codes").values({ device_hash, user_hash: device_hash, client_id: "loci-cli", ...granted, address: "192.0.2.1", created_at: FAR, expires_at, polled_at: null, interval_s: 5, connection_id, denied_at: null, spent_at: null }).execute();
    return { table: "device_codes", key: "device_hash", id: device_hash };
  })],
  tokens: [connected(async ({ family_id }, expires_at, { db }) => {
    const token_hash = newId("job");
    await db.insertInto("tokens").values({ token_hash, family_id, kind: "access", scopes: "memory:read", created_at: FAR, expires_at, spent_at: null }).execute();
    return { table: "tokens", key: "token_hash", id: token_hash };
  })],
  token_families: (["ended_at", "expires_at"] as const).map((name) => connected(async ({ family_id }, since, { db }) => {
    await db.updateTable("token_families").set({ [name]: since }).where("id", "=", family_id).execute();
    return { table: "token_families", key: "id", id: family_id };
  })),
  connections: [connected(async ({ connection_id }, revoked_at, { db }) => {
    await db.updateTable("connections").set({ revoked_at }).where("id", "=", connection_id).execute();
    return { table: "connections", key: "id", id: connection_id };
  })],
  spent_assertions: [row("spent_assertions", (expires_at) => ({ expires_at }), "assertion_hash")],
  clients: [row("clients", (created_at) => ({ ...client, created_at, last_used_at: null })), row("clients", (last_used_at) => ({ ...client, kind: "document", created_at: "2020-01-01T00:00:00.000Z", last_used_at }))],
  proofs: [row("proofs", (expires_at) => ({ purpose: "sign_in", email: "ada@example.com", browser_hash: "", code_hash: "", payload: null, expires_at, created_at: FAR }))],
  verifications: [row("verifications", (expires_at) => ({ identifier: "i", value: "v", expires_at, created_at: FAR, updated_at: FAR }))],
  spent_totp_codes: [row("spent_totp_codes", (at, { user_id }) => ({ user_id, at }), "code_hash")],
  sessions: [row("sessions", (expires_at, clocked, id) => ({ ...session(id, clocked), updated_at: FAR, expires_at }))],
  idle_sessions: [row("sessions", (updated_at, clocked, id) => ({ ...session(id, clocked), updated_at, expires_at: FAR }))],
  kept_answers: [row("kept_answers", (created_at) => ({ key: "k", fingerprint: "", status: 200, body: null, created_at }), "caller")],
  done_jobs: [row("jobs", (finished_at) => ({ ...job, status: "done", finished_at }))],
  failed_jobs: [row("jobs", (finished_at) => ({ ...job, status: "failed", finished_at }))],
  mails: [row("mails", (created_at) => ({ recipient: "ada@example.com", template: "no_account", message: "", status: "sent", error: null, created_at, sent_at: null }))],
  former_addresses: [row("former_addresses", (changed_at, { user_id }) => ({ user_id, changed_at }), "email")],
  invitations: [invitation("expires_at"), invitation("accepted_at"), invitation("revoked_at")],
  audit: [async ({ app, db }, since) => {
    const target = newId("job");
    const parts = { control: app.server.control, now: () => new Date(since) };
    await appendAudit(parts, SYSTEM, { chain: "wsp_old", action: "key.created", target });
    return async () => {
      expect((await verifyChain(db, "wsp_old")).broken).toBeNull();
      return (await db.selectFrom("audit").select("seq").where("target", "=", target).execute()).length === 1;
    };
  }],
  accounts: [
    async (clocked, since) => {
      const { user_id } = await insertPerson(clocked.app);
      const delete_after = new Date(Date.parse(since) + 30 * DAY_MS).toISOString();
      await clocked.db.updateTable("users").set({ delete_after }).where("id", "=", user_id).execute();
      return async () => (await clocked.db.selectFrom("users").select("id").where("id", "=", user_id).where("deleting_at", "is", null).execute()).length === 1;
    },
    async (clocked, since) => {
      const { id } = await createWorkspace({ control: clocked.app.server.control, now: clocked.now }, newId("wsp"));
      const delete_after = new Date(Date.parse(since) + 30 * DAY_MS).toISOString();
      await clocked.db.updateTable("workspaces").set({ delete_after }).where("id", "=", id).execute();
      return async () => (await clocked.db.selectFrom("workspaces").select("id").where("id", "=", id).execute()).length === 1;
    },
  ],
};

test.each(RETENTION.filter(({ rule }) => rule.way !== "not_kept_here").map(({ name, keptMs }) => [name, keptMs] as const))("%s go when their time is over, not before, and younger ones stay", async (name, keptMs) => {
  const clocked = await startClocked();
  const kinds = KEPT[name] ?? [];
  expect(kinds.length).toBeGreaterThan(0);
  // Rounds come every ten minutes: due a second before one of them, and a second after it.
  const dueMs = clocked.startMs + keptMs + 24 * HOUR_MS;
  const old = await Promise.all(kinds.map((keep) => keep(clocked, new Date(dueMs - keptMs - SECOND_MS).toISOString())));
  const young = await Promise.all(kinds.map((keep) => keep(clocked, new Date(dueMs - keptMs + SECOND_MS).toISOString())));
  const areThere = (all: (() => Promise<boolean>)[]) => Promise.all(all.map((isThere) => isThere()));

  await clocked.advanceTo(dueMs - ROUND_MS);
  expect([await areThere(old), await areThere(young)]).toEqual([old.map(() => true), young.map(() => true)]);
  await clocked.advanceTo(dueMs);
  expect([await areThere(old), await areThere(young)]).toEqual([old.map(() => false), young.map(() => true)]);
  await clocked.advanceTo(dueMs + ROUND_MS);
  expect(await areThere(young)).toEqual(young.map(() => false));
});

test("the head of an audit chain stays when all its links are gone, so that nobody can begin it anew", async () => {
  const { app, db, startMs, advanceTo } = await startClocked();
  await appendAudit({ control: app.server.control, now: () => new Date(startMs) }, SYSTEM, { chain: "wsp_head", action: "key.created" });
  await advanceTo(startMs + 731 * DAY_MS);
  expect(await db.selectFrom("audit").select("seq").where("chain", "=", "wsp_head").execute()).toEqual([]);
  expect(await db.selectFrom("audit_heads").select(["seq", "last_seq"]).where("chain", "=", "wsp_head").execute()).toEqual([{ seq: 1, last_seq: 1 }]);
  expect((await verifyChain(db, "wsp_head")).broken).toBeNull();
});

test("more rows than one statement takes go in one round, and jobs that wait or run stay however old they are", async () => {
  const { db, startMs, advanceTo } = await startClocked();
  const at = new Date(startMs).toISOString();
  for (let n = 0; n < 13; n++) {
    await db.insertInto("mails").values(Array.from({ length: 100 }, () => ({ id: newId("mail"), recipient: "ada@example.com", template: "no_account", message: "", status: "sent" as const, created_at: at }))).execute();
  }
  for (const status of ["waiting", "running"] as const) await db.insertInto("jobs").values({ ...job, id: newId("job"), status, run_at: FAR, leased_until: FAR, finished_at: null }).execute();
  await advanceTo(startMs + 31 * DAY_MS);
  expect(await db.selectFrom("mails").select("id").execute()).toEqual([]);
  expect(await db.selectFrom("jobs").select("status").where("kind", "=", "nothing").orderBy("status").execute()).toEqual([{ status: "running" }, { status: "waiting" }]);
});

test("an app stays as long as somebody is connected to it, however long ago that was ended, and our own stays for ever", async () => {
  const { db, user_id, app, now, startMs, advanceTo } = await startClocked();
  const { id: workspace_id } = await createWorkspace({ control: app.server.control, now }, newId("wsp"));
  const ids = [newId("cli"), newId("cli")];
  for (const [index, id] of ids.entries()) {
    const at = new Date(startMs).toISOString();
    await db.insertInto("clients").values({ ...client, id, created_at: at, last_used_at: null }).execute();
    await db.insertInto("connections").values({ id: newId("con"), user_id, workspace_id, client_id: id, label: "An app", resource: "r", scopes: "memory:read", group_name: null, created_at: at, last_used_at: null, revoked_at: index === 0 ? null : at }).execute();
  }
  const left = async () => (await db.selectFrom("clients").select("id").where("id", "in", [...ids, "loci-cli"]).orderBy("id").execute()).map(({ id }) => id);
  await advanceTo(startMs + 40 * DAY_MS);
  expect(await left()).toEqual([...ids, "loci-cli"]);
  await advanceTo(startMs + 100 * DAY_MS);
  expect(await left()).toEqual([ids[0], "loci-cli"]);
});

test("each entry of the table says what it is about, and no two have a name in common", () => {
  expect(new Set(RETENTION.map(({ name }) => name)).size).toBe(RETENTION.length);
  for (const { name, what, after } of RETENTION) expect([name, what, after].every((words) => words.trim() !== "")).toBe(true);
  const days = Object.fromEntries(RETENTION.map(({ name, keptMs }) => [name, keptMs / DAY_MS]));
  expect(days).toMatchObject({ audit: 730, request_log: 90, accounts: 30, kept_answers: 2, done_jobs: 7, failed_jobs: 30, mails: 30, invitations: 90, spent_totp_codes: 1, proofs: 0 });
});
