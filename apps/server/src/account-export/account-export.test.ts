import { MINUTE_MS } from "@loci/kit/clock";
import { strFromU8, unzipSync } from "fflate";
import { expect, test } from "vitest";
import { newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";
import { ExportLine } from "../transfer/records.ts";
import { LINES } from "./schemas.ts";
import { toZip, type ZipFile } from "./zip.ts";

const app = shareTestApp();

async function download(person: TestPerson): Promise<{ status: number; headers: Headers; bytes: Uint8Array }> {
  const { server } = app();
  const headers = { cookie: person.cookies.toString(), origin: server.config.publicUrl };
  const response = await server.app.request("/v1/account/export", { method: "POST", headers });
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) };
}

async function readExport(person: TestPerson): Promise<{ files: Record<string, string>; lines(name: string): Record<string, unknown>[] }> {
  const { status, bytes } = await download(person);
  expect(status).toBe(200);
  const files = Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, file]) => [name, strFromU8(file)]));
  return { files, lines: (name) => (files[name] ?? "").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as Record<string, unknown>) };
}

/** Somebody with something in every file, and a team of their own beside that of another. */
async function newOwner(): Promise<{ person: TestPerson; team: { id: string; slug: string }; secrets: string[] }> {
  const person = await app().newPerson({ name: "Ada" });
  const { body: team } = await person.call("POST", "/v1/workspaces", { name: "Birds of Ada" });
  const secrets: string[] = [];
  for (const [workspace, mode] of [[person.workspace, "live"], [person.workspace, "test"], [team.id, "live"]] as const) {
    const { body: key } = await person.call("POST", "/v1/api-keys", { name: `ci ${mode}`, mode, scopes: ["memories:write", "relationships:write"] }, { "x-workspace": workspace });
    secrets.push(key.secret);
    const headers = { authorization: `Bearer ${key.secret}` };
    const ids = [];
    for (const bird of ["heron", "crane"]) ids.push((await app().call("POST", "/v1/store", { content: `The ${bird} lives in ${workspace} ${mode}.`, group: "birds" }, headers)).body.memory.id);
    await app().call("PATCH", `/v1/memories/${ids[0]}`, { importance: 0.9 }, headers);
    await app().call("POST", "/v1/relationships", { from: ids[0], to: ids[1], type: "SIMILAR_TO" }, headers);
  }
  return { person, team, secrets };
}

