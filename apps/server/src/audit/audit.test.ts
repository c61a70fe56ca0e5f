import { createHash } from "node:crypto";
import { newId } from "@loci/kit/ids";
import { expect, test } from "vitest";
import { shareTestApp, type TestWorkspace } from "../testing/harness.ts";
import { insertMember, insertPerson } from "../testing/signed-in.ts";
import { appendAudit, type AuditEntry } from "./append.ts";
import { erasePersonFromAudit } from "./erase.ts";
import { toGroupMark } from "./intent.ts";
import { SYSTEM, type Origin } from "./origin.ts";

const app = shareTestApp();

const BOB: Origin = { actor: newId("usr"), key_id: null, address: "203.0.113.7", user_agent: "Heron/1.0", request_id: "req_bob" };

async function append(chain: string, entry: Omit<AuditEntry, "chain">, origin = SYSTEM, at = new Date()): Promise<void> {
  await appendAudit({ control: app().server.control, now: () => at }, origin, { chain, ...entry });
}

interface Noted extends TestWorkspace {
  /** The last link that its making left. */
  made: number;
}

async function newNoted(): Promise<Noted> {
  const ours = await app().newWorkspace();
  return { ...ours, made: (await ours.call("GET", "/v1/audit?limit=1")).body.items[0].seq };
}

/** The places of these events, counted from the making of the workspace. */
const placesOf = ({ made }: Noted, items: { seq: number }[]): number[] => items.map(({ seq }) => seq - made);

