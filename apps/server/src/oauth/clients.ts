import { DAY_MS, MINUTE_MS } from "@loci/kit/clock";
import type { Parts } from "../parts.ts";
import type { Looking } from "./client-files.ts";
import type { ClientKeys } from "./client-keys.ts";
import { readDocumentUrl } from "./documents.ts";
import { OAuthError } from "./errors.ts";
import { chargeDocument } from "./limits.ts";

/** A program that asks people for access. None of them has a secret of ours: what a person is told of it is what it says of itself. */
export interface Client {
  /** `cli_…`, the URL of its metadata document, or `loci-cli`, the command line of Loci itself. */
  id: string;
  /** `registered` said what it likes, nobody checked it; a `document` lies at a host that it can be known by. */
  kind: "registered" | "document" | "own";
  name: string;
  /** Its home page. */
  uri: string | null;
  application_type: "web" | "native";
  redirect_uris: string[];
  /** What it proves itself by; `null` for a public client. Only documents name keys. */
  keys: ClientKeys | null;
}

type ClientParts = Pick<Parts, "control" | "now" | "accounts" | "documents">;

/** When a document was read, and until when it is believed. */
interface Fetch {
  fetched_at: string;
  fresh_until: string;
}

/** The client as it is kept, however long ago its document was read; nothing is fetched. For what was issued to it before. */
export async function findClient(parts: Pick<Parts, "control">, client_id: string): Promise<Client | undefined> {
  return (await findRow(parts, client_id))?.client;
}

/** The client as it is now, for who is about to ask a person for something; throws `invalid_client`. `address` is that of whoever makes us look. */
export async function getClient(parts: ClientParts, { client_id, address }: { client_id: string; address: string | null }): Promise<Client> {
  const at = parts.now().toISOString();
  const url = readDocumentUrl(client_id);
  const known = await findRow(parts, client_id);
  if (known !== undefined && (url === null || (known.fresh_until ?? "") > at)) {
    await noteUse(parts, known);
    return known.client;
  }
  if (url === null) throw new OAuthError("invalid_client", "This client is not known. Register it, or use the https URL of its metadata document as client_id.");
  return readDocument(parts, url, { address, charge: () => chargeDocument(parts, address) });
}

/** Also a document that shall not be kept is not read for each request. */
const KEPT_MS = MINUTE_MS;

/**
 * A client that is kept, with its document read again where that is not fresh any more, or was read `agedMs` ago; throws
 * `invalid_client` when it cannot be read, or what `charge` throws.
 */
export async function renewClient(parts: ClientParts, client: Client, { agedMs, ...looking }: Looking & { agedMs: number }): Promise<Client> {
  const known = await findRow(parts, client.id);
  const url = client.kind === "document" ? readDocumentUrl(client.id) : null;
  if (known === undefined || url === null) return client;
  const atMs = parts.now().getTime();
  const ageMs = atMs - Date.parse(known.fetched_at ?? "");
  const isFresh = ageMs < KEPT_MS || atMs < Date.parse(known.fresh_until ?? "");
  return isFresh && ageMs < agedMs ? known.client : readDocument(parts, url, looking);
}

async function readDocument(parts: ClientParts, url: URL, looking: Looking): Promise<Client> {
  const at = parts.now();
  const { content: client, freshMs } = await parts.documents.read(url, looking);
  await saveClient(parts, client, { fetched_at: at.toISOString(), fresh_until: new Date(at.getTime() + freshMs).toISOString() });
  return client;
}

/** Keeps a client; one that is there already becomes what it says now. */
export async function saveClient({ control, now }: Pick<Parts, "control" | "now">, client: Client, fetch: Fetch | null = null): Promise<void> {
  const at = now().toISOString();
  const said = { name: client.name, uri: client.uri, application_type: client.application_type, redirect_uris: JSON.stringify(client.redirect_uris), keys: client.keys === null ? null : JSON.stringify(client.keys), fetched_at: fetch?.fetched_at ?? null, fresh_until: fetch?.fresh_until ?? null, last_used_at: at };
  await control.db.insertInto("clients").values({ id: client.id, kind: client.kind, created_at: at, ...said }).onConflict((known) => known.column("id").doUpdateSet(said)).execute();
}

interface KnownClient {
  client: Client;
  fetched_at: string | null;
  fresh_until: string | null;
  last_used_at: string | null;
}

async function findRow({ control: { db } }: Pick<Parts, "control">, client_id: string): Promise<KnownClient | undefined> {
  const row = await db.selectFrom("clients").selectAll().where("id", "=", client_id).executeTakeFirst();
  if (row === undefined) return undefined;
  const { id, kind, name, uri, application_type, redirect_uris, keys, fetched_at, fresh_until, last_used_at } = row;
  const client: Client = { id, kind, name, uri, application_type, redirect_uris: JSON.parse(redirect_uris) as string[], keys: keys === null ? null : (JSON.parse(keys) as ClientKeys) };
  return { client, fetched_at, fresh_until, last_used_at };
}

/** What nobody uses goes some day; to the day is close enough. */
async function noteUse({ control, now }: Pick<Parts, "control" | "now">, { client, last_used_at }: KnownClient): Promise<void> {
  const at = now();
  if (last_used_at !== null && at.getTime() - Date.parse(last_used_at) < DAY_MS) return;
  await control.db.updateTable("clients").set({ last_used_at: at.toISOString() }).where("id", "=", client.id).execute();
}
