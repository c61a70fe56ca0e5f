import { newIdempotencyKey } from "./crypto.ts";
import { Download } from "./download.ts";
import { ConnectionError, LociError, TimeoutError, toStatusError, UnexpectedAnswerError, type ErrorParts } from "./errors.ts";
import { guardLog, type Log, type LogEvent } from "./log.ts";

/** As much of `fetch` as is used; `app.request` of a server in the same process is one too. */
export type Fetch = (url: string, init: RequestInit) => Response | Promise<Response>;

/** Chance and time, which scenarios bring along so that nothing has to be waited for. */
export interface Parts {
  /** From 0 up to but not including 1. */
  random(): number;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** What all calls of a client have in common. */
export interface Settings extends Parts {
  /** Without a slash at its end. */
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** The value of `Authorization`, asked before every try. */
  authorize(): string | undefined | Promise<string | undefined>;
  fetch: Fetch;
  timeoutMs: number;
  retriesMax: number;
  log: Log | undefined;
}

/** What one call may have of its own. */
export interface CallOptions {
  /** Ends the call, also while it waits to try again; it then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** How long one try may take, with its body. */
  timeoutMs?: number | undefined;
  /** How often it is tried again. */
  retriesMax?: number | undefined;
  /** Instead of one made for the call, so that a repeat of yours has no second effect either: 1 to 255 visible ASCII characters. */
  idempotencyKey?: string | undefined;
  /** The workspace to work in, by id or slug, for a person who has several. */
  workspace?: string | undefined;
  /** More headers, by lower-case name. */
  headers?: Record<string, string> | undefined;
}

/** A request as it goes out, but for what the client adds to all of them. */
export interface Call {
  method: string;
  /** Path and query. */
  target: string;
  body: string | undefined;
  /** The media type of the body. */
  type: string;
  /** Whether it takes an idempotency key. */
  keyed: boolean;
  /** JSON is read to its end; bytes are handed on as they come. */
  answer: "json" | "bytes";
}

const BACKOFF_MS = 500;
const BACKOFF_MAX_MS = 8_000;
/** Who is told to wait longer decides that for themselves. */
const RETRY_AFTER_MAX_S = 60;

/** One call with all its tries. Throws a `LociError`, or the reason of the caller's signal. */
export async function send(settings: Settings, call: Call, options: CallOptions = {}): Promise<unknown> {
  const { signal, retriesMax = settings.retriesMax } = options;
  signal?.throwIfAborted();
  const fixed = await toHeaders(settings, call, options);
  for (let retries = 0; ; retries++) {
    const authorization = await settings.authorize();
    const headers = authorization === undefined ? fixed : { authorization, ...fixed };
    const tell = toTelling(settings, call, headers, retries + 1);
    try {
      return await tryOnce(settings, call, headers, { signal, timeoutMs: options.timeoutMs ?? settings.timeoutMs, tell });
    } catch (error) {
      const waitMs = error instanceof LociError && canRepeat(error) && retries < retriesMax ? toWaitMs(error, retries, settings.random()) : null;
      if (waitMs === null) throw error;
      tell({ event: "retry", wait_ms: waitMs });
      await settings.sleep(waitMs, signal);
    }
  }
}

async function toHeaders({ headers }: Settings, { body, type, keyed, answer }: Call, options: CallOptions): Promise<Record<string, string>> {
  return {
    accept: answer === "json" ? "application/json" : "*/*",
    ...(body !== undefined && { "content-type": type }),
    ...(keyed && { "idempotency-key": requireKey(options.idempotencyKey ?? (await newIdempotencyKey())) }),
    ...headers,
    ...(options.workspace !== undefined && { "x-workspace": options.workspace }),
    ...options.headers,
  };
}

function requireKey(key: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new TypeError("`idempotencyKey` must be 1 to 255 visible ASCII characters without spaces; a UUID is a good one.");
}

const canRepeat = (error: LociError): boolean =>
  error instanceof ConnectionError || error.status === 408 || error.status === 429 || (error.status !== null && error.status >= 500);

/** Full jitter, but never before the time that the server named; null when that is too far off. */
function toWaitMs({ retry_after }: LociError, retries: number, random: number): number | null {
  if (retry_after !== null && retry_after > RETRY_AFTER_MAX_S) return null;
  const backoffMs = Math.round(random * Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** retries));
  return Math.max(backoffMs, (retry_after ?? 0) * 1_000);
}

interface Try {
  signal: AbortSignal | undefined;
  timeoutMs: number;
  tell: Tell;
}

async function tryOnce(settings: Settings, call: Call, headers: Record<string, string>, { signal, timeoutMs, tell }: Try): Promise<unknown> {
  const { method, target, body } = call;
  const deadline = openDeadline(timeoutMs, signal);
  const startedMs = settings.now();
  const toMs = () => settings.now() - startedMs;
  tell({ event: "request", headers });
  let handedOn = false;
  try {
    // A redirect would take the key to another address, and turn a POST into a GET.
    const response = await deadline.within(settings.fetch(settings.baseUrl + target, { method, headers, redirect: "manual", signal: deadline.signal, ...(body !== undefined && { body }) }));
    tell({ event: "response", status: response.status, ms: toMs(), request_id: response.headers.get("x-request-id") });
    const value = await deadline.within(readAnswer(response, call, settings.now()));
    handedOn = value instanceof Download;
    return value;
  } catch (cause) {
    signal?.throwIfAborted();
    const error = cause instanceof LociError ? cause : toLost(cause, deadline.isPast() ? timeoutMs : null);
    if (error instanceof ConnectionError) tell({ event: "failure", ms: toMs(), message: error.message });
    throw error;
  } finally {
    deadline.close(handedOn);
  }
}