test("the log of a workspace says who did what and from where, the newest first, with its place and hash", async () => {
  const ours = await newNoted();
  await append(ours.id, { action: "key.created", target: ours.key_id, details: { name: "ci" } }, BOB, new Date("2026-11-21T07:00:00.000Z"));
  const { items } = (await ours.call("GET", "/v1/audit")).body;
  expect([items[0], items.at(-1)]).toEqual([
    {
      seq: ours.made + 1, at: "2026-11-21T07:00:00.000Z", action: "key.created", actor: BOB.actor, key_id: null, target: ours.key_id, ip: "203.0.113.7", user_agent: "Heron/1.0", request_id: "req_bob",
      details: { name: "ci" }, previous_hash: items[1].hash, hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    expect.objectContaining({ seq: 1, action: "workspace.created", target: ours.id, previous_hash: "0".repeat(64) }),
  ]);
});

test("the log is filtered by action, noun, actor, target and time, and what is no action is refused with the way to say it", async () => {
  const ours = await newNoted();
  await append(ours.id, { action: "member.joined", target: "usr_a" }, BOB, new Date("2026-01-01T00:00:00.000Z"));
  await append(ours.id, { action: "member.left", target: "usr_a" }, SYSTEM, new Date("2026-01-02T00:00:00.000Z"));
  await append(ours.id, { action: "key.revoked", target: "key_x" }, BOB, new Date("2026-01-03T00:00:00.000Z"));
  for (const [query, places] of [
    ["action=member.joined", [1]], ["action=member.*", [2, 1]], [`actor=${BOB.actor}`, [3, 1]], ["target=usr_a", [2, 1]], ["target=usr_none", []],
    ["since=2026-01-02&until=2026-01-03", [2]], [`action=member.*&actor=${BOB.actor}&target=usr_a`, [1]],
  ] as const) {
    const { body } = await ours.call("GET", `/v1/audit?${query}`);
    expect({ query, places: placesOf(ours, body.items), next: body.next }).toEqual({ query, places, next: null });
  }
  for (const [query, param] of [["action=key", "action"], ["action=*", "action"], ["action=keys.*", "action"], ["since=yesterday", "since"], ["limit=0", "limit"], ["cursor=x", "cursor"], ["colour=red", "colour"]]) {
    expect(await ours.call("GET", `/v1/audit?${query}`), query).toMatchObject({ status: 400, body: { error: { code: "invalid_request", param } } });
  }
});

test("pages of the log stay in order while others write", async () => {
  const ours = await newNoted();
  for (let n = 0; n < 6; n++) await append(ours.id, { action: "member.joined" });
  const first = (await ours.call("GET", "/v1/audit?action=member.*&limit=3")).body;
  await append(ours.id, { action: "member.left" });
  const second = (await ours.call("GET", `/v1/audit?action=member.*&limit=2&cursor=${first.next}`)).body;
  const third = (await ours.call("GET", `/v1/audit?action=member.*&limit=2&cursor=${second.next}`)).body;
  expect([first, second, third].map(({ items }) => placesOf(ours, items))).toEqual([[6, 5, 4], [3, 2], [1]]);
  expect([first.has_more, second.has_more, third]).toMatchObject([true, true, { has_more: false, next: null }]);
});

test("who may read the log is said by the table of roles, and a stranger cannot tell it from none", async () => {
  const ours = await app().newWorkspace();
  for (const [role, status] of [["owner", 200], ["admin", 200], ["developer", 403], ["billing", 403], ["viewer", 403]] as const) {
    const person = await insertPerson(app());
    await insertMember(app(), ours.id, person, role);
    for (const path of ["/v1/audit", "/v1/audit/export"]) expect((await person.call("GET", path, undefined, { "x-workspace": ours.id })).status, `${role} ${path}`).toBe(status);
  }
  const stranger = await insertPerson(app());
  const lacking = await app().newWorkspace(["memories:read"], { workspace: ours.id });
  const bound = await app().newWorkspace(["audit:read"], { workspace: ours.id, group: "user:ana" });
  for (const path of ["/v1/audit", "/v1/audit/export"]) {
    expect((await stranger.call("GET", path, undefined, { "x-workspace": ours.id })).status).toBe(404);
    expect((await stranger.call("GET", path)).status).toBe(400);
    expect((await app().call("GET", path)).status).toBe(401);
    expect((await lacking.call("GET", path)).status).toBe(403);
    expect(await bound.call("GET", path)).toMatchObject({ status: 403, body: { error: { message: expect.stringContaining("user:ana") } } });
  }
  const other = await app().newWorkspace();
  expect(JSON.stringify((await other.call("GET", "/v1/audit")).body)).not.toContain(ours.id);
});

/** What a stranger needs who has the file and its description, and nothing of ours. */
function verifyFile(text: string): string {
  const sha256 = (value: string) => createHash("sha256").update(value).digest("hex");
  const canonical = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    return `{${Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(",")}}`;
  };
  let before = { seq: 0, hash: "0".repeat(64) };
  for (const line of text.trimEnd().split("\n")) {
    const { hash, details, ip, private_salt, user_agent, ...rest } = JSON.parse(line);
    if (rest.seq !== before.seq + 1) return `${before.seq + 1} is missing`;
    if (rest.previous_hash !== before.hash) return `${rest.seq} does not follow`;
    const whole = private_salt === null ? (details ?? ip ?? user_agent) === null : sha256(canonical({ details, ip, private_salt, user_agent })) === rest.private_hash;
    if (!whole) return `${rest.seq} was changed`;
    if (sha256(canonical(rest)) !== hash) return `${rest.seq} was changed`;
    before = { seq: rest.seq, hash };
  }
  return `${before.seq} links`;
}

test("an exported log is verified by a stranger's twenty lines, which find whatever was changed in it", async () => {
  const ours = await newNoted();
  const person = await insertPerson(app());
  for (let n = 0; n < 600; n++) await append(ours.id, { action: "key.created", details: { n, words: ["ü", "\u2028", 'a"b\\'], deep: { b: 1, a: null } } }, n % 2 === 0 ? BOB : { ...BOB, actor: person.user_id });
  await erasePersonFromAudit({ control: app().server.control, now: () => new Date() }, person.user_id);
  const { status, headers, body } = await ours.call("GET", "/v1/audit/export");
  expect({ status, type: headers.get("content-type"), disposition: headers.get("content-disposition") }).toEqual({ status: 200, type: "application/x-ndjson", disposition: 'attachment; filename="loci-audit.jsonl"' });
  const last = ours.made + 601;
  expect(verifyFile(body)).toBe(`${last} links`);

  const lines = body.trimEnd().split("\n") as string[];
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ action: "audit.exported", actor: ours.key_id, key_id: ours.key_id, seq: last });
  // One of the two was erased with its person.
  for (const at of [501, 502]) {
    const line = lines[at] ?? "";
    for (const name of Object.keys(JSON.parse(line))) {
      const changed = JSON.stringify({ ...JSON.parse(line), [name]: "x" });
      expect(verifyFile(lines.with(at, changed).join("\n")), `${at} ${name}`).toMatch(new RegExp(`^(${at + 1}|${at + 2}|x) (was changed|does not follow|is missing)$`));
    }
    expect(verifyFile(lines.toSpliced(at, 1).join("\n"))).toBe(`${at + 1} is missing`);
    expect(verifyFile(lines.with(at, lines[at + 1] ?? "").with(at + 1, line).join("\n"))).toBe(`${at + 1} is missing`);
  }
  expect((await ours.call("GET", `/v1/audit/export?after=${last}`)).body.trimEnd().split("\n")).toHaveLength(1);
  expect(await ours.call("GET", "/v1/audit/export?after=x")).toMatchObject({ status: 400, body: { error: { param: "after" } } });
});

