import { hash, timingSafeEqual } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { type Clock, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { LRUCache } from "lru-cache";
import type { HeaderSource } from "../http/headers.ts";
import type { Control } from "../control/database.ts";
import { readKey, type KeyParts } from "./format.ts";
import type { Actor } from "./scopes.ts";
import { hashSecret, matchSecret, type Peppers } from "./secrets.ts";
import { readScopes } from "./service.ts";

interface KnownKey {
  actor: Actor;
  /** A plain digest of the secret that was proven against the stored HMAC; it lives in memory for a second. */
  digest: Buffer;
  expiresMs: number;
  readMs: number;
}

// A revocation by another process shows after the first of these, and after the second even if the version was mute.
const VERSION_AGE_MAX_MS = 100;
const ENTRY_AGE_MAX_MS = SECOND_MS;
const KEYS_KNOWN_MAX = 10_000;
// The control database answers on the thread that serves requests; this many updates hold it for some 2 ms.
const KEYS_WRITTEN_AT_ONCE = 200;

const refused = (message: string): AppError => new AppError("unauthenticated", message);
const NO_KEY = "Give an API key in the header: Authorization: Bearer mk_…";
// The same words for keys that never were, are revoked or do not fit, so that nobody learns which.
const BAD_KEY = "This API key is not valid. Check that it is whole, and that it has not been revoked or expired.";

/** Tells who calls by the key that they show. Keys in use are remembered for at most a second. */
export class KeyVerifier {
  private readonly control: Control;
  private readonly peppers: Peppers;
  private readonly now: Clock;
  private readonly log: Log;
  private readonly known = new LRUCache<string, KnownKey>({ max: KEYS_KNOWN_MAX });
  private readonly used = new Map<string, Date>();
  private readonly rehashed = new Map<string, string>();
  private readonly flushing: NodeJS.Timeout;
  private foreignVersion: number;
  private versionMs = 0;

  constructor({ control, peppers, now, log }: { control: Control; peppers: Peppers; now: Clock; log: Log }) {
    this.control = control;
    this.peppers = peppers;
    this.now = now;
    this.log = log;
    this.foreignVersion = control.readForeignVersion();
    // Half of the promised minute, so that a late timer keeps it too.
    this.flushing = setInterval(() => void this.flush(), MINUTE_MS / 2).unref();
  }

  /** The actor behind a request's headers; throws `unauthenticated` without saying more than it must. */
  authenticate(headers: HeaderSource): Actor | Promise<Actor> {
    const text = readCredential(headers);
    const parts = readKey(text);
    if (parts === null) throw refused(BAD_KEY);
    const nowMs = performance.now();
    this.forgetIfChanged(nowMs);
    const known = this.known.get(parts.handle);
    if (known === undefined || nowMs - known.readMs > ENTRY_AGE_MAX_MS) return this.authenticateFresh(parts);
    return this.admit(parts, known);
  }

  /** Forgets what it knew, at once: for revocations in this very process. */
  forgetKeys(): void {
    this.known.clear();
  }

  /** Writes when keys were last used; a failure costs only that, and is tried again. */
  async flush(): Promise<void> {
    const used = [...this.used];
    const rehashed = [...this.rehashed];
    this.used.clear();
    this.rehashed.clear();
    try {
      while (used.length + rehashed.length > 0) {
        await this.write(used.slice(-KEYS_WRITTEN_AT_ONCE), rehashed.slice(-KEYS_WRITTEN_AT_ONCE));
        used.splice(-KEYS_WRITTEN_AT_ONCE);
        rehashed.splice(-KEYS_WRITTEN_AT_ONCE);
        await setImmediate();
      }
    } catch (error) {
      this.log.warn({ err: error }, "could not write when keys were last used");
      for (const [id, at] of used) if (!this.used.has(id)) this.used.set(id, at);
      for (const [id, hash] of rehashed) this.rehashed.set(id, hash);
    }
  }

  private async write(used: [string, Date][], rehashed: [string, string][]): Promise<void> {
    await this.control.db.transaction().execute(async (tx) => {
      for (const [id, at] of used) await tx.updateTable("keys").set({ last_used_at: at.toISOString() }).where("id", "=", id).execute();
      for (const [id, secret_hash] of rehashed) await tx.updateTable("keys").set({ secret_hash }).where("id", "=", id).execute();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.flushing);
    await this.flush();
  }

  private forgetIfChanged(nowMs: number): void {
    if (nowMs - this.versionMs < VERSION_AGE_MAX_MS) return;
    this.versionMs = nowMs;
    const version = this.control.readForeignVersion();
    if (version === this.foreignVersion) return;
    this.foreignVersion = version;
    this.known.clear();
  }

  private async authenticateFresh(parts: KeyParts): Promise<Actor> {
    const readMs = performance.now();
    const row = await this.control.db.selectFrom("keys").selectAll().where("handle", "=", parts.handle).executeTakeFirst();
    if (row === undefined || row.revoked_at !== null || row.mode !== parts.mode) {
      this.known.delete(parts.handle);
      throw refused(BAD_KEY);
    }
    const { id, workspace_id, group_name, mode } = row;
    const match = matchSecret(this.peppers, parts.secret, Buffer.from(row.secret_hash, "base64url"));
    if (match === "none") throw refused(BAD_KEY);
    if (match === "previous") this.rehashed.set(id, hashSecret(this.peppers, parts.secret));
    const known: KnownKey = {
      actor: { key_id: id, workspace_id, group: group_name, scopes: new Set(readScopes(row.scopes)), mode },
      digest: digestSecret(parts.secret),
      expiresMs: row.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires_at),
      readMs,
    };
    this.known.set(parts.handle, known);
    return this.admit(parts, known);
  }

  private admit({ mode, secret }: KeyParts, { actor, digest, expiresMs }: KnownKey): Actor {
    const now = this.now();
    if (!timingSafeEqual(digestSecret(secret), digest) || actor.mode !== mode || now.getTime() >= expiresMs) throw refused(BAD_KEY);
    this.used.set(actor.key_id, now);
    return actor;
  }
}

const digestSecret = (secret: string): Buffer => hash("sha256", secret, "buffer");

const SCHEME = /^(?:bearer|token|api-key) +(\S+)$/i;

function readCredential(headers: HeaderSource): string {
  const authorization = headers.get("authorization");
  const own = headers.get("x-api-key");
  if (authorization === null) {
    if (own === null || own === "") throw refused(NO_KEY);
    return own;
  }
  const text = SCHEME.exec(authorization)?.[1];
  if (text === undefined) throw refused(`The header Authorization is not understood. ${NO_KEY}`);
  if (own !== null && own !== text) throw refused("Authorization and X-API-Key hold different keys. Send one of them.");
  return text;
}
