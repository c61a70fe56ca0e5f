import { invalid, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { AuditAction } from "../audit/actions.ts";
import { appendAudit, type AuditParts } from "../audit/append.ts";
import type { Details } from "../audit/details.ts";
import type { Origin } from "../audit/origin.ts";
import type { ControlDb } from "../control/database.ts";
import { findRole } from "../members/standing.ts";
import type { Limits } from "../oauth/offers.ts";
import { OAUTH_SCOPES, type OAuthScope } from "../policy/oauth-scopes.ts";
import { announceConnection, type AnnounceParts } from "./announce.ts";
import { toLabel } from "./label.ts";

/** What a person allows an app. */
export interface Allowance {
  user_id: string;
  workspace_id: string;
  client: { id: string; name: string };
  /** The URL that its tokens are for. */
  resource: string;
  scopes: readonly OAuthScope[];
  /** The only group that it sees, or `null` for all of the workspace. */
  group: string | null;
  read_only: boolean;
}

/**
 * Connects an app in the transaction that runs, and answers with the connection's id. A person has one connection with a
 * client, workspace and resource: where it is there, it takes the scopes that were allowed now, keeps its label, and its
 * limits can become narrower; what lifts them is `updateConnection` alone. Throws `invalid_request` for another group.
 */
export function connect(parts: AnnounceParts, { origin }: { origin: Origin }, allowance: Allowance): Promise<string> {
  const { control, now } = parts;
  const { user_id, workspace_id, client, resource } = allowance;
  return control.transaction(async () => {
    const { db } = control;
    if ((await findRole(db, workspace_id, user_id)) === undefined) throw notFound("workspace");
    const { group, read_only } = await limit(db, allowance);
    const scopes = OAUTH_SCOPES.filter((scope) => allowance.scopes.includes(scope));
    const terms = { scopes: scopes.join(" "), group_name: group, read_only: read_only ? 1 : 0 } as const;
    const row = { id: newId("con"), user_id, workspace_id, client_id: client.id, label: toLabel(allowance), resource, ...terms, created_at: now().toISOString(), last_used_at: null, revoked_at: null };
    const { id } = await db.insertInto("connections").values(row)
      .onConflict((live) => live.columns(["user_id", "workspace_id", "client_id", "resource"]).where("revoked_at", "is", null).doUpdateSet(terms))
      .returning("id").executeTakeFirstOrThrow();
    const details = { client: client.id, resource, scopes, bound_to_group: group !== null, read_only };
    await noteConnection(parts, origin, { id, user_id, workspace_id }, { action: id === row.id ? "connection.created" : "connection.changed", details });
    if (id === row.id) await announceConnection(parts, allowance);
    return id;
  });
}

/** What was allowed now, within the limits that stand: who signs in once more lifts them for no sign-in of before. */
async function limit(db: ControlDb, { user_id, workspace_id, client, resource, group, read_only }: Allowance): Promise<Limits> {
  const live = await db.selectFrom("connections").select(["label", "group_name", "read_only"])
    .where("user_id", "=", user_id).where("workspace_id", "=", workspace_id).where("client_id", "=", client.id).where("resource", "=", resource).where("revoked_at", "is", null).executeTakeFirst();
  if (live === undefined) return { group, read_only };
  if (live.group_name !== null && group !== null && group !== live.group_name) throw invalid("group", `"${live.label}" is limited to the group ${live.group_name} from before. Change that under /connections.`);
  return { group: live.group_name ?? group, read_only: read_only || live.read_only === 1 };
}

interface Connected {
  id: string;
  user_id: string;
  workspace_id: string;
}

/** In the log of the workspace, whose memories it reaches, and in that of the person, in whose name it acts. */
export async function noteConnection(parts: AuditParts, origin: Origin, { id, user_id, workspace_id }: Connected, event: { action: AuditAction; details: Details }): Promise<void> {
  await appendAudit(parts, origin, { chain: workspace_id, target: id, ...event });
  // Where an admin sits is not for everybody whose apps they end.
  const own = origin.actor === user_id ? origin : { ...origin, address: null, user_agent: null };
  await appendAudit(parts, own, { chain: user_id, target: id, action: event.action, details: { ...event.details, workspace_id } });
}