test("a person reads the log of their own account, and nobody else's", async () => {
  const [ana, bob] = [await insertPerson(app()), await insertPerson(app())];
  await append(ana.user_id, { action: "session.created", details: { method: "code" } }, { ...BOB, actor: ana.user_id });
  await append(ana.user_id, { action: "account.updated" });
  expect((await ana.call("GET", "/v1/account/audit?action=session.*")).body).toMatchObject({ items: [{ seq: 1, action: "session.created", details: { method: "code" } }], next: null });
  expect((await bob.call("GET", "/v1/account/audit")).body.items).toEqual([]);
  expect(await bob.call("GET", "/v1/account/audit?limit=x")).toMatchObject({ status: 400 });
  expect((await app().call("GET", "/v1/account/audit")).status).toBe(401);
  expect((await (await app().newWorkspace()).call("GET", "/v1/account/audit")).status).toBe(403);
});

test("exports, imports and what is erased for good are in the log before they begin, with the operation's id and no group's name", async () => {
  const ours = await newNoted();
  const store = async (content: string) => (await ours.call("POST", "/v1/store", { content, group: "user:heron" })).body.memory.id as string;
  const ids = [await store("one"), await store("two"), await store("three")];
  await ours.call("POST", "/v1/export", { group: "user:heron" });
  await ours.call("POST", "/v1/import", '{"memory":"x"}', { "content-type": "application/x-ndjson" });
  await ours.call("DELETE", `/v1/memories/${ids[0]}?permanent=true`);
  await ours.call("DELETE", `/v1/memories/user:heron?permanent=true`);
  await ours.call("POST", "/v1/forget", { id: ids[1], permanent: true });
  await ours.call("POST", "/v1/batch", { operations: [{ op: "forget", id: ids[2], permanent: true }, { op: "forget", id: ids[2] }] });
  for (const query of ["?dry_run=true", ""]) await ours.call("DELETE", `/v1/groups/user:heron${query}`);
  await ours.call("POST", "/v1/forget", { group: "user:heron", permanent: true, dry_run: true });
  await ours.call("DELETE", `/v1/memories/${ids[0]}`);

  const all: Record<string, unknown>[] = (await ours.call("GET", "/v1/audit")).body.items;
  const items = all.slice(0, -ours.made);
  const group = toGroupMark(ours.id, "user:heron");
  const common = { mode: "live", operation_id: expect.stringMatching(/^op_/) };
  expect(items.map(({ action, target, details }) => ({ action, target, details }))).toEqual([
    { action: "group.erased", target: null, details: { ...common, group } },
    { action: "data.erased", target: null, details: { ...common, operations: 1 } },
    { action: "data.erased", target: null, details: common },
    { action: "data.erased", target: ids[0], details: common },
    { action: "data.imported", target: null, details: { ...common, format: "auto", bytes: 14 } },
    { action: "data.exported", target: null, details: { ...common, group } },
  ]);
  expect(JSON.stringify(items)).not.toContain("heron");
  for (const { request_id, details } of items) expect(details).toMatchObject({ operation_id: String(request_id).replace("req_", "op_") });
});
