import { MINUTE_MS, SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { z } from "zod";
import { EgressError, type Egress, type Fetched } from "../egress/egress.ts";
import { readJson } from "../http/json.ts";
import { parseWith } from "../http/parse.ts";
import { ClientMetadata, readClientMetadata } from "./client-metadata.ts";
import type { Client } from "./clients.ts";
import { OAuthError } from "./errors.ts";
import { readFreshness } from "./freshness.ts";

/** By the draft (draft-ietf-oauth-client-id-metadata-document) 5 KB would do; SECURITY 3.3 says 64 KB and 5 s. */
const FETCH_LIMITS = { bytesMax: 64 * 1_024, timeoutMs: 5 * SECOND_MS };
const URL_CHARS_MAX = 500;
/** A document that could not be used is not fetched again so soon. */
const REFUSED_MS = MINUTE_MS;
const REFUSED_MAX = 1_000;

const ClientDocument = ClientMetadata.extend({ client_id: z.string(), client_name: z.string().min(1).max(1_000) });

/** A client as its document describes it, and for how long that may be believed. */
export interface ReadDocument {
  client: Client;
  freshMs: number;
}

const refused = (reason: string): OAuthError => new OAuthError("invalid_client", `The metadata document of this client cannot be used: ${reason}`);

/** The URL of a client that is described by a document, or `null` for an id of another kind; throws `invalid_client` for one that no document can have. */
export function readDocumentUrl(client_id: string): URL | null {
  if (!/^https?:/i.test(client_id)) return null;
  if (client_id.length > URL_CHARS_MAX) throw refused(`its URL has more than ${URL_CHARS_MAX} characters.`);
  if (!URL.canParse(client_id)) throw refused("client_id is not a URL.");
  const url = new URL(client_id);
  if (url.protocol !== "https:") throw refused("its URL must be https.");
  if (client_id.includes("#") || url.username !== "" || url.password !== "") throw refused("its URL must have no fragment and no user name.");
  // Also what has dot segments: two spellings would be two clients.
  if (url.href !== client_id) throw refused("its URL must be written the way that browsers write it.");
  if (url.pathname === "/") throw refused("its URL needs a path.");
  return url;
}

/** Reads the documents in which clients describe themselves (CIMD). A bad one is remembered for a minute; many who ask at once are answered by one fetch. */
export class ClientDocuments {
  private readonly egress: Egress;
  private readonly now: Clock;
  private readonly log: Log;
  private readonly running = new Map<string, Promise<ReadDocument>>();
  private readonly refusals = new Map<string, { error: OAuthError; untilMs: number }>();

  constructor({ egress, now, log }: { egress: Egress; now: Clock; log: Log }) {
    this.egress = egress;
    this.now = now;
    this.log = log;
  }

  /** The client of a document; `charge` counts before anything is fetched. Throws `invalid_client`, or what `charge` throws. */
  async read(url: URL, charge: () => Promise<void>): Promise<ReadDocument> {
    const { href } = url;
    const known = this.refusals.get(href);
    if (known !== undefined && this.now().getTime() < known.untilMs) throw known.error;
    await charge();
    const running = this.running.get(href) ?? this.fetch(url).finally(() => this.running.delete(href));
    this.running.set(href, running);
    return running;
  }

  private async fetch(url: URL): Promise<ReadDocument> {
    try {
      return toDocument(url.href, await this.egress.fetchJson(url, FETCH_LIMITS));
    } catch (thrown) {
      const error = toRefusal(thrown);
      this.log.info({ err: thrown, host: url.host }, "the document of a client cannot be used");
      this.remember(url.href, error);
      throw error;
    }
  }

  private remember(href: string, error: OAuthError): void {
    this.refusals.delete(href);
    this.refusals.set(href, { error, untilMs: this.now().getTime() + REFUSED_MS });
    const [oldest] = this.refusals.keys();
    if (this.refusals.size > REFUSED_MAX && oldest !== undefined) this.refusals.delete(oldest);
  }
}

function toDocument(id: string, { status, headers, text }: Fetched): ReadDocument {
  if (status !== 200) throw refused(status >= 300 && status < 400 ? "it leads on to another address, and that is not followed." : `its host answers ${status}.`);
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) throw refused("it is not application/json.");
  const said = parseWith(ClientDocument, readJson(text));
  if (said.client_id !== id) throw refused("its client_id is not its own URL.");
  if ("client_secret" in said || (said.token_endpoint_auth_method ?? "none") !== "none") throw refused("its token_endpoint_auth_method must be none, and it must hold no secret.");
  const client = { id, kind: "document" as const, ...readClientMetadata({ ...said, redirect_uris: said.redirect_uris.map(withoutAnyPort) }) };
  return { client, freshMs: readFreshness(headers) };
}

/** The port of a loopback address may differ anyway; FastMCP writes that as `http://localhost:*`. */
const withoutAnyPort = (uri: string): string => uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)):\*(?=\/|$)/, "$1");

function toRefusal(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown.oauth_code === "invalid_client" ? thrown : refused(thrown.message);
  if (thrown instanceof EgressError || thrown instanceof AppError) return refused(thrown.message);
  throw thrown;
}
