import { MINUTE_MS } from "@loci/kit/clock";
import { AppError, invalid, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { Selectable } from "kysely";
import type { Origin } from "../audit/origin.ts";
import { connect } from "../connections/connect.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Parts } from "../parts.ts";
import type { MemberActor, Person } from "../policy/actor.ts";
import type { OAuthScope } from "../policy/oauth-scopes.ts";
import { findClient, type Client } from "./clients.ts";
import { createCode } from "./codes.ts";
import { requireUse } from "./offers.ts";
import { toLocation, type AuthorizationRequest } from "./request.ts";
import { readPersonalPath, readResource, type PersonalPath } from "./resources.ts";
import { toScopes } from "./scopes.ts";

/** What consents are made of. */
export type ConsentParts = Pick<Parts, "config" | "control" | "mailer" | "memberships" | "now" | "outbox" | "peppers">;

type ConsentRow = Selectable<ControlTables["consents"]>;

/** A person's answer to the question whether an app may in. */
export type ConsentAnswer =
  | { allow: false }
  | { allow: true; workspace?: string | undefined; group?: string | null | undefined; read_only?: boolean | undefined; scopes?: readonly OAuthScope[] | undefined };

// Long enough to read and think, and to ask somebody.
const LIFE_MS = 10 * MINUTE_MS;

/** Notes a question that only this person can answer, once. */
export async function createConsent({ control, now }: ConsentParts, { user_id }: Person, { client, redirect_uri, state, scopes, resource, challenge }: AuthorizationRequest): Promise<string> {
  const id = newId("csn");
  const at = now();
  await control.db.insertInto("consents").values({
    id, user_id, client_id: client.id, redirect_uri, state, scopes: scopes.join(" "), resource, challenge,
    created_at: at.toISOString(), expires_at: new Date(at.getTime() + LIFE_MS).toISOString(), answered_at: null,
  }).execute();
  return id;
}

/** Takes a person's answer, and tells where to go with it. Connection, code and the answered question are one commit. */
export function answerConsent(parts: ConsentParts, { person, origin }: { person: Person; origin: Origin }, id: string, answer: ConsentAnswer): Promise<string> {
  const { control, config: { publicUrl } } = parts;
  return control.transaction(async () => {
    const asked = await takeConsent(parts, person, id);
    if (!answer.allow) return toLocation(publicUrl, asked, { error: "access_denied", error_description: "The person said no." });
    const client = await findClient(parts, asked.client_id);
    if (client === undefined) throw over();
    const scopes = readAllowed(toScopes(asked.scopes), answer.scopes);
    const personal = readPersonalPath(readResource(publicUrl, asked.resource) ?? "");
    const member = await requireWorkspace(parts, person, personal, answer.workspace);
    requireUse(member, scopes);
    const { group = null, read_only = false } = answer;
    const connection_id = await connect(parts, { origin }, { user_id: person.user_id, workspace_id: member.workspace_id, client, resource: asked.resource, scopes, group, read_only });
    const code = await createCode(parts, { ...asked, connection_id, scopes: scopes.join(" ") });
    return toLocation(publicUrl, asked, { code });
  });
}

/** Marks a question as answered: of many answers at once, one counts. */
async function takeConsent({ control: { db }, now }: ConsentParts, { user_id }: Person, id: string): Promise<ConsentRow> {
  const row = await db.selectFrom("consents").selectAll().where("id", "=", id).where("user_id", "=", user_id).executeTakeFirst();
  if (row === undefined) throw notFound("question");
  const at = now().toISOString();
  if (row.answered_at !== null || row.expires_at <= at) throw over();
  const { numUpdatedRows } = await db.updateTable("consents").set({ answered_at: at }).where("id", "=", id).where("answered_at", "is", null).executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw over();
  return row;
}

const over = (): AppError => new AppError("conflict", "This question was answered already, or is too old. Go back to the app and connect it once more.", { details: { reason: "consent_over" } });

export function readAllowed(asked: readonly OAuthScope[], allowed: readonly OAuthScope[] | undefined): OAuthScope[] {
  const beyond = allowed?.find((scope) => !asked.includes(scope));
  if (beyond !== undefined) throw invalid("scopes", `The app did not ask for ${beyond}. It asked for ${asked.join(", ")}.`);
  return asked.filter((scope) => allowed?.includes(scope) ?? true);
}

/** A personal URL has named the workspace already. */
async function requireWorkspace({ memberships }: ConsentParts, person: Person, personal: PersonalPath | null, chosen: string | undefined): Promise<MemberActor> {
  const named = personal?.workspace;
  const workspace = chosen ?? named;
  if (workspace === undefined) throw invalid("workspace", "`workspace` is missing: say in which workspace the app may work, by id or slug. GET /v1/workspaces lists yours.");
  const member = await memberships.require(person, workspace);
  if (named === undefined || chosen === undefined) return member;
  const { workspace_id } = await memberships.require(person, named);
  if (workspace_id !== member.workspace_id) throw invalid("workspace", "The app was given an address of one workspace, and cannot be connected to another by it.");
  return member;
}

/**
 * The connection by which an app need not ask again: the same app that is known by its host, and nowhere else answered,
 * was allowed as much before, in a workspace about which there is no doubt.
 */
export async function findRemembered({ control }: ConsentParts, { user_id }: Person, { client, scopes, resource }: AuthorizationRequest): Promise<string | undefined> {
  if (!isKnownByHost(client)) return undefined;
  const [found, ...more] = await control.db.selectFrom("connections")
    .innerJoin("members", (join) => join.onRef("members.workspace_id", "=", "connections.workspace_id").onRef("members.user_id", "=", "connections.user_id"))
    .select(["connections.id", "connections.scopes"])
    .where("connections.user_id", "=", user_id).where("connections.client_id", "=", client.id).where("connections.resource", "=", resource).where("connections.revoked_at", "is", null).execute();
  if (found === undefined || more.length > 0) return undefined;
  const allowed = toScopes(found.scopes);
  return scopes.every((scope) => allowed.includes(scope)) ? found.id : undefined;
}

function isKnownByHost({ kind, id, redirect_uris }: Client): boolean {
  if (kind !== "document") return false;
  const { origin } = new URL(id);
  return redirect_uris.every((uri) => new URL(uri).origin === origin);
}
