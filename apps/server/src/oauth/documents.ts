import { z } from "zod";
import { parseWith } from "../http/parse.ts";
import { ClientFiles, findUrlFault, type FileParts, type Looking, type ReadFile } from "./client-files.ts";
import { KeyMetadata, readClientKeys } from "./client-keys.ts";
import { ClientMetadata, readClientMetadata } from "./client-metadata.ts";
import type { Client } from "./clients.ts";
import { OAuthError } from "./errors.ts";

const ClientDocument = ClientMetadata.extend({ ...KeyMetadata.shape, client_id: z.string(), client_name: z.string().min(1).max(1_000) });

const NAME = "metadata document";

const refused = (reason: string): OAuthError => new OAuthError("invalid_client", `The ${NAME} of this client cannot be used: ${reason}`);

/** The URL of a client that is described by a document, or `null` for an id of another kind; throws `invalid_client` for one that no document can have. */
export function readDocumentUrl(client_id: string): URL | null {
  if (!/^https?:/i.test(client_id)) return null;
  const fault = findUrlFault(client_id);
  if (fault !== null) throw refused(`its URL ${fault}`);
  const url = new URL(client_id);
  if (url.pathname === "/") throw refused("its URL needs a path.");
  return url;
}

/** Reads the documents in which clients describe themselves (CIMD). */
export class ClientDocuments {
  private readonly files: ClientFiles<Client>;

  constructor(parts: FileParts) {
    this.files = new ClientFiles(parts, { name: NAME, read: toClient });
  }

  /** The client of a document. Throws `invalid_client`, `unavailable` while too much is being fetched, or what `charge` throws. */
  read(url: URL, looking: Looking): Promise<ReadFile<Client>> {
    return this.files.read(url, looking);
  }
}

function toClient(json: unknown, id: string): Client {
  const said = parseWith(ClientDocument, json);
  if (said.client_id !== id) throw refused("its client_id is not its own URL.");
  const keys = readClientKeys(said);
  return { id, kind: "document", keys, ...readClientMetadata({ ...said, redirect_uris: said.redirect_uris.map(withoutAnyPort) }) };
}

/** The port of a loopback address may differ anyway; FastMCP writes that as `http://localhost:*`. */
const withoutAnyPort = (uri: string): string => uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)):\*(?=\/|$)/, "$1");
