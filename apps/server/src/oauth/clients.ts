import { DAY_MS } from "@loci/kit/clock";
import type { Parts } from "../parts.ts";
import { OAuthError } from "./errors.ts";

/** The command line of Loci itself. It is in the database from the beginning. */
export const OWN_CLI = "loci-cli";

/** A program that asks people for access. None of them has a secret: what a person is told of it is what it says of itself. */
export interface Client {
  /** `cli_…`, the URL of its metadata document, or `loci-cli`. */
  id: string;
  /** `registered` said what it likes, nobody checked it; a `document` lies at a host that it can be known by. */
  kind: "registered" | "document" | "own";
  name: string;
  /** Its home page. */
  uri: string | null;
  application_type: "web" | "native";
  redirect_uris: string[];
}

type ClientParts = Pick<Parts, "control" | "now">;

/** The client as it is kept, however long ago its document was read; nothing is fetched. For what was issued to it before. */
export async function findClient({ control }: ClientParts, client_id: string): Promise<Client | undefined> {
  const row = await control.db.selectFrom("clients").select(["id", "kind", "name", "uri", "application_type", "redirect_uris"]).where("id", "=", client_id).executeTakeFirst();
  return row && { ...row, redirect_uris: JSON.parse(row.redirect_uris) as string[] };
}

/** The client as it is now, for who is about to ask a person for something; throws `invalid_client`. */
export async function getClient(parts: ClientParts, { client_id }: { client_id: string; address: string | null }): Promise<Client> {
  const known = await findClient(parts, client_id);
  if (known === undefined) throw new OAuthError("invalid_client", "This client is not known. Register it, or use the https URL of its metadata document as client_id.");
  await noteUse(parts, client_id);
  return known;
}

/** What nobody uses goes some day; to the day is close enough. */
async function noteUse({ control, now }: ClientParts, client_id: string): Promise<void> {
  const nowMs = now().getTime();
  const used = { last_used_at: new Date(nowMs).toISOString() };
  const dayAgo = new Date(nowMs - DAY_MS).toISOString();
  await control.db.updateTable("clients").set(used).where("id", "=", client_id).where((row) => row.or([row("last_used_at", "is", null), row("last_used_at", "<", dayAgo)])).execute();
}