function toLost(cause: unknown, timeoutMs: number | null): ConnectionError {
  if (timeoutMs !== null) return new TimeoutError(`No whole answer came within ${timeoutMs} ms.`, { code: "timed_out", cause });
  return new ConnectionError(`The connection failed: ${toReason(cause)}.`, { code: "connection_failed", cause });
}

/** Node's fetch says "fetch failed" and puts the reason into the cause. */
function toReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.cause instanceof Error ? toReason(thrown.cause) : thrown.message;
}

interface Deadline {
  signal: AbortSignal;
  /** The same, or a throw as soon as time is up or the caller has ended the call: not every `fetch` minds its signal. */
  within<Value>(work: Value | Promise<Value>): Promise<Value>;
  isPast(): boolean;
  /** Stops the clock. The caller's signal still ends bytes that were handed on. */
  close(handedOn: boolean): void;
}

function openDeadline(timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let past = false;
  const timer = setTimeout(() => {
    past = true;
    controller.abort();
  }, timeoutMs);
  const forward = () => controller.abort(caller?.reason);
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason as Error), { once: true });
  });
  ended.catch(() => undefined);
  // It may have been ended since the call began.
  if (caller?.aborted === true) forward();
  else caller?.addEventListener("abort", forward, { once: true });
  return {
    signal: controller.signal,
    within: (work) => Promise.race([work, ended]),
    isPast: () => past,
    close: (handedOn) => {
      clearTimeout(timer);
      if (!handedOn) caller?.removeEventListener("abort", forward);
    },
  };
}

async function readAnswer(response: Response, { answer }: Call, nowMs: number): Promise<unknown> {
  if (response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400)) throw await toUnexpected(response, "a redirect", toRedirectHint(response));
  if (!response.ok) throw await toError(response, nowMs);
  const type = response.headers.get("content-type") ?? "";
  if (answer === "bytes") {
    if (response.body === null || type.startsWith("text/html")) throw await toUnexpected(response, type);
    return new Download(response.body, response.headers.get("x-request-id"));
  }
  if (response.status === 204) return undefined;
  if (!isJson(type)) throw await toUnexpected(response, type);
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ConnectionError("The connection failed: the answer ended before it was whole.", { code: "connection_failed", request_id: response.headers.get("x-request-id"), cause });
  }
}

const isJson = (type: string): boolean => /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type);

const toRedirectHint = ({ headers }: Response): string => {
  const location = headers.get("location");
  return `Set \`baseUrl\` to where it leads${location === null ? "" : ` (${location.slice(0, 200)})`}.`;
};

async function toUnexpected(response: Response, type: string, hint = "Check `baseUrl`."): Promise<UnexpectedAnswerError> {
  await response.body?.cancel();
  const { status, headers } = response;
  return new UnexpectedAnswerError(`The server answered ${status} with ${type === "" ? "nothing that says what it is" : type.slice(0, 80)}, which is not what Loci answers. ${hint}`, {
    status, code: "unexpected_answer", request_id: headers.get("x-request-id"),
  });
}

interface SentError extends Pick<ErrorParts, "code" | "param" | "details" | "docs"> {
  message: string;
  request_id?: string;
  retry_after?: number;
}

async function toError(response: Response, nowMs: number): Promise<LociError> {
  const { status, headers } = response;
  const error = await readError(response);
  const retry_after = readRetryAfter(headers.get("retry-after"), nowMs) ?? error?.retry_after;
  if (error === null) {
    const type = headers.get("content-type") ?? "nothing";
    return toStatusError(`The server answered ${status} with ${type.slice(0, 80)}, which is not what Loci answers.`, { status, code: "unexpected_answer", request_id: headers.get("x-request-id"), retry_after });
  }
  const { code, message, param, details, docs, request_id = headers.get("x-request-id") } = error;
  return toStatusError(message, { status, code, param, details, docs, request_id, retry_after });
}

/** The `error` of a body, or null for what has none: of the status enough is known. */
async function readError(response: Response): Promise<SentError | null> {
  if (!isJson(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel();
    return null;
  }
  const body = (await response.json().catch(() => null)) as { error?: Partial<SentError> } | null;
  const error = body?.error;
  return typeof error?.code === "string" && typeof error.message === "string" ? (error as SentError) : null;
}

/** Seconds, given as such or as the time when they are over. */
function readRetryAfter(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  if (/^\d+$/.test(text.trim())) return Number(text);
  const atMs = text.endsWith(" GMT") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}

type Telling = LogEvent extends infer Event ? (Event extends LogEvent ? Omit<Event, "method" | "url" | "try"> : never) : never;
type Tell = (event: Telling) => void;

function toTelling({ log, baseUrl }: Settings, { method, target }: Call, { authorization }: Record<string, string>, nth: number): Tell {
  if (log === undefined) return () => undefined;
  const guarded = guardLog(log, authorization?.replace(/^\S+ /, ""));
  return (event) => guarded({ method, url: baseUrl + target, try: nth, ...event } as LogEvent);
}
