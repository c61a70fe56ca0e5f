import { MINUTE_MS, SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { toNetwork } from "../accounts/limits.ts";
import { EgressBusyError, EgressError, type Egress, type Fetched } from "../egress/egress.ts";
import { readJson } from "../http/json.ts";
import { OAuthError } from "./errors.ts";
import { readFreshness } from "./freshness.ts";

/** By the draft (draft-ietf-oauth-client-id-metadata-document) 5 KB would do; SECURITY 3.3 says 64 KB and 5 s. */
const FETCH_LIMITS = { bytesMax: 64 * 1_024, timeoutMs: 5 * SECOND_MS };
const URL_CHARS_MAX = 500;
/** One that could not be used is not fetched again so soon. */
const REFUSED_MS = MINUTE_MS;
const REFUSED_MAX = 1_000;
/** A fetch takes five seconds at most. */
const BUSY_RETRY_S = 5;

/** Who makes us look, and what counts that before anything is fetched; it may throw. */
export interface Looking {
  address: string | null;
  charge(): Promise<void>;
}

export interface FileParts {
  egress: Egress;
  now: Clock;
  log: Log;
}

/** What such a file is called, and how its JSON is read; `read` throws an `Error` whose message says what is wrong. */
interface FileKind<Content> {
  name: string;
  read(said: unknown, href: string): Content;
}

/** A file as it was read, and for how long it may be believed. */
export interface ReadFile<Content> {
  content: Content;
  freshMs: number;
}

/** What is wrong with the URL of such a file, after "its URL", or `null`. */
export function findUrlFault(text: string): string | null {
  if (text.length > URL_CHARS_MAX) return `has more than ${URL_CHARS_MAX} characters.`;
  if (!URL.canParse(text)) return "cannot be read.";
  const { protocol, username, password, href } = new URL(text);
  if (protocol !== "https:") return "must be https.";
  if (text.includes("#") || username !== "" || password !== "") return "must have no fragment and no user name.";
  // Also what has dot segments: two spellings would be two files.
  return href === text ? null : "must be written the way that browsers write it.";
}

/** Reads what clients keep at URLs of their own. A bad file is remembered for a minute; many who ask at once are answered by one fetch. */
export class ClientFiles<Content> {
  private readonly parts: FileParts;
  private readonly kind: FileKind<Content>;
  private readonly running = new Map<string, Promise<ReadFile<Content>>>();
  private readonly refusals = new Map<string, { error: OAuthError; untilMs: number }>();

  constructor(parts: FileParts, kind: FileKind<Content>) {
    this.parts = parts;
    this.kind = kind;
  }

  /** The file at a URL. Throws `invalid_client`, `unavailable` while too much is being fetched, or what `charge` throws. */
  async read({ href }: URL, { address, charge }: Looking): Promise<ReadFile<Content>> {
    const known = this.refusals.get(href);
    if (known !== undefined && this.parts.now().getTime() < known.untilMs) throw known.error;
    await charge();
    const running = this.running.get(href) ?? this.fetch(href, address).finally(() => this.running.delete(href));
    this.running.set(href, running);
    return running;
  }

  private refused(reason: string): OAuthError {
    return new OAuthError("invalid_client", `The ${this.kind.name} of this client cannot be used: ${reason}`);
  }

  private async fetch(href: string, address: string | null): Promise<ReadFile<Content>> {
    const { egress, log } = this.parts;
    const url = new URL(href);
    try {
      const fetched = await egress.fetchJson(url, { ...FETCH_LIMITS, network: address === null ? null : toNetwork(address) });
      return { content: this.kind.read(this.readBody(fetched), href), freshMs: readFreshness(fetched.headers) };
    } catch (thrown) {
      // Says nothing of the file, so nothing is remembered.
      if (thrown instanceof EgressBusyError) throw new AppError("unavailable", `The ${this.kind.name} of this client cannot be looked at now: ${thrown.message.toLowerCase()} Try again in a few seconds.`, { retry_after: BUSY_RETRY_S, cause: thrown });
      const error = this.toRefusal(thrown);
      log.info({ err: thrown, host: url.host }, `the ${this.kind.name} of a client cannot be used`);
      this.remember(href, error);
      throw error;
    }
  }

  private readBody({ status, headers, text }: Fetched): unknown {
    if (status !== 200) throw this.refused(status >= 300 && status < 400 ? "it leads on to another address, and that is not followed." : `its host answers ${status}.`);
    if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) throw this.refused("it is not application/json.");
    return readJson(text);
  }

  private toRefusal(thrown: unknown): OAuthError {
    if (thrown instanceof OAuthError && thrown.oauth_code === "invalid_client") return thrown;
    if (thrown instanceof EgressError || thrown instanceof AppError) return this.refused(thrown.message);
    throw thrown;
  }

  private remember(href: string, error: OAuthError): void {
    this.refusals.delete(href);
    this.refusals.set(href, { error, untilMs: this.parts.now().getTime() + REFUSED_MS });
    const [oldest] = this.refusals.keys();
    if (this.refusals.size > REFUSED_MAX && oldest !== undefined) this.refusals.delete(oldest);
  }
}
