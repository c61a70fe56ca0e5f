import { beforeAll, expect, test } from "vitest";
import type { RouteScope } from "../http/route.ts";
import { newConnection } from "../testing/connections.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import { insertMember, insertPerson, type SignedIn } from "../testing/signed-in.ts";
import { OAUTH_SCOPES, oauthScopesFor, type OAuthScope } from "./oauth-scopes.ts";
import { isPermission, isScope, PERMISSIONS, ruleOf, SCOPES, type Permission } from "./permissions.ts";
import { ROLES, type Role } from "./roles.ts";

/** What a scope can be beside a permission; a new one does not compile until it stands here, and then needs its column. */
const OTHER_SCOPES: Record<Exclude<RouteScope, Permission>, true> = { "any key": true, "any program": true, "any caller": true, account: true, "proven account": true, operator: true, open: true };

/** Permissions of the table that no route takes yet. */
const PLANNED: Permission[] = [];

interface Operation {
  id: string;
  method: string;
  path: string;
  scope: string;
  /** Whether it refuses in the words of another protocol. */
  foreign: boolean;
}

/** "in": it was let in, whatever became of it then. */
type Outcome = "in" | "401" | "403" | "404";

interface Caller {
  name: string;
  headers: Record<string, string>;
  /** The workspace that the call names. */
  workspace: string;
  expect(operation: Operation): Outcome;
}

const app = shareTestApp();
const operations: Operation[] = [];

beforeAll(async () => {
  const { body } = await app().call("GET", "/openapi.json");
  const foreign = new Set(app().server.routes.filter(({ refusal }) => refusal !== undefined).map(({ id }) => id));
  for (const [path, methods] of Object.entries<Record<string, { operationId: string; "x-scope": string }>>(body.paths)) {
    for (const [method, { operationId: id, "x-scope": scope }] of Object.entries(methods)) operations.push({ id, method: method.toUpperCase(), path, scope, foreign: foreign.has(id) });
  }
});

// No route knows this parameter, and parameters are read once the caller is let in: nothing is ever done.
const ODD_PARAMETER = "no_such_parameter";

async function ask({ method, path, foreign }: Operation, { headers, workspace }: Caller): Promise<string> {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "workspace" ? workspace : "x"));
  const answer = await app().call(method, `${url}?${ODD_PARAMETER}=1`, undefined, { "x-workspace": workspace, ...headers });
  if (foreign) return [401, 403, 404].includes(answer.status) ? String(answer.status) : "in";
  return toOutcome(answer);
}

function toOutcome({ status, body }: Answer): string {
  const { code, param, message } = body.error ?? {};
  if (status === 400 && param === ODD_PARAMETER) return "in";
  if (status === 404 && message === "There is no such workspace.") return "404";
  if ((status === 401 && code === "unauthenticated") || (status === 403 && code === "forbidden")) return String(status);
  return `${status}: ${JSON.stringify(body).slice(0, 200)}`;
}

interface Cells {
  found: Record<string, string>;
  expected: Record<string, string>;
}

/** Every cell of the callers' columns at once, so that a failure shows the whole of what is wrong. */
async function askAll(rows: Operation[], callers: Caller[]): Promise<Cells> {
  const cells: Cells = { found: {}, expected: {} };
  for (const caller of callers) {
    for (const operation of rows) {
      const cell = `${caller.name}: ${operation.method} ${operation.path} (${operation.scope})`;
      cells.found[cell] = await ask(operation, caller);
      cells.expected[cell] = caller.expect(operation);
    }
  }
  return cells;
}

const guardedOperations = () => operations.filter(({ scope }) => scope !== "open");

interface Standing {
  role?: Role;
  proven?: boolean;
  operator?: boolean;
  leaving?: boolean;
}

const isForPrograms = (scope: string): boolean => scope === "any key" || scope === "any program";

/** What the table of permissions says of a person. `role` is that in the workspace which the call names. */
function expectPerson({ scope }: Operation, { role, proven = true, operator = false, leaving = false }: Standing): Outcome {
  if (scope === "account") return "in";
  if (scope === "proven account") return proven ? "in" : "403";
  if (scope === "operator") return operator ? "in" : "403";
  if (isForPrograms(scope)) return "401";
  if (role === undefined) return "404";
  if (!isPermission(scope)) return "in";
  const rule = ruleOf(scope);
  const may = rule.roles.includes(role) && (!leaving || rule.whileLeaving === true) && (rule.proven !== true || proven);
  return may ? "in" : "403";
}

