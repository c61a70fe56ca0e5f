import { z } from "zod";
import { empty, guarded, json, type Route } from "../http/route.ts";
import { flagParam } from "../http/query.ts";
import { IdParam } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { clearCookie } from "./cookies.ts";
import { endSession, endSessions, listSessions } from "./sessions.ts";

const SessionInfo = z.strictObject({
  id: z.string().describe("The session's id; it is no secret."),
  current: z.boolean().describe("Whether it is the one that asks."),
  method: z.string().nullable().describe("How it was begun: password, code, magic_link, passkey and so on; null where that is not known."),
  address: z.string().nullable().describe("From where it was begun, or null."),
  user_agent: z.string().nullable().describe("With what it was begun, or null."),
  created_at: WireTime.describe("When it was begun."),
  last_used_at: WireTime.describe("When it was last used, an hour behind at most."),
  expires_at: WireTime.describe("When it ends if it is not used before: 7 days after its last use, 30 after its begin."),
}).meta({
  id: "Session",
  description: "A session of the person who is signed in.",
  examples: [{
    id: "ses_019aa5d27c4c7d1eb8a3c0d94b1f8e52", current: true, method: "password", address: "192.0.2.7", user_agent: "Mozilla/5.0",
    created_at: "2026-11-21T07:00:00.000Z", last_used_at: "2026-11-21T07:00:00.000Z", expires_at: "2026-11-28T07:00:00.000Z",
  }],
});

const Ended = z.strictObject({ ended: z.int().min(0).describe("How many sessions ended.") }).meta({ id: "SessionsEnded", description: "What was ended.", examples: [{ ended: 2 }] });

// Without "cookies": that would take those of every site under the same registered domain.
const CLEAR = { "clear-site-data": '"cache", "storage"' };

/** The sessions of the person who is signed in, and their end. */
export function sessionRoutes(parts: Parts): Route[] {
  const { control, now, config: { publicUrl }, sessions } = parts;
  const cookie = sessionCookieOf(publicUrl);
  const gone = { headers: CLEAR, cookies: [clearCookie(publicUrl, cookie)] };

  const list = guarded("account", {
    id: "listSessions", method: "get", path: "/v1/account/sessions", tags: ["Account"], repeat: "safe",
    summary: "List your sessions", description: "Those that still work, the latest used first.",
    responses: { 200: json(z.strictObject({ items: z.array(SessionInfo).describe("The sessions.") }), "The sessions.") },
  }, async ({ person }) => ({ status: 200, body: { items: await listSessions(control.reads, now(), person) } }));

  const endOne = guarded("account", {
    id: "deleteSession", method: "delete", path: "/v1/account/sessions/{id}", tags: ["Account"], repeat: "idempotent", whileLeaving: true,
    summary: "End a session", description: "Its next request is refused.",
    request: { params: IdParam },
    responses: { 204: empty("Ended.") },
  }, async ({ person, origin, params: { id } }) => {
    await endSession(parts, origin, { user_id: person.user_id, id });
    return { status: 204, ...(id === person.session_id && gone) };
  });

  const endAll = guarded("account", {
    id: "deleteSessions", method: "delete", path: "/v1/account/sessions", tags: ["Account"], repeat: "idempotent", whileLeaving: true,
    summary: "Sign out everywhere", description: "Ends every other session; with `all` also the one that asks, with `apps` also the sign-ins of connected apps.",
    request: { query: z.strictObject({
      all: flagParam().optional().describe("Whether the session that asks ends too."),
      apps: flagParam().optional().describe("Whether the apps that you connected are signed out too. What you allowed them stays, and each has to be let in once more."),
    }) },
    responses: { 200: json(Ended, "Ended.") },
  }, async ({ person, origin, query: { all = false, apps = false } }) => {
    const ended = await endSessions(parts, origin, { user_id: person.user_id, keep: all ? null : person.session_id, apps });
    return { status: 200, body: { ended }, ...(all && gone) };
  });

  const signOut = guarded("open", {
    id: "signOut", method: "post", path: "/v1/auth/sign-out", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Sign out", description: "Ends the session and has the browser forget what it keeps of this site. Without a session it does only the latter.",
    responses: { 204: empty("Signed out.") },
  }, async (call) => {
    const token = call.cookie(cookie);
    const person = token === null ? null : await Promise.try(() => sessions.authenticate(token)).catch(() => null);
    if (person !== null) await endSession(parts, { ...call.origin, actor: person.user_id }, { user_id: person.user_id, id: person.session_id }).catch(() => undefined);
    return { status: 204, ...gone };
  });

  return [list, endOne, endAll, signOut];
}
