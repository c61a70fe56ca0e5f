import { MINUTE_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { oauthScopesFor } from "./oauth-scopes.ts";
import { ruleOf, type Permission } from "./permissions.ts";
import type { Role } from "./roles.ts";

/** Live keys and test keys see different stores of the same workspace. */
export type KeyMode = "live" | "test";

interface Bound {
  workspace_id: string;
  /** The only group that it sees, or `null` for all of the workspace. */
  group: string | null;
  may: ReadonlySet<Permission>;
  mode: KeyMode;
  /** Set while the workspace waits for its deletion. */
  leaving_at: string | null;
}

/** A key that calls, and what it is bound to. */
export interface KeyActor extends Bound {
  kind: "key";
  key_id: string;
}

/** A person who is signed in. */
export interface Person {
  user_id: string;
  session_id: string;
  email: string;
  name: string;
  /** Runs this instance. */
  operator: boolean;
  /** When they last showed a proof of who they are, milliseconds since 1970; 0 for never. */
  provenMs: number;
  /** Set while the account waits for its deletion. */
  leaving_at: string | null;
}

/** A person who calls as a member of a workspace. */
export interface MemberActor extends Bound {
  kind: "member";
  role: Role;
  person: Person;
}

/** A program that calls for a person, by a connection that they allowed (OAuth). */
export interface ClientActor extends Bound {
  kind: "client";
  connection_id: string;
  client_id: string;
  /** Whether it is the command line of Loci itself, which says what its person says. */
  own: boolean;
  /** What people call it; its memories name it as their source. */
  label: string;
  user_id: string;
  /** The URL that its token is for. */
  resource: string;
  /** As granted: `memory:read` and its like. */
  scopes: readonly string[];
}

/** A caller that is a program: what it may do was given to it, and it does nothing for itself. */
export type ProgramActor = KeyActor | ClientActor;

/** Who is calling in a workspace. */
export type Actor = ProgramActor | MemberActor;

/** Throws unless this caller may do that now. */
export function requirePermission(actor: Actor, permission: Permission, now: Date): void {
  requireGranted(actor, permission);
  if (ruleOf(permission).proven === true && actor.kind === "member") requireProven(actor.person, now);
}

/** Throws unless this caller was given the permission. */
export function requireGranted(actor: Actor, permission: Permission): void {
  if (!actor.may.has(permission)) throw toRefusal(actor, permission);
  if (actor.leaving_at !== null && ruleOf(permission).whileLeaving !== true) {
    throw new AppError("forbidden", `This workspace is going to be deleted after ${actor.leaving_at}. Its owner can undo that; until then it can only be exported.`, { details: { reason: "workspace_leaving" } });
  }
}

function toRefusal(actor: Actor, permission: Permission): AppError {
  if (actor.kind === "key" && !ruleOf(permission).key) {
    return new AppError("forbidden", "An API key cannot do that: it is for members who are signed in.", { details: { scope: permission } });
  }
  if (actor.kind === "client") return toClientRefusal(actor, permission);
  if (actor.kind === "key") {
    return new AppError("forbidden", `This key may not do that: it lacks the scope ${permission}. Use a key that has it.`, { details: { scope: permission } });
  }
  const { roles } = ruleOf(permission);
  return new AppError("forbidden", `As ${actor.role} of this workspace you may not do that; ${roles.join(", ")} may. Ask one of them.`, { details: { permission, roles } });
}

function toClientRefusal({ label, scopes }: ClientActor, permission: Permission): AppError {
  const oauth = oauthScopesFor(permission);
  if (oauth.length === 0) return new AppError("forbidden", "A connected app cannot do that: it is for members who are signed in, or for API keys.", { details: { permission } });
  const granted = oauth.every((scope) => scopes.includes(scope));
  if (granted) return new AppError("forbidden", `"${label}" may not do that here: it was limited to reading, or your role in the workspace does not allow it.`, { details: { permission } });
  return new AppError("forbidden", `"${label}" was not given leave to do that: it lacks the scope ${oauth.join(" ")}. Connect it again and allow it.`, { details: { reason: "insufficient_scope", scope: oauth.join(" ") } });
}

/** Throws while the account waits for its deletion: then its owner looks, exports and undoes, and does nothing else. */
export function requireStaying({ leaving_at }: Person): void {
  if (leaving_at === null) return;
  const message = `Your account is going to be deleted after ${leaving_at}. Until then you can look around, export everything, or keep it: POST /v1/account/restore.`;
  throw new AppError("forbidden", message, { details: { reason: "account_leaving", restore: "/v1/account/restore" } });
}

/** How long a proof lasts before it is asked for again (SECURITY: at most 10 minutes for sensitive changes). */
export const PROOF_AGE_MAX_MS = 10 * MINUTE_MS;

export function requireProven({ provenMs }: Person, now: Date): void {
  if (now.getTime() - provenMs <= PROOF_AGE_MAX_MS) return;
  throw new AppError("forbidden", "Show once more that it is you: POST /v1/account/prove, then repeat this within ten minutes.", { details: { reason: "proof_required", prove: "/v1/account/prove" } });
}
