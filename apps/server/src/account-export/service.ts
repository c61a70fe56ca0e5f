import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { ControlDb } from "../control/database.ts";
import type { Parts } from "../parts.ts";
import { toExportLines } from "../transfer/export.ts";
import type { WorkspaceStores } from "../workspaces/stores.ts";
import { LISTED, readAuditLines, readLines, readRequestLines, type Subject } from "./rows.ts";
import { toSchemaFile } from "./schemas.ts";
import { toZip, type ZipFile } from "./zip.ts";

export type AccountExportParts = Pick<Parts, "control" | "now" | "stores">;

/** The archive of everything that is a person's, piece by piece. That it was asked for is in the audit logs before the first byte. */
export async function exportAccount(parts: AccountExportParts, origin: Origin, person: { user_id: string; email: string }): Promise<AsyncGenerator<Uint8Array, undefined>> {
  const { control, now, stores } = parts;
  const workspaces = await listOwned(control.db, person.user_id);
  await control.transaction(async () => {
    await appendAudit(parts, origin, { chain: person.user_id, action: "account.exported", target: person.user_id });
    for (const { id } of workspaces) await appendAudit(parts, origin, { chain: id, action: "data.exported", target: id, details: { with: "account" } });
  });
  const { user_id, email } = person;
  return toZip(listFiles({ db: control.reads, stores, at: now() }, { user_id, email, owned: workspaces.map(({ id }) => id) }, workspaces), now());
}

/** The workspaces that somebody owns and that are not being erased. */
const listOwned = (db: ControlDb, userId: string): Promise<{ id: string; slug: string }[]> =>
  db.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id").select(["workspaces.id", "slug"])
    .where("user_id", "=", userId).where("role", "=", "owner").where("deleting_at", "is", null).orderBy("workspaces.id").execute();

interface Sources {
  db: ControlDb;
  stores: WorkspaceStores;
  at: Date;
}

async function* listFiles(sources: Sources, subject: Subject, workspaces: { id: string; slug: string }[]): AsyncGenerator<ZipFile> {
  yield { name: "README.txt", text: [README] };
  yield { name: "schema.json", text: [toSchemaFile()] };
  for (const name of LISTED) yield { name: `${name}.jsonl`, text: readLines(sources.db, name, subject) };
  yield { name: "connection_requests.jsonl", text: readRequestLines(sources.db, sources.stores, subject) };
  yield { name: "audit.jsonl", text: readAuditLines(sources.db, subject) };
  for (const workspace of workspaces) yield* listMemories(sources, workspace);
}

async function* listMemories({ stores, at }: Sources, { id, slug }: { id: string; slug: string }): AsyncGenerator<ZipFile> {
  for (const mode of ["live", "test"] as const) {
    const store = await stores.find({ workspace_id: id, mode });
    if (store !== null) yield { name: `memories/${slug}${mode === "test" ? ".test" : ""}.jsonl`, text: toExportLines(store.exportRecords({}), at) };
  }
}

const README = `Everything that Loci keeps of you, as you asked for it.

The files hold JSON Lines: a JSON document on each line, in UTF-8. schema.json says what stands
in each of them. There are no passwords, keys or other secrets in here.

account.jsonl              your account
sessions.jsonl             where you are signed in
sign_ins.jsonl             your ways to sign in
passkeys.jsonl             your passkeys
workspaces.jsonl           the workspaces that you own
memberships.jsonl          the workspaces that you are in
invitations.jsonl          invitations to your address
keys.jsonl                 the API keys of your workspaces
connections.jsonl          the apps that you connected
connection_requests.jsonl  what those apps read and wrote in the last 90 days
mails.jsonl                which mails were sent to you
audit.jsonl                what was done in your account and your workspaces, and by you in those
                           of others
memories/                  the memories of your workspaces, a file for each: slug.jsonl for what
                           live keys and apps stored, slug.test.jsonl for test keys

A file of memories can be imported as it is, into any workspace of any Loci:

  curl --data-binary @memories/slug.jsonl -H "Content-Type: application/x-ndjson" \\
    -H "Authorization: Bearer mk_…" https://…/v1/import

A request takes 10 MB: split a larger file between its lines and send the parts in their order.
`;
