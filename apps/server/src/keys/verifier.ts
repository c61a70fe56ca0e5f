import { hash, timingSafeEqual } from "node:crypto";
import type { BlockList } from "node:net";
import { setImmediate } from "node:timers/promises";
import { type Clock, MINUTE_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Control } from "../control/database.ts";
import { RecentReads } from "../control/recent-reads.ts";
import { isInside, toBlockList } from "../http/client-address.ts";
import type { HeaderSource } from "../http/headers.ts";
import { readKey, type KeyParts } from "./format.ts";
import { readScopes } from "./key.ts";
import type { KeyActor } from "../policy/actor.ts";
import { hashSecret, matchSecret, type Peppers } from "./secrets.ts";

interface KnownKey {
  actor: KeyActor;
  /** A plain digest of the secret that was proven against the stored HMAC; it lives in memory for a second. */
  digest: Buffer;
  expiresMs: number;
  /** Where it may be used from; `null` is anywhere. */
  allowed: BlockList | null;
}

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
  private readonly known: RecentReads<KnownKey>;
  private readonly used = new Map<string, Date>();
  private readonly rehashed = new Map<string, string>();
  private readonly flushing: NodeJS.Timeout;

  constructor({ control, peppers, now, log }: { control: Control; peppers: Peppers; now: Clock; log: Log }) {
    this.control = control;
    this.peppers = peppers;
    this.now = now;
    this.log = log;
    this.known = new RecentReads(control, KEYS_KNOWN_MAX);
    // Half of the promised minute, so that a late timer keeps it too.
    this.flushing = setInterval(() => void this.flush(), MINUTE_MS / 2).unref();
  }

  /** The actor behind a request's headers; throws `unauthenticated` without saying more than it must. */
  authenticate(headers: HeaderSource, address: string | null): KeyActor | Promise<KeyActor> {
    const parts = readKey(readCredential(headers));
    if (parts === null) throw refused(BAD_KEY);
    const known = this.known.find(parts.handle);
    return known === undefined ? this.authenticateFresh(parts, address) : this.admit(parts, known, address);
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
    await this.control.transaction(async () => {
      const { db } = this.control;
      for (const [id, at] of used) await db.updateTable("keys").set({ last_used_at: at.toISOString() }).where("id", "=", id).execute();
      for (const [id, secret_hash] of rehashed) await db.updateTable("keys").set({ secret_hash }).where("id", "=", id).execute();
    });
  }

  async close(): Promise<void> {
    clearInterval(this.flushing);
    await this.flush();
  }

  private async authenticateFresh(parts: KeyParts, address: string | null): Promise<KeyActor> {
    const known = await this.known.get(parts.handle, () => this.read(parts));
    if (known === undefined) throw refused(BAD_KEY);
    return this.admit(parts, known, address);
  }

  private async read(parts: KeyParts): Promise<KnownKey | undefined> {
    const row = await this.control.reads.selectFrom("keys").innerJoin("workspaces", "workspaces.id", "keys.workspace_id")
      // Whose personal workspace it is: with a shut account its keys stop, and work again when it is opened.
      .leftJoin("users", "users.id", "workspaces.personal_user_id").selectAll("keys")
      .select(["workspaces.delete_after", "workspaces.deleting_at", "users.disabled_at"]).where("handle", "=", parts.handle).executeTakeFirst();
    if (row === undefined || row.revoked_at !== null || row.mode !== parts.mode || row.deleting_at !== null || row.disabled_at !== null) return undefined;
    const { id, workspace_id, group_name, mode } = row;
    const match = matchSecret(this.peppers, parts.secret, Buffer.from(row.secret_hash, "base64url"));
    if (match === "none") return undefined;
    if (match === "previous") this.rehashed.set(id, hashSecret(this.peppers, parts.secret));
    const allowed = JSON.parse(row.ip_allow) as string[];
    return {
      actor: { kind: "key", key_id: id, workspace_id, group: group_name, may: new Set(readScopes(row.scopes)), mode, leaving_at: row.delete_after },
      digest: digestSecret(parts.secret),
      expiresMs: row.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires_at),
      allowed: allowed.length === 0 ? null : toBlockList(allowed),
    };
  }

  private admit({ mode, secret }: KeyParts, { actor, digest, expiresMs, allowed }: KnownKey, address: string | null): KeyActor {
    const now = this.now();
    if (!timingSafeEqual(digestSecret(secret), digest) || actor.mode !== mode || now.getTime() >= expiresMs) throw refused(BAD_KEY);
    if (allowed !== null && (address === null || !isInside(allowed, address))) {
      throw new AppError("forbidden", `This key may not be used from ${address ?? "an unknown address"}: its list of addresses does not hold it.`);
    }
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
