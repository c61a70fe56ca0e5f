import { AppError, notFound } from "@loci/kit/errors";
import type { Clock } from "@loci/kit/clock";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import { signOutApps } from "../connections/revoke.ts";
import type { Control, ControlDb } from "../control/database.ts";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { IDLE_MAX_MS } from "../sessions/verifier.ts";

interface SessionParts {
  control: Control;
  now: Clock;
}

interface SessionView {
  id: string;
  current: boolean;
  method: string | null;
  address: string | null;
  user_agent: string | null;
  created_at: string;
  last_used_at: string;
  expires_at: string;
}

/** The sessions of a person that still work, the latest used first. */
export async function listSessions(db: ControlDb, now: Date, { user_id, session_id }: Pick<Person, "user_id" | "session_id">): Promise<SessionView[]> {
  const idleSince = new Date(now.getTime() - IDLE_MAX_MS).toISOString();
  const rows = await db.selectFrom("sessions").selectAll().where("user_id", "=", user_id).where("expires_at", ">", now.toISOString()).where("updated_at", ">", idleSince).orderBy("updated_at", "desc").orderBy("id", "desc").execute();
  return rows.map(({ id, method, ip_address, user_agent, created_at, updated_at, expires_at }) => {
    const idleAt = new Date(Date.parse(updated_at) + IDLE_MAX_MS).toISOString();
    return { id, current: id === session_id, method, address: ip_address || null, user_agent: user_agent || null, created_at, last_used_at: updated_at, expires_at: idleAt < expires_at ? idleAt : expires_at };
  });
}

/** Ends one session of a person; throws `not_found` for whatever is not theirs. */
export function endSession({ control, now }: SessionParts, origin: Origin, { user_id, id }: { user_id: string; id: string }): Promise<void> {
  return control.transaction(async () => {
    const ended = await control.db.deleteFrom("sessions").where("id", "=", id).where("user_id", "=", user_id).returning("id").executeTakeFirst();
    if (ended === undefined) throw notFound("session");
    await appendAudit({ control, now }, origin, { chain: user_id, action: "session.ended", target: id });
  });
}

/** The session that came along with a request to sign in, where it still works. */
export async function findHeldSession({ config, sessions }: Pick<Parts, "config" | "sessions">, { cookie }: Pick<OpenCall, "cookie">): Promise<Person | null> {
  const held = cookie(sessionCookieOf(config.publicUrl));
  if (held === null) return null;
  try {
    return await sessions.authenticate(held);
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") return null;
    throw error;
  }
}

/** Ends the session that a browser held when the same person signed in with it anew: the new cookie takes its place, so nobody could end it later. */
export async function endReplaced({ control, now }: SessionParts, origin: Origin, { held, user_id }: { held: Person | null; user_id: string }): Promise<void> {
  if (held?.user_id !== user_id) return;
  const ended = await control.db.deleteFrom("sessions").where("id", "=", held.session_id).returning("id").executeTakeFirst();
  if (ended !== undefined) await appendAudit({ control, now }, { ...origin, actor: user_id }, { chain: user_id, action: "session.ended", target: ended.id, details: { replaced: true } });
}

interface EndedSessions {
  user_id: string;
  keep: string | null;
  /** Whether connected apps are signed out as well. */
  apps?: boolean;
}

/** Ends the sessions of a person, all but the one to keep; answers how many that were. */
export function endSessions({ control, now }: SessionParts, origin: Origin, { user_id, keep, apps = false }: EndedSessions): Promise<number> {
  return control.transaction(async () => {
    if (apps) await signOutApps({ control, now }, user_id, "signed_out_everywhere");
    const ended = await control.db.deleteFrom("sessions").where("user_id", "=", user_id).where("id", "!=", keep ?? "").returning("id").execute();
    if (ended.length > 0 || apps) await appendAudit({ control, now }, origin, { chain: user_id, action: "session.all_ended", target: user_id, details: { ended: ended.length, kept: keep, ...(apps && { apps }) } });
    return ended.length;
  });
}

/** Writes down that a person has just shown who they are, and answers when that was. */
export function noteProof({ control, now }: SessionParts, { user_id, session_id }: Person, origin: Origin, method: string): Promise<Date> {
  return control.transaction(async () => {
    const at = now();
    await control.db.updateTable("sessions").set({ proven_at: at.toISOString() }).where("id", "=", session_id).execute();
    await appendAudit({ control, now }, origin, { chain: user_id, action: "account.proven", target: user_id, details: { method } });
    return at;
  });
}