test("an export holds everything of a person as JSON Lines that its own schema describes, and no secret", async () => {
  const { person, team, secrets } = await newOwner();
  const guest = await app().newPerson({ name: "Guest" });
  const { body: theirs } = await guest.call("POST", "/v1/workspaces", { name: "Guests" });
  const { body: invited } = await guest.call("POST", `/v1/workspaces/${theirs.id}/invitations`, { email: person.email, role: "developer" });
  const link = invited.url ?? (await app().mailTo(person.email)).find(({ template }) => template === "invitation")?.text;
  expect((await person.call("POST", "/v1/invitations/accept", { token: /#token=([\w.-]+)/.exec(link)?.[1] })).status).toBe(200);
  await guest.call("POST", "/v1/store", { content: "Not Ada's." }, { "x-workspace": theirs.id });
  await person.call("POST", "/v1/store", { content: "Ada wrote this for the guests." }, { "x-workspace": theirs.id });
  const [ownApp, sharedApp, otherApp] = [await newConnection(app(), person), await newConnection(app(), person, { workspace: theirs.id, read_only: true }), await newConnection(app(), guest, { workspace: theirs.id })];
  for (const { call } of [ownApp, sharedApp, otherApp]) expect((await call("POST", "/v1/recall", { query: "birds" })).status).toBe(200);

  const { files, lines } = await readExport(person);
  const own = await person.call("GET", `/v1/workspaces/${person.workspace}`);
  const memories = [`memories/${own.body.slug}.jsonl`, `memories/${own.body.slug}.test.jsonl`, `memories/${team.slug}.jsonl`];
  expect(new Set(Object.keys(files))).toEqual(new Set(["README.txt", "schema.json", ...Object.keys(LINES).map((name) => `${name}.jsonl`), ...memories]));
  for (const [name, schema] of Object.entries(LINES)) for (const line of lines(`${name}.jsonl`)) expect(schema.safeParse(line), `${name} ${JSON.stringify(line)}`).toMatchObject({ success: true });
  for (const name of memories) for (const line of lines(name)) expect(ExportLine.safeParse(line), name).toMatchObject({ success: true });
  expect(Object.keys(JSON.parse(files["schema.json"] ?? "").files)).toEqual([...Object.keys(LINES).map((name) => `${name}.jsonl`), "memories/*.jsonl"]);

  expect(lines("account.jsonl")).toMatchObject([{ id: person.user_id, email: person.email, name: "Ada", former_emails: [] }]);
  expect(lines("workspaces.jsonl").map(({ id }) => id)).toEqual([person.workspace, team.id]);
  expect(lines("memberships.jsonl").map(({ workspace_id, role }) => [workspace_id, role])).toEqual([[person.workspace, "owner"], [team.id, "owner"], [theirs.id, "developer"]]);
  expect(lines("keys.jsonl").map(({ name }) => name)).toEqual(["ci live", "ci test", "ci live"]);
  expect(lines("connections.jsonl")).toMatchObject([{ id: ownApp.connection_id, workspace_id: person.workspace, client: "Heron" }, { id: sharedApp.connection_id, workspace_id: theirs.id, read_only: true }]);
  expect(lines("connection_requests.jsonl")).toMatchObject([{ connection_id: ownApp.connection_id, action: "recallMemories", effect: "read" }, { connection_id: sharedApp.connection_id, workspace_id: theirs.id }]);
  expect(lines("sessions.jsonl")).toHaveLength(1);
  expect(lines("invitations.jsonl")).toMatchObject([{ workspace_id: theirs.id, role: "developer" }]);
  expect(lines("mails.jsonl").map(({ kind }) => kind)).toContain("sign_up_code");
  const acted = new Set(lines("audit.jsonl").map(({ chain, action }) => `${String(chain)} ${String(action)}`));
  expect([...acted]).toEqual(expect.arrayContaining([`${person.user_id} account.exported`, `${person.workspace} data.exported`, `${team.id} key.created`, `${theirs.id} member.joined`]));
  expect(lines("audit.jsonl").every(({ chain, actor }) => chain !== theirs.id || actor === person.user_id)).toBe(true);
  expect(lines(memories[0] ?? "").map(({ kind }) => kind)).toEqual(["header", "memory", "version", "memory", "relationship"]);

  const all = Object.values(files).join("\n");
  expect(all).not.toContain("Not Ada's.");
  const { db } = app().server.control;
  const hashes = [
    ...(await db.selectFrom("keys").select("secret_hash as hash").execute()), ...(await db.selectFrom("sessions").select("token_hash as hash").execute()),
    ...(await db.selectFrom("sign_ins").select("password as hash").execute()), ...(await db.selectFrom("invitations").select("token_hash as hash").execute()), ...(await db.selectFrom("tokens").select("token_hash as hash").execute()),
  ].flatMap(({ hash }) => (hash === null ? [] : [hash]));
  for (const secret of [...secrets, ...hashes, ownApp.token, ownApp.refresh, person.password]) expect(all.includes(secret)).toBe(false);
});

test("the memories of an export come back by an import, versions and relationships too", async () => {
  const { person } = await newOwner();
  const { files } = await readExport(person);
  const name = Object.keys(files).find((file) => file.startsWith("memories/") && !file.endsWith(".test.jsonl")) ?? "";
  const other = await app().newWorkspace();
  const { body } = await other.call("POST", "/v1/import", files[name], { "content-type": "application/x-ndjson" });
  expect(body).toMatchObject({ format: "loci", imported: { memories: 2, versions: 1, relationships: 1 }, skipped: [] });
});

test("an export is for who has just shown a proof, ten times an hour, and works while the account waits for its deletion", async () => {
  const person = await app().newPerson({ password: null });
  const { key } = await app().newWorkspace();
  expect((await app().call("POST", "/v1/account/export")).status).toBe(401);
  expect((await app().call("POST", "/v1/account/export", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
  expect((await person.call("POST", "/v1/account/export?format=pdf")).status).toBe(400);
  const { db } = app().server.control;
  const setProof = (ms: number) => db.updateTable("sessions").set({ proven_at: new Date(Date.now() - ms).toISOString() }).where("user_id", "=", person.user_id).execute();
  await setProof(11 * MINUTE_MS);
  expect(await person.call("POST", "/v1/account/export")).toMatchObject({ status: 403, body: { error: { details: { reason: "proof_required" } } } });
  await setProof(0);
  expect((await person.call("DELETE", "/v1/account")).status).toBe(200);
  const first = await download(person);
  expect(first.status).toBe(200);
  expect(first.headers.get("content-type")).toBe("application/zip");
  expect(first.headers.get("content-disposition")).toMatch(/^attachment; filename="loci-account-\d{4}-\d\d-\d\d\.zip"$/);
  for (let n = 0; n < 9; n++) await download(person);
  expect((await download(person)).status).toBe(429);
  const audited = await db.selectFrom("audit").select("seq").where("chain", "=", person.user_id).where("action", "=", "account.exported").execute();
  expect(audited).toHaveLength(10);
});

test("an archive is made as it is taken: a reader who stops has had little read, however much there is", async () => {
  const read = { lines: 0, ended: false };
  const line = `${JSON.stringify({ text: "memory ".repeat(140) })}\n`;
  async function* endless(): AsyncGenerator<string> {
    try {
      for (;;) {
        read.lines += 1;
        yield line;
      }
    } finally {
      read.ended = true;
    }
  }
  async function* files(): AsyncGenerator<ZipFile> {
    yield { name: "README.txt", text: ["Hello.\n"] };
    yield { name: "endless.jsonl", text: endless() };
  }
  const archive = toZip(files(), new Date());
  for (let n = 0; n < 20; n++) await archive.next();
  expect(read.lines * line.length).toBeLessThan(5 * 2 ** 20);
  await archive.return(undefined);
  expect(read.ended).toBe(true);
});

test("an archive of many small and of large files opens with every byte in place", async () => {
  const texts = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`folder/${n}.txt`, `${n} ünï © `.repeat(n * 2_000)]));
  async function* files(): AsyncGenerator<ZipFile> {
    for (const [name, text] of Object.entries(texts)) yield { name, text: text.match(/[^]{1,9001}/g) ?? [] };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of toZip(files(), new Date("2026-11-21T08:00:00Z"))) chunks.push(chunk);
  const opened = unzipSync(new Uint8Array(Buffer.concat(chunks)));
  expect(Object.fromEntries(Object.entries(opened).map(([name, file]) => [name, strFromU8(file)]))).toEqual(texts);
});