test("each role gets in where the table says, in its own workspace, and into no other", async () => {
  const [ours, theirs] = [await app().newWorkspace(), await app().newWorkspace()];
  const callers: Caller[] = [];
  for (const role of ROLES) {
    const person = await insertPerson(app());
    await insertMember(app(), ours.id, person, role);
    callers.push({ name: role, headers: person.headers, workspace: ours.id, expect: (operation) => expectPerson(operation, { role }) });
    callers.push({ name: `${role} of another workspace`, headers: person.headers, workspace: theirs.id, expect: (operation) => expectPerson(operation, {}) });
  }
  const { headers } = await insertPerson(app());
  callers.push({ name: "non-member", headers, workspace: ours.id, expect: (operation) => expectPerson(operation, {}) });
  const operator = await insertPerson(app(), { operator: true });
  callers.push({ name: "operator and non-member", headers: operator.headers, workspace: ours.id, expect: (operation) => expectPerson(operation, { operator: true }) });
  const { found, expected } = await askAll(guardedOperations(), callers);
  expect(found).toEqual(expected);
  expect(Object.keys(found).length).toBe(callers.length * guardedOperations().length);
});

test("an owner who showed no proof lately, or whose workspace is leaving, gets in where the table says", async () => {
  const { db } = app().server.control;
  const [ours, leaving] = [await app().newWorkspace(), await app().newWorkspace()];
  await db.updateTable("workspaces").set({ delete_after: "2099-01-01T00:00:00.000Z" }).where("id", "=", leaving.id).execute();
  const [unproven, leaver] = [await insertPerson(app(), { proven: false }), await insertPerson(app())];
  await insertMember(app(), ours.id, unproven, "owner");
  await insertMember(app(), leaving.id, leaver, "owner");
  const { found, expected } = await askAll(guardedOperations(), [
    { name: "unproven owner", headers: unproven.headers, workspace: ours.id, expect: (operation) => expectPerson(operation, { role: "owner", proven: false }) },
    { name: "owner, leaving", headers: leaver.headers, workspace: leaving.id, expect: (operation) => expectPerson(operation, { role: "owner", leaving: true }) },
    { name: "key, leaving", headers: { authorization: `Bearer ${leaving.key}` }, workspace: leaving.id, expect: ({ scope }) => expectKey(scope, isScope(scope) && ruleOf(scope).whileLeaving === true) },
  ]);
  expect(found).toEqual(expected);
});

test("an owner whose request another site's page sent gets in to read only, and one without a session, or whose account is shut, not at all", async () => {
  const { db } = app().server.control;
  const ours = await app().newWorkspace();
  const [owner, shut] = [await insertPerson(app(), { operator: true }), await insertPerson(app())];
  await insertMember(app(), ours.id, owner, "owner");
  await insertMember(app(), ours.id, shut, "admin");
  await db.updateTable("users").set({ disabled_at: "2026-11-21T07:00:00.000Z" }).where("id", "=", shut.user_id).execute();
  const standing = { role: "owner" as const, operator: true };
  const { found, expected } = await askAll(guardedOperations(), [
    {
      name: "owner, by another site", headers: { ...owner.headers, origin: "https://evil.example" }, workspace: ours.id,
      expect: (operation) => (operation.method === "GET" || isForPrograms(operation.scope) ? expectPerson(operation, standing) : "403"),
    },
    { name: "nobody", headers: {}, workspace: ours.id, expect: () => "401" },
    { name: "shut account", headers: shut.headers, workspace: ours.id, expect: () => "401" },
  ]);
  expect(found).toEqual(expected);
});

/** What asks for a person, before it looks at any workspace. */
const NO_KEYS = new Set(["account", "proven account", "operator"]);
const expectKey = (scope: string, granted: boolean): Outcome => (isForPrograms(scope) || scope === "any caller" || granted ? "in" : "403");

test("a key gets in by its scope alone, is no person, and none gets into another workspace", async () => {
  const theirs = await app().newWorkspace();
  for (const scope of new Set(operations.map((operation) => operation.scope))) {
    const rows = operations.filter((operation) => operation.scope === scope && scope !== "open");
    if (rows.length === 0) continue;
    const [only, lacking] = [await app().newWorkspace(isScope(scope) ? [scope] : SCOPES), await app().newWorkspace(SCOPES.filter((other) => other !== scope))];
    const keyOf = ({ key, id }: typeof only) => ({ headers: { authorization: `Bearer ${key}` }, workspace: id });
    const own = await askAll(rows, [
      { name: "key with the scope", ...keyOf(only), expect: ({ scope }) => expectKey(scope, isScope(scope)) },
      { name: "key without the scope", ...keyOf(lacking), expect: ({ scope }) => expectKey(scope, false) },
    ]);
    expect(own.found).toEqual(own.expected);
    const named = rows.filter(({ path }) => path.includes("{workspace}"));
    const other = await askAll(named, [{ name: "key of another workspace", ...keyOf(only), workspace: theirs.id, expect: ({ scope }) => (NO_KEYS.has(scope) ? "403" : "404") }]);
    expect(other.found).toEqual(other.expected);
  }
});

