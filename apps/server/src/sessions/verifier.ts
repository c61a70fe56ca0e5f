import { DAY_MS, HOUR_MS, MINUTE_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Control } from "../control/database.ts";
import { LastUsed } from "../control/last-used.ts";
import { RecentReads } from "../control/recent-reads.ts";
import type { Person } from "../policy/actor.ts";
import { createTokenHasher } from "./token.ts";

/** A session that nobody used for so long is over; SECURITY 3.1 (ASVS 7.3.1). */
export const IDLE_MAX_MS = 7 * DAY_MS;

const SESSIONS_KNOWN_MAX = 10_000;
// When a session was last used is worth a write an hour.
const TOUCH_AFTER_MS = HOUR_MS;

interface KnownSession {
  person: Person;
  expiresMs: number;
  usedMs: number;
}

/** Tells who calls by their session cookie. Sessions in use are remembered until anything changes, a second at most. */
export class SessionVerifier {
  private readonly control: Control;
  private readonly now: Clock;
  private readonly hash: (token: string) => string;
  private readonly known: RecentReads<KnownSession>;
  private readonly used: LastUsed;

  constructor({ control, authSecret, now, log }: { control: Control; authSecret: string; now: Clock; log: Log }) {
    this.control = control;
    this.now = now;
    this.hash = createTokenHasher(authSecret);
    this.known = new RecentReads(control, SESSIONS_KNOWN_MAX);
    this.used = new LastUsed({ control, log, things: "sessions", everyMs: MINUTE_MS, write: (id, at) => control.db.updateTable("sessions").set({ updated_at: at }).where("id", "=", id).execute() });
  }

  /** The person behind a session cookie; throws `unauthenticated`. */
  authenticate(cookie: string): Person | Promise<Person> {
    // What follows the token is better-auth's signature; 256 random bits need none.
    const token = cookie.split(".", 1)[0] ?? "";
    const known = this.known.find(token);
    return known === undefined ? this.authenticateFresh(token) : this.admit(known);
  }

  /** Writes when sessions were last used. */
  flush(): Promise<void> {
    return this.used.flush();
  }

  close(): Promise<void> {
    return this.used.close();
  }

  private async authenticateFresh(token: string): Promise<Person> {
    const known = await this.known.get(token, () => this.read(this.hash(token)));
    if (known === undefined) throw refused();
    return this.admit(known);
  }

  private admit({ person, expiresMs, usedMs }: KnownSession): Person {
    const now = this.now();
    const nowMs = now.getTime();
    if (nowMs >= expiresMs || nowMs - usedMs > IDLE_MAX_MS) throw refused();
    if (nowMs - usedMs > TOUCH_AFTER_MS) this.used.note(person.session_id, now);
    return person;
  }

  private async read(tokenHash: string): Promise<KnownSession | undefined> {
    const row = await this.control.reads.selectFrom("sessions").innerJoin("users", "users.id", "sessions.user_id")
      .select(["sessions.id", "sessions.user_id", "sessions.expires_at", "sessions.updated_at", "sessions.proven_at", "users.email", "users.name", "users.operator", "users.disabled_at", "users.delete_after"])
      .where("token_hash", "=", tokenHash).executeTakeFirst();
    if (row === undefined || row.disabled_at !== null) return undefined;
    const { id: session_id, user_id, email, name, operator, delete_after: leaving_at } = row;
    const provenMs = row.proven_at === null ? 0 : Date.parse(row.proven_at);
    return { person: { user_id, session_id, email, name, operator: operator === 1, provenMs, leaving_at }, expiresMs: Date.parse(row.expires_at), usedMs: Date.parse(row.updated_at) };
  }
}

const refused = (): AppError => new AppError("unauthenticated", "This session is over or was ended. Sign in again.");
