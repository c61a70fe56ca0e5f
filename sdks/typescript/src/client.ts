import { Api, type Answer, type Arguments, type Body, type Query, type Route, type StreamRoute } from "./api.ts";
import type { Download } from "./download.ts";
import { importFile, type Lines } from "./import.ts";
import type { Log } from "./log.ts";
import { Account } from "./nouns/account.ts";
import { Audit } from "./nouns/audit.ts";
import { Connections } from "./nouns/connections.ts";
import { Groups } from "./nouns/groups.ts";
import { Keys } from "./nouns/keys.ts";
import { Mcp } from "./nouns/mcp.ts";
import { Memories } from "./nouns/memories.ts";
import { Relationships } from "./nouns/relationships.ts";
import { Workspaces } from "./nouns/workspaces.ts";
import type { CallOptions, Fetch, Parts, Settings } from "./request.ts";
import type { BatchOperation, BatchResults, ForgetBody, ForgetReceipt, ImportReceipt, Message, RecallBody, RecallResult, StoreBody, StoreReceipt, StoreReceipts, Usage, WhoAmI } from "./types.gen.ts";
import { VERSION } from "./version.ts";

/** How a client reaches the server, and as whom. */
export interface Options {
  /** An API key (`mk_…`) or an access token. A function is asked before every try, so that a token can be renewed. None in a browser with a session. */
  apiKey?: string | (() => string | Promise<string>) | undefined;
  /** `http://127.0.0.1:8080` unless said. */
  baseUrl?: string | undefined;
  /** How long one try may take, with its body; 60,000 ms unless said. */
  timeoutMs?: number | undefined;
  /** How often a call is tried again; 2 unless said. */
  retriesMax?: number | undefined;
  /** The workspace to work in, by id or slug, for a person who has several. A key has its own. */
  workspace?: string | undefined;
  /** The program that stands behind the calls, as `support-bot/2.1`: each memory keeps who wrote it. */
  client?: string | undefined;
  /** Sent with every request, by lower-case name. */
  headers?: Record<string, string> | undefined;
  /** Instead of the global `fetch`. */
  fetch?: Fetch | undefined;
  /** Is told of every request, answer, failure and retry; never of bodies and secrets. */
  log?: Log | undefined;
}

type StoreOne = StoreBody & { content: string };
type StoreMany = StoreBody & { messages: Message[] };

/**
 * A client of Loci: memory for AI agents.
 *
 * Every call takes `CallOptions` last and throws a `LociError`. What fails for the moment is tried again; a change is
 * sent with an idempotency key, so it happens once.
 */
export class Loci {
  readonly memories: Memories;
  readonly groups: Groups;
  readonly relationships: Relationships;
  readonly keys: Keys;
  readonly connections: Connections;
  readonly mcp: Mcp;
  readonly audit: Audit;
  readonly workspaces: Workspaces;
  readonly account: Account;
  readonly #api: Api;

