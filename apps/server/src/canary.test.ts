import { unzipSync } from "fflate";
import { beforeAll, expect, test } from "vitest";
import { newClient, newConnection } from "./testing/connections.ts";
import { insertMember, insertPerson, type SignedIn } from "./testing/signed-in.ts";
import { shareTestApp, type TestWorkspace } from "./testing/harness.ts";
import { isScope } from "./policy/permissions.ts";
import type { Role } from "./policy/roles.ts";
import { createDice, listOperations, makeRequest, type ApiDocument, type Dice, type MadeRequest, type Operation, type Schema } from "./testing/requests.ts";

const TENANTS = 20;
const REQUESTS = 10_000;
/** What all of them write, so that a search that looked into another's store would find it. */
const COMMON = "The vault opens with heron";
const GROUPS = ["vault", "user:ana"];

const app = shareTestApp();
let document: ApiDocument;

beforeAll(async () => {
  document = (await app().call("GET", "/openapi.json")).body as ApiDocument;
});

/** Ids and cursors that answers gave, by whose they are: everybody asks with everybody's. */
class Pool {
  private readonly found = Array.from({ length: TENANTS }, () => new Map<string, string[]>());

  add(tenant: number, text: string): void {
    for (const [id, kind = ""] of text.matchAll(/\b([a-z]{2,4})_[0-9a-f]{32}\b/g)) this.keep(tenant, kind, id);
    for (const [, cursor = ""] of text.matchAll(/"next":"([^"]+)"/g)) this.keep(tenant, "cursor", cursor);
  }

  pick(tenant: number, kind: string, dice: Dice): string {
    const whose = dice.chance(0.5) ? tenant : dice.whole(0, TENANTS - 1);
    return dice.pick(this.found[whose]?.get(kind) ?? [""]) || `${kind}_${"0".repeat(32)}`;
  }

  private keep(tenant: number, kind: string, value: string): void {
    const kept = this.found[tenant]?.get(kind) ?? [];
    if (kept.push(value) > 100) kept.shift();
    this.found[tenant]?.set(kind, kept);
  }
}

const CANARY = /canary[0-9]{2}x/gi;

/** What tells a tenant that its own requests shut it out: its key or session ended, its workspace or account on its way out. */
const SHUT_OUT = /"unauthenticated"|going to be deleted/;

/** A workspace with its owner, its key and an app; whatever text it writes holds its own canary. */
class Tenant {
  readonly index: number;
  readonly canary: string;
  readonly dice: Dice;
  readonly pool: Pool;
  id = "";
  key = "";
  /** Of an app that its owner connected. */
  token = "";
  private people = 0;
  owner: SignedIn | undefined;
  developer: SignedIn | undefined;

  constructor(index: number, dice: Dice, pool: Pool) {
    this.index = index;
    this.canary = `canary${String(index).padStart(2, "0")}x`;
    this.dice = dice;
    this.pool = pool;
  }

  /** Every other one. */
  get isOperator(): boolean {
    return this.index % 2 === 0;
  }

  /** Lets the tenant in again after its own requests shut it out. */
  async renew(): Promise<TestWorkspace> {
    const { db } = app().server.control;
    const there = await db.updateTable("workspaces").set({ delete_after: null, deleting_at: null, name: `Workspace of ${this.canary}` }).where("id", "=", this.id).returning("id").executeTakeFirst();
    const workspace: TestWorkspace = await app().newWorkspace(undefined, there === undefined ? {} : { workspace: this.id });
    this.id = workspace.id;
    this.key = workspace.key;
    await db.deleteFrom("members").where("workspace_id", "=", this.id).execute();
    this.owner = await this.join("owner");
    this.developer = await this.join("developer");
    const { token, connection_id } = await newConnection(app(), this.owner, { workspace: this.id, client: await newClient(app(), this.canary) });
    this.token = token;
    this.pool.add(this.index, connection_id);
    return workspace;
  }

  private async join(role: Role): Promise<SignedIn> {
    this.people += 1;
    const person = await insertPerson(app(), { operator: this.isOperator, name: `The ${role} of ${this.canary}`, email: `${this.canary}.${this.people}@example.org` });
    await insertMember(app(), this.id, person, role);
    this.pool.add(this.index, `${person.user_id} ${this.id}`);
    return person;
  }

