import { AppError, notFound } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";
import type { Actor, KeyActor, KeyMode, MemberActor } from "../policy/actor.ts";
import { isScope, permissionsOf, type Scope } from "../policy/permissions.ts";
import { isListInside } from "./ip-allow.ts";
import { stateOf, termsOf, type KeyTerms } from "./key.ts";

/** The most that a caller can give to a key: what it has itself. */
export interface Bounds {
  /** Who is bound, as errors say it. */
  who: string;
  scopes: readonly Scope[];
  /** `null` is any group, or none. */
  group: string | null;
  /** `null` is either. */
  mode: KeyMode | null;
  /** `null` is never. */
  expires_at: string | null;
  /** Empty is anywhere. */
  ip_allow: readonly string[];
}

interface Parts {
  control: Control;
  now: () => Date;
}

/** Reads the bounds of a caller as they are in this very transaction; throws where the caller may no longer make or end keys at all. */
export async function readBounds(parts: Parts, actor: Actor): Promise<Bounds> {
  if (actor.kind === "client") throw new TypeError("keys:write is no scope of connected apps.");
  const bounds = await (actor.kind === "key" ? readKeyBounds(parts, actor) : readMemberBounds(parts, actor));
  if (!bounds.scopes.includes("keys:write")) throw new AppError("forbidden", `By now ${bounds.who} may not do that: it lacks keys:write.`, { details: { scope: "keys:write" } });
  return bounds;
}

async function readKeyBounds({ control, now }: Parts, { key_id }: KeyActor): Promise<Bounds> {
  const row = await control.db.selectFrom("keys").selectAll().where("id", "=", key_id).executeTakeFirst();
  const state = row === undefined ? "revoked" : stateOf(row, now());
  if (row === undefined || state === "revoked" || state === "expired") throw new AppError("unauthenticated", "This API key ended while it was asking.");
  return { who: "this key", ...termsOf(row) };
}

async function readMemberBounds({ control }: Parts, { workspace_id, person }: MemberActor): Promise<Bounds> {
  const member = await control.db.selectFrom("members").select("role").where("workspace_id", "=", workspace_id).where("user_id", "=", person.user_id).executeTakeFirst();
  if (member === undefined) throw notFound("workspace");
  return { who: `a member with the role ${member.role}`, scopes: [...permissionsOf(member.role)].filter(isScope), group: null, mode: null, expires_at: null, ip_allow: [] };
}

interface Excess {
  param: keyof KeyTerms;
  reason: string;
  details?: Record<string, unknown>;
}

/** Throws unless a key on these terms could do nothing that the caller cannot do. */
export function requireWithin(bounds: Bounds, terms: KeyTerms): void {
  const excess = findExcess(bounds, terms);
  if (excess === null) return;
  const { param, reason, details } = excess;
  throw new AppError("forbidden", `No key gets more than its maker has: ${reason}.`, { param, details: { reason: "beyond_own_rights", ...details } });
}

/** Throws unless a key that is there can do nothing that the caller cannot do: who holds or shapes it, has what it has. */
export function requireNotAbove(bounds: Bounds, terms: KeyTerms): void {
  const excess = findExcess(bounds, terms);
  if (excess === null) return;
  throw new AppError("forbidden", `Nobody changes a key that can do more than they can: ${excess.reason}.`, { details: { reason: "beyond_own_rights", ...excess.details } });
}

function findExcess({ who, scopes, group, mode, expires_at, ip_allow }: Bounds, terms: KeyTerms): Excess | null {
  const lacking = terms.scopes.filter((scope) => !scopes.includes(scope));
  if (lacking.length > 0) return { param: "scopes", reason: `${who} lacks ${lacking.join(", ")}`, details: { scopes: lacking } };
  if (group !== null && terms.group !== group) return { param: "group", reason: `${who} is bound to one group` };
  if (mode !== null && terms.mode !== mode) return { param: "mode", reason: `${who} is for the ${mode} store` };
  if (expires_at !== null && (terms.expires_at === null || terms.expires_at > expires_at)) return { param: "expires_at", reason: `${who} ends at ${expires_at}` };
  if (!isListInside(terms.ip_allow, ip_allow)) return { param: "ip_allow", reason: `${who} may be used from ${ip_allow.join(", ")} only` };
  return null;
}
