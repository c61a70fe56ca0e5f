import type { Operation, Workspace } from "@loci/engine";
import { AppError, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { requirePermission, requireProven, requireStaying, type Actor, type ClientActor, type KeyActor, type MemberActor, type Person, type ProgramActor } from "../policy/actor.ts";
import { isPermission, ruleOf } from "../policy/permissions.ts";
import type { RouteCall } from "./call.ts";
import { requireSameSite } from "./csrf.ts";
import type { HeaderSource } from "./headers.ts";
import type { Route, RouteScope } from "./route.ts";

type Maybe<Value> = Value | Promise<Value>;

/** Who knows who calls. */
export interface Gate {
  publicUrl: string;
  /** The actor behind a key in these headers; throws `unauthenticated`. */
  authenticateKey(headers: HeaderSource, address: string | null): Maybe<KeyActor>;
  /** The connected app behind an access token, if it is for one of these resources; throws `unauthenticated`. */
  authenticateClient(token: string, audience: readonly string[]): Maybe<ClientActor>;
  /** The person behind a session cookie; throws `unauthenticated`. */
  authenticatePerson(cookie: string): Maybe<Person>;
  /** The cookie that holds a session. */
  sessionCookie: string;
  /** The person as a member of a workspace, by its id or slug; throws `not_found` for what they are no member of. */
  findMember(person: Person, workspace: string): Promise<MemberActor>;
  /** Whether a slug is that of this workspace. */
  isSlugOf(workspaceId: string, slug: string): Promise<boolean>;
  openWorkspace(actor: Actor): Promise<Workspace>;
}

/** Lets a request in or throws: who calls, and may they. Nothing that they sent is read before. */
export async function admit(gate: Gate, route: Route, call: RouteCall, workspace: string | undefined): Promise<void> {
  const { scope } = route;
  if (scope === "account" || scope === "proven account" || scope === "operator") return admitPerson(gate, route, call);
  const actor = hasProgram(call) ? await admitProgram(gate, route, call, workspace ?? nameOf(call)) : await admitMember(gate, route, call, workspace);
  if (scope === "any key" && actor.kind !== "key") throw new AppError("forbidden", "This is for API keys alone.");
  if (isPermission(scope)) requirePermission(actor, scope, call.now());
  call.admit(actor, toOperation(call, actor, route));
  if (opensStore(scope)) call.open(await gate.openWorkspace(actor));
}

/** Whether calls of this scope work on memories. */
export const opensStore = (scope: RouteScope): boolean => scope === "any caller" || (isPermission(scope) && ruleOf(scope).store === true);

const hasProgram = ({ via, headers }: RouteCall): boolean => via !== undefined || headers.get("authorization") !== null || headers.get("x-api-key") !== null;

/** The workspace that a request names in its header. */
const nameOf = (call: RouteCall): string | undefined => call.header("x-workspace") || undefined;

async function admitProgram(gate: Gate, route: Route, call: RouteCall, workspace: string | undefined): Promise<ProgramActor> {
  const found = authenticateProgram(gate, route, call);
  const actor = found instanceof Promise ? await found : found;
  call.noteActor(actor);
  if (workspace !== undefined && workspace !== actor.workspace_id && !(await gate.isSlugOf(actor.workspace_id, workspace))) throw notFound("workspace");
  return actor;
}

const ACCESS_TOKEN = /^bearer +(mt_\S+)$/i;

function authenticateProgram(gate: Gate, route: Route, call: RouteCall): Maybe<ProgramActor> {
  if (call.via !== undefined) return call.via.actor;
  const token = ACCESS_TOKEN.exec(call.headers.get("authorization") ?? "")?.[1];
  if (token === undefined) return gate.authenticateKey(call.headers, call.address);
  if (call.headers.get("x-api-key") !== null) throw new AppError("unauthenticated", "Authorization and X-API-Key name two callers. Send one of them.");
  return gate.authenticateClient(token, route.audience?.(call.url) ?? [`${gate.publicUrl}/v1`]);
}

const NOBODY = "Give an API key in the header: Authorization: Bearer mk_…";
const NOT_SIGNED_IN = "Sign in first: this is for people, and no session came with the request.";

async function admitPerson(gate: Gate, route: Route, call: RouteCall): Promise<void> {
  const { scope } = route;
  if (hasProgram(call)) {
    const { kind } = await admitProgram(gate, route, call, undefined);
    throw new AppError("forbidden", `This is for people who are signed in; ${kind === "key" ? "an API key" : "a connected app"} cannot do it.`);
  }
  const person = await readPerson(gate, call, NOT_SIGNED_IN);
  if (!worksWhileLeaving(route)) requireStaying(person);
  if (scope === "operator" && !person.operator) throw new AppError("forbidden", "Only an operator of this instance may do that.");
  if (scope === "proven account") requireProven(person, call.now());
  call.admitPerson(person);
}

const worksWhileLeaving = ({ method, scope, whileLeaving }: Route): boolean =>
  method === "get" || whileLeaving === true || (isPermission(scope) && ruleOf(scope).whileLeaving === true);

async function admitMember(gate: Gate, route: Route, call: RouteCall, workspace: string | undefined): Promise<Actor> {
  if (route.scope === "any key" || route.scope === "any program") throw new AppError("unauthenticated", NOBODY);
  const person = await readPerson(gate, call, NOBODY);
  if (!worksWhileLeaving(route)) requireStaying(person);
  const named = workspace ?? nameOf(call);
  if (named === undefined) throw new AppError("invalid_request", "Name the workspace to work in, by id or slug, in the header X-Workspace. GET /v1/workspaces lists yours.", { param: "X-Workspace" });
  const actor = await gate.findMember(person, named);
  call.noteActor(actor);
  return actor;
}

async function readPerson(gate: Gate, call: RouteCall, nobody: string): Promise<Person> {
  const cookie = call.cookie(gate.sessionCookie);
  if (cookie === null) throw new AppError("unauthenticated", nobody);
  requireSameSite(call.method, call.headers, new URL(gate.publicUrl));
  const found = gate.authenticatePerson(cookie);
  const person = found instanceof Promise ? await found : found;
  call.notePerson(person);
  return person;
}

/** A request and its operation share all but the prefix of their ids, unless the caller chose the request's: theirs may repeat. */
function toOperation(call: RouteCall, actor: Actor, { id: action }: Route): Operation {
  const id = call.ownId ? call.request_id.replace("req_", "op_") : newId("op");
  const client = toClientName(call, actor);
  return {
    id, action,
    ...(actor.kind === "key" && { key_id: actor.key_id }),
    ...(actor.kind === "client" && { connection_id: actor.connection_id }),
    ...(client !== undefined && client !== "" && { client }),
    ...toSay(call, actor),
  };
}

/** What an app writes is its word, never its person's, and what it came by is not its to say. */
function toSay({ via }: RouteCall, actor: Actor): Pick<Operation, "source_kind" | "trust_max"> {
  if (actor.kind === "client" && !actor.own) return { source_kind: via?.kind ?? "api", trust_max: "agent" };
  return via === undefined ? {} : { source_kind: via.kind };
}

/** A connection has the name that its person knows it by; of others there is only their own word. */
function toClientName(call: RouteCall, actor: Actor): string | undefined {
  if (actor.kind === "client") return actor.label;
  return call.via === undefined ? call.header("user-agent")?.split(" ", 1)[0]?.slice(0, 100) : call.via.client;
}