  /** Writes something of each kind, so that there is something to find. */
  async fill({ call }: TestWorkspace): Promise<void> {
    const ids = [];
    for (const group of GROUPS) {
      const { body } = await call("POST", "/v1/store", { content: `${COMMON}, says ${this.canary} to ${group}.`, group, title: this.canary, tags: [this.canary], metadata: { note: this.canary }, speaker: this.canary, session: "s" });
      ids.push(body.memory.id as string);
    }
    const made = await call("POST", "/v1/relationships", { from: ids[0], to: ids[1], type: "CAUSES", context: this.canary });
    await call("PATCH", `/v1/memories/${ids[0]}`, { importance: this.dice.whole(0, 100) / 100 });
    this.pool.add(this.index, JSON.stringify([ids, made.body]));
    this.pool.add(this.index, JSON.stringify((await this.owner?.call("POST", "/v1/api-keys", { name: this.canary, note: this.canary, scopes: ["usage:read"] }, { "x-workspace": this.id }))?.body));
    this.pool.add(this.index, JSON.stringify((await this.owner?.call("POST", `/v1/workspaces/${this.id}/invitations`, { email: `${this.canary}.${this.dice.whole(0, 1e9)}@example.org`, role: "viewer" }))?.body));
    this.pool.add(this.index, JSON.stringify((await call("GET", "/v1/memories?limit=1")).body));
  }

  makeRequest(operation: Operation): MadeRequest {
    return makeRequest(document, operation, this.dice, (name, schema) => this.toText(name, schema));
  }

  /** Who sends it, and which workspace they name: with a person's session also those of others. */
  makeHeaders({ "x-scope": scope }: Operation, { type }: MadeRequest): Record<string, string> {
    const { dice } = this;
    const byProgram = dice.chance(isScope(scope) || scope.startsWith("any ") ? 0.5 : 0.05);
    const named = dice.chance(0.3) ? { "x-workspace": this.pool.pick(this.index, "wsp", dice) } : { "x-workspace": this.id };
    return {
      ...(byProgram ? { authorization: `Bearer ${dice.pick([this.key, this.token])}` } : dice.chance(0.8) ? this.owner?.headers : this.developer?.headers),
      ...named,
      // Ten keys for all: an answer kept for one of them must not come to another.
      ...(dice.chance(0.3) && { "idempotency-key": `same-${dice.whole(0, 9)}` }),
      ...(type !== null && { "content-type": type }),
    };
  }

  private toText(name: string, { pattern, format, examples }: Schema): string {
    const { dice } = this;
    const kind = toIdKind(name, pattern);
    if (name.endsWith(" workspace") && dice.chance(0.6)) return this.id;
    if (kind !== null) return this.pool.pick(this.index, kind, dice);
    if (name === "group" || name === "groups name" || name === "prefix") return dice.pick(GROUPS);
    if (name === "query" || name === "contains") return dice.pick([COMMON, "heron", "vault"]);
    if (name === "password") return "correct heron battery";
    if (name === "filter") return JSON.stringify({ content: { contains: "heron" } });
    if (name === "lines") return `${JSON.stringify({ kind: "memory", memory: { id: this.pool.pick(this.index, "mem", dice), content: `${COMMON}: ${this.canary}`, group: dice.pick(GROUPS) } })}\n`;
    if (name === "operations") return "";
    if (format === "email" || name === "email") return `${this.canary}.${dice.whole(0, 1e6)}@example.org`;
    if (format === "date-time" || /(_at|_from|_to|since|until)$/.test(name)) return dice.pick(["2026-11-20T00:00:00.000Z", "2099-01-01T00:00:00.000Z"]);
    if (pattern !== undefined || (examples !== undefined && dice.chance(0.3))) return String(dice.pick(examples ?? ["general"]));
    return `${COMMON}: ${this.canary} ${dice.whole(0, 99)}`;
  }
}

const KINDS: [word: RegExp, kind: string][] = [
  [/relationships/, "rel"], [/keys|key_id/, "key"], [/members|user/, "usr"], [/invitations/, "inv"], [/connections/, "con"], [/sessions/, "ses"], [/passkeys/, "psk"], [/jobs/, "job"], [/workspace/, "wsp"], [/cursor/, "cursor"],
  [/target|actor/, "key"], [/^(id|ids|from|to|memory|supersedes)$| id$/, "mem"],
];

