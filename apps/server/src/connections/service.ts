import { AppError, invalid, notFound } from "@loci/kit/errors";
import type { Page } from "@loci/kit/page";
import type { AuditParts } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import { requireStanding, type Asking } from "../members/standing.ts";
import type { Person } from "../policy/actor.ts";
import { OAUTH_SCOPES, type OAuthScope } from "../policy/oauth-scopes.ts";
import { noteConnection } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { revokeConnection } from "./revoke.ts";
import { findConnection, listRows, type ConnectionListQuery } from "./store.ts";

/** The person whose connections are asked about, and from where. */
export interface PersonAsking {
  person: Pick<Person, "user_id">;
  origin: Origin;
}

/** A person's own, in one workspace or in all, the newest first. */
export const listOwn = ({ control }: { control: Control }, { user_id }: Pick<Person, "user_id">, query: ConnectionListQuery & { workspace?: string | undefined }): Promise<Page<Connection>> =>
  listRows(control.reads, { user_id, workspace: query.workspace }, query);

/** Those of everybody in a workspace, the newest first. */
export const listInWorkspace = ({ control }: { control: Control }, workspace_id: string, query: ConnectionListQuery): Promise<Page<Connection>> =>
  listRows(control.reads, { workspace_id }, query);

/** One of a person's own connections; throws `not_found` for whatever is not theirs. */
export async function getConnection({ control }: { control: Control }, { user_id }: Pick<Person, "user_id">, id: string): Promise<Connection> {
  const found = await findConnection(control.db, { user_id }, id);
  if (found === undefined) throw notFound("connection");
  return found;
}

export interface ConnectionPatch {
  label?: string | undefined;
  scopes?: readonly OAuthScope[] | undefined;
  /** `null` is all of the workspace. */
  group?: string | null | undefined;
  read_only?: boolean | undefined;
}

/** Changes what an app is called and how far it reaches; it holds from its next request on. Scopes can only be taken away. */
export function updateConnection(parts: AuditParts, { person, origin }: PersonAsking, id: string, patch: ConnectionPatch): Promise<Connection> {
  const { control } = parts;
  return control.transaction(async () => {
    const before = await getConnection(parts, person, id);
    if (before.state === "revoked") throw new AppError("conflict", "This app was cut off, so there is nothing to change. It can be connected again from the app itself.", { details: { reason: "connection_revoked" } });
    const { label = before.label, group = before.group, read_only = before.read_only } = patch;
    const scopes = patch.scopes === undefined ? before.scopes : requireNarrower(before.scopes, patch.scopes);
    await control.db.updateTable("connections").set({ label, scopes: scopes.join(" "), group_name: group, read_only: read_only ? 1 : 0 }).where("id", "=", id).execute();
    const details = { fields: Object.keys(patch).toSorted(), scopes, bound_to_group: group !== null, read_only };
    await noteConnection(parts, origin, { id, user_id: before.person.id, workspace_id: before.workspace.id }, { action: "connection.changed", details });
    return getConnection(parts, person, id);
  });
}

/** What an app was never allowed, only its own sign-in asks for. */
function requireNarrower(held: readonly OAuthScope[], wanted: readonly OAuthScope[]): OAuthScope[] {
  const more = wanted.filter((scope) => !held.includes(scope));
  if (more.length > 0) throw invalid("scopes", `\`scopes\` can only be taken away here, and ${more.join(", ")} is not among what this app holds: ${held.join(", ") || "nothing"}. Connect it again to allow more.`);
  return OAUTH_SCOPES.filter((scope) => wanted.includes(scope));
}

/** Ends one of a person's own connections; a second time changes nothing. */
export function revokeOwn(parts: AuditParts, { person, origin }: PersonAsking, id: string): Promise<void> {
  return parts.control.transaction(async () => {
    await getConnection(parts, person, id);
    await revokeConnection(parts, { origin }, id, "person");
  });
}

/** Ends a connection of whomever in the workspace; a second time changes nothing. */
export function revokeInWorkspace(parts: AuditParts, { actor, origin }: Asking, id: string): Promise<void> {
  const { control } = parts;
  return control.transaction(async () => {
    const { workspace } = await requireStanding(control, actor, "connections:write");
    if ((await findConnection(control.db, { workspace_id: workspace.id }, id)) === undefined) throw notFound("connection");
    await revokeConnection(parts, { origin }, id, "admin");
  });
}