  /** `parts` are chance and time; leave them out but for tests. */
  constructor(options: Options = {}, parts: Partial<Parts> = {}) {
    this.#api = new Api(readOptions(options, parts));
    this.memories = new Memories(this.#api);
    this.groups = new Groups(this.#api);
    this.relationships = new Relationships(this.#api);
    this.keys = new Keys(this.#api);
    this.connections = new Connections(this.#api);
    this.mcp = new Mcp(this.#api);
    this.audit = new Audit(this.#api);
    this.workspaces = new Workspaces(this.#api);
    this.account = new Account(this.#api);
  }

  /** Keeps a memory (`content`), or each message of a conversation (`messages`), and says what became of it. */
  store(body: StoreOne, options?: CallOptions): Promise<StoreReceipt>;
  store(body: StoreMany, options?: CallOptions): Promise<StoreReceipts>;
  store(body: StoreBody, options?: CallOptions): Promise<StoreReceipt | StoreReceipts>;
  store(body: StoreBody, options?: CallOptions): Promise<StoreReceipt | StoreReceipts> {
    return this.#api.request("POST /v1/store", { body }, options);
  }

  /** The memories that answer a question in plain words, the best first; none is an answer too. */
  recall(body: RecallBody, options?: CallOptions): Promise<RecallResult> {
    return this.#api.request("POST /v1/recall", { body }, options);
  }

  /** Forgets by exactly one of `id`, `ids`, `group`, `filter` or `matching`; with `dry_run` it only counts. */
  forget(body: ForgetBody, options?: CallOptions): Promise<ForgetReceipt> {
    return this.#api.request("POST /v1/forget", { body }, options);
  }

  /** Up to 1,000 operations in one request, run in their order; each has its own status, and fails alone. */
  batch(operations: BatchOperation[], options?: CallOptions): Promise<BatchResults> {
    return this.#api.request("POST /v1/batch", { body: { operations } }, options);
  }

  /** Who the key or access token stands for, in which workspace, and what it may do now. */
  whoami(options?: CallOptions): Promise<WhoAmI> {
    return this.#api.request("GET /v1/whoami", {}, options);
  }

  /** What the workspace has used. */
  usage(options?: CallOptions): Promise<Usage> {
    return this.#api.request("GET /v1/usage", {}, options);
  }

  /** All memories and relationships, or those of a group, as JSON Lines. */
  export(body: Body<"POST /v1/export"> = {}, options?: CallOptions): Promise<Download> {
    return this.#api.open("POST /v1/export", { body }, options);
  }

  /**
   * Takes memories in: an export of Loci, or a file of the MCP reference server or mem0. A text is sent in one request
   * (10 MB and 20,000 records at most); lines of any number are sent in parts. What is there already stays as it is.
   */
  import(file: string | Lines, query: Query<"POST /v1/import"> = {}, options?: CallOptions): Promise<ImportReceipt> {
    return importFile(this.#api, file, query, options);
  }

  /** Any route by method and path, typed: what has no method of its own, such as signing in. */
  request<R extends Route>(route: R, ...args: Arguments<R>): Promise<Answer<R>> {
    return this.#api.request(route, ...args);
  }

  /** Any route that answers with bytes. */
  open<R extends StreamRoute>(route: R, ...args: Arguments<R>): Promise<Download> {
    return this.#api.open(route, ...args);
  }
}

const TIMEOUT_MS = 60_000;
const RETRIES_MAX = 2;

function readOptions({ apiKey, baseUrl = "http://127.0.0.1:8080", timeoutMs = TIMEOUT_MS, retriesMax = RETRIES_MAX, workspace, client, headers, fetch, log }: Options, parts: Partial<Parts>): Settings {
  return {
    baseUrl: readBaseUrl(baseUrl),
    headers: {
      // A browser says who it is itself.
      ...(!isBrowser() && { "user-agent": `${client === undefined ? "" : `${client} `}loci-typescript/${VERSION}` }),
      ...(workspace !== undefined && { "x-workspace": workspace }),
      ...headers,
    },
    authorize: toAuthorize(apiKey),
    // Looked up at each call, and called on nothing: Workers refuse a fetch that belongs to an object.
    fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs, retriesMax, log,
    random: parts.random ?? Math.random,
    now: parts.now ?? Date.now,
    sleep: parts.sleep ?? sleep,
  };
}

function readBaseUrl(text: string): string {
  const url = toUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TypeError("`baseUrl` must be a whole URL such as https://loci.example.com.");
  if (url.username !== "" || url.password !== "") throw new TypeError("`baseUrl` must not hold a user name or a password. Give the key as `apiKey`.");
  if (url.search !== "" || url.hash !== "") throw new TypeError("`baseUrl` must end with its path, without `?` and `#`.");
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

function toUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

function toAuthorize(apiKey: Options["apiKey"]): Settings["authorize"] {
  if (apiKey === undefined) return () => undefined;
  if (typeof apiKey === "function") return async () => toBearer(await apiKey());
  const bearer = toBearer(apiKey);
  return () => bearer;
}

/** Checked here, for `fetch` would put what it refuses into its message. */
function toBearer(key: string): string {
  const trimmed = key.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new TypeError("`apiKey` must be visible ASCII characters without spaces, as the key was shown when it was made.");
  return `Bearer ${trimmed}`;
}

const isBrowser = (): boolean => (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent?.startsWith("Mozilla/") === true;

const sleep: Parts["sleep"] = (ms, signal) =>
  new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