/** The kind of id that a field or a place in a path wants. */
const toIdKind = (name: string, pattern: string | undefined): string | null => /^\^([a-z]{2,4})_/.exec(pattern ?? "")?.[1] ?? KINDS.find(([word]) => word.test(name))?.[1] ?? null;

/** All text of an answer, that in archives too. */
async function readAll(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const head = [...response.headers].flat().join("\n");
  if (response.headers.get("content-type") !== "application/zip") return `${head}\n${new TextDecoder().decode(bytes)}`;
  return [head, ...Object.entries(unzipSync(bytes)).map(([name, file]) => `${name}\n${new TextDecoder().decode(file)}`)].join("\n");
}

interface Tally {
  statuses: Map<number, number>;
  answered: Set<string>;
  own: number;
  leaks: string[];
  faults: string[];
}

/** Sends a request and looks at what comes; true when it shut the tenant out. */
async function sendOne(tenant: Tenant, operation: Operation, tally: Tally): Promise<boolean> {
  const request = tenant.makeRequest(operation);
  const headers = tenant.makeHeaders(operation, request);
  const response = await app().server.app.request(request.url, { method: request.method, headers, body: request.body });
  const text = await readAll(response);
  tenant.pool.add(tenant.index, text);
  const { status } = response;
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  if (status < 300) tally.answered.add(operation.operationId);
  const seen = new Set(text.match(CANARY)?.map((canary) => canary.toLowerCase()));
  if (seen.delete(tenant.canary)) tally.own += 1;
  const said = () => `${tenant.canary} got ${status}: ${JSON.stringify({ ...request, headers })} -> ${text.slice(-1_000)}`;
  // Operators run the instance and may know whose accounts are in it, though nothing of what is kept there.
  const mayKnowPeople = tenant.isOperator && operation.path.startsWith("/v1/admin/accounts");
  if (seen.size > 0 && !mayKnowPeople) tally.leaks.push(said());
  // A probe tells of the machine, which has other work.
  if (status >= 500 && !operation.tags.includes("Status")) tally.faults.push(said());
  return operation["x-scope"] !== "open" && SHUT_OUT.test(text);
}

// In development everybody's mail lies open at /dev on purpose; what is open to all knows no workspace, and a few of it will do.
// What takes a tenant's things away, and what takes long (archives, passwords), is asked less often.
const RARE = /^(delete|forget|revoke|exportAccount|changePassword)/;
const weightOf = ({ operationId, path, "x-scope": scope }: Operation): number => (path.startsWith("/dev/") ? 0 : scope === "open" ? 1 : RARE.test(operationId) ? 3 : 8);

test.each([20_261_121])("10,000 random requests of 20 workspaces (seed %i) show nobody a word of another workspace", async (seed) => {
  const pool = new Pool();
  const tally: Tally = { statuses: new Map(), answered: new Set(), own: 0, leaks: [], faults: [] };
  const bag = listOperations(document).flatMap((operation) => Array.from({ length: weightOf(operation) }, () => operation));
  await Promise.all(Array.from({ length: TENANTS }, async (_, index) => {
    const tenant = new Tenant(index, createDice(seed + index), pool);
    for (let sent = 0; sent < REQUESTS / TENANTS; sent++) {
      if (sent % 100 === 0) await tenant.fill(await tenant.renew());
      if (await sendOne(tenant, tenant.dice.pick(bag), tally)) await tenant.renew();
    }
  }));
  expect(tally.leaks.slice(0, 3), `seed ${seed}`).toEqual([]);
  expect(tally.faults.slice(0, 3), `seed ${seed}`).toEqual([]);
  // Who only meets closed doors has tested doors: most calls must have worked, and shown the caller's own canary.
  const worked = [...tally.statuses].filter(([status]) => status < 300).reduce((sum, [, count]) => sum + count, 0);
  expect(worked).toBeGreaterThan(3_000);
  expect(tally.own).toBeGreaterThan(1_000);
  expect(tally.answered.size).toBeGreaterThan(70);
}, 180_000);
