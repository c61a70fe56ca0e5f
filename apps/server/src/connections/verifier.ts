import { MINUTE_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Control } from "../control/database.ts";
import { LastUsed } from "../control/last-used.ts";
import { RecentReads } from "../control/recent-reads.ts";
import type { Peppers } from "../keys/secrets.ts";
import type { ClientActor } from "../policy/actor.ts";
import { isOAuthScope, permissionsFor } from "../policy/oauth-scopes.ts";
import { permissionsOf } from "../policy/permissions.ts";
import { liveConnections } from "./live.ts";
import { hashesOfToken } from "./tokens.ts";

interface KnownToken {
  actor: ClientActor;
  expiresMs: number;
}

const TOKENS_KNOWN_MAX = 10_000;

const refused = (): AppError => new AppError("unauthenticated", "This access token is not valid: it ended, was revoked, or is for another address. Sign in again.", { details: { reason: "invalid_token" } });

/** Tells which connected app calls by its access token. Tokens in use are remembered until anything changes, a second at most. */
export class ConnectionVerifier {
  private readonly control: Control;
  private readonly peppers: Peppers;
  private readonly now: Clock;
  private readonly known: RecentReads<KnownToken>;
  private readonly used: LastUsed;

  constructor({ control, peppers, now, log }: { control: Control; peppers: Peppers; now: Clock; log: Log }) {
    this.control = control;
    this.peppers = peppers;
    this.now = now;
    this.known = new RecentReads(control, TOKENS_KNOWN_MAX);
    this.used = new LastUsed({ control, log, things: "connections", everyMs: MINUTE_MS / 2, write: (id, at) => control.db.updateTable("connections").set({ last_used_at: at }).where("id", "=", id).execute() });
  }

  /** The app behind an access token that is for one of these resources; throws `unauthenticated`. */
  authenticate(token: string, audience: readonly string[]): ClientActor | Promise<ClientActor> {
    const known = this.known.find(token);
    return known === undefined ? this.authenticateFresh(token, audience) : this.admit(known, audience);
  }

  private async authenticateFresh(token: string, audience: readonly string[]): Promise<ClientActor> {
    const known = await this.known.get(token, () => this.read(token));
    if (known === undefined) throw refused();
    return this.admit(known, audience);
  }

  private admit({ actor, expiresMs }: KnownToken, audience: readonly string[]): ClientActor {
    const now = this.now();
    if (now.getTime() >= expiresMs || !audience.includes(actor.resource)) throw refused();
    this.used.note(actor.connection_id, now);
    return actor;
  }

  private async read(token: string): Promise<KnownToken | undefined> {
    const row = await liveConnections(this.control.reads)
      .innerJoin("token_families", "token_families.connection_id", "connections.id")
      .innerJoin("tokens", "tokens.family_id", "token_families.id")
      .innerJoin("clients", "clients.id", "connections.client_id")
      .select(["connections.id as connection_id", "connections.client_id", "clients.kind as client_kind", "connections.label", "connections.user_id", "connections.workspace_id", "connections.group_name", "connections.read_only",
        "connections.scopes as allowed", "token_families.resource", "tokens.scopes", "tokens.expires_at", "members.role", "workspaces.delete_after", "users.delete_after as user_leaving_at"])
      .where("tokens.token_hash", "in", hashesOfToken(this.peppers, token)).where("tokens.kind", "=", "access").where("tokens.spent_at", "is", null)
      .where("token_families.ended_at", "is", null).executeTakeFirst();
    if (row === undefined) return undefined;
    const { connection_id, client_id, client_kind, label, user_id, workspace_id, group_name: group, resource, role } = row;
    const allowed = row.allowed.split(" ");
    const scopes = row.scopes.split(" ").filter(isOAuthScope).filter((scope) => allowed.includes(scope));
    const may = permissionsFor(scopes, { readOnly: row.read_only === 1 }).intersection(permissionsOf(role));
    const leaving_at = row.delete_after ?? row.user_leaving_at;
    return { actor: { kind: "client", connection_id, client_id, own: client_kind === "own", label, user_id, workspace_id, group, resource, scopes, may, mode: "live", leaving_at }, expiresMs: Date.parse(row.expires_at) };
  }

  /** Writes when connections were last used. */
  flush(): Promise<void> {
    return this.used.flush();
  }

  close(): Promise<void> {
    return this.used.close();
  }
}