interface Grant {
  role: Role;
  scopes: OAuthScope[];
  readOnly?: boolean;
}

/** What the two tables say of an app: what it was allowed, as far as its person may do it themselves. */
function expectApp({ scope }: Operation, { role, scopes, readOnly = false }: Grant): Outcome {
  if (scope === "any program" || scope === "any caller") return "in";
  if (!isPermission(scope)) return "403";
  const held = readOnly ? scopes.filter((held) => held === "memory:read") : scopes;
  return oauthScopesFor(scope).some((given) => held.includes(given)) && ruleOf(scope).roles.includes(role) ? "in" : "403";
}

test("a connected app gets in by its scopes, never further than its person's role, is no person, and gets into no other workspace", async () => {
  const [ours, theirs] = [await app().newWorkspace(), await app().newWorkspace()];
  const grants: Grant[] = [...ROLES.map((role) => ({ role, scopes: OAUTH_SCOPES })), ...OAUTH_SCOPES.map((scope) => ({ role: "owner" as const, scopes: [scope] })), { role: "owner", scopes: OAUTH_SCOPES, readOnly: true }, { role: "owner", scopes: [] }];
  const byAddress = Map.groupBy(guardedOperations(), ({ id }) => addressOf(id));
  const callers: [Operation[], Caller][] = [];
  const people = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await insertPerson(app())] as const))) as Record<Role, SignedIn>;
  for (const role of ROLES) await insertMember(app(), ours.id, people[role], role);
  for (const grant of grants) {
    for (const [resource, rows] of byAddress) {
      const { token } = await newConnection(app(), people[grant.role], { workspace: ours.id, resource, scopes: grant.scopes, read_only: grant.readOnly ?? false });
      const caller: Caller = { name: JSON.stringify({ ...grant, resource }), headers: { authorization: `Bearer ${token}` }, workspace: ours.id, expect: (operation) => expectApp(operation, grant) };
      callers.push([rows, caller]);
      callers.push([rows.filter(({ path }) => path.includes("{workspace}")), { ...caller, name: `${caller.name} elsewhere`, workspace: theirs.id, expect: ({ scope }) => (NO_KEYS.has(scope) ? "403" : "404") }]);
      const foreign = guardedOperations().filter(({ id }) => addressOf(id) !== resource);
      callers.push([foreign, { ...caller, name: `${caller.name} at another address`, expect: () => "401" }]);
    }
  }
  for (const [rows, caller] of callers) {
    const { found, expected } = await askAll(rows, [caller]);
    expect(found).toEqual(expected);
  }
});

/** The address that a token must be for: the API, or MCP. */
const addressOf = (id: string): string => (app().server.routes.find((route) => route.id === id)?.audience === undefined ? "/v1" : "/mcp");

test("every operation of the document names who may call it, by a permission of the table or one of seven other words", () => {
  expect(operations.length).toBe(app().server.routes.length);
  for (const { id, scope } of operations) expect(isPermission(scope) || scope in OTHER_SCOPES, `${id}: ${scope}`).toBe(true);
});

test("what is open fails nobody by who they are", async () => {
  const { headers } = await insertPerson(app());
  for (const operation of operations.filter(({ scope, method }) => scope === "open" && method === "GET")) {
    const statusOf = async (more: Record<string, string>) => (await app().call("GET", operation.path.replaceAll(/\{\w+\}/g, "x"), undefined, more)).status;
    const [nobody, stranger, liar] = [await statusOf({}), await statusOf(headers), await statusOf({ "x-api-key": "mk_live_nothing" })];
    expect({ operation, stranger, liar }).toEqual({ operation, stranger: nobody, liar: nobody });
    expect(nobody).toBeLessThan(500);
  }
});

test("every permission of the table is taken by a route, or is listed as planned", () => {
  const taken = new Set(operations.map(({ scope }) => scope));
  expect(PERMISSIONS.filter((permission) => !taken.has(permission))).toEqual(PLANNED);
});
