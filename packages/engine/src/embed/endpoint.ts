import { SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError, type ErrorCode, invalid } from "@loci/kit/errors";
import { isRecord, type AnswerReading } from "./embeddings-answer.ts";
import { readRetryAfter, toBackoffMs, type Sleep } from "./retry.ts";

/** What a test changes so that it does not wait. */
export interface Timing {
  sleep: Sleep;
  now: Clock;
  random: () => number;
}

export interface EndpointOptions {
  url: URL;
  apiKey: string | null;
  fetch: typeof fetch;
  timing: Timing;
}

export interface Call {
  /** Ends the whole call. */
  signal: AbortSignal;
  /** How long one request may take, its body included. */
  requestMs: number;
}

/** `refusal`: the endpoint is there but cannot answer this input; `lasting` when it said so by a 4xx. */
export type Answer = { vectors: Float32Array[]; refusal?: never } | { refusal: AppError; lasting: boolean };

type Trial =
  | { end: "vectors"; vectors: Float32Array[] }
  /** The input is at fault (400, 413, 422). */
  | { end: "refused"; error: AppError }
  /** A 500 or an answer that makes no sense: may be the input's fault or the endpoint's. */
  | { end: "stumbled"; error: AppError }
  /** Waiting helps. */
  | { end: "down"; error: AppError; waitMs: number | null }
  /** A person must mend it. */
  | { end: "broken"; error: AppError };

/** The first request and five repeats, the delays of ARCHITECTURE.md's clients: 0.5 s doubling to 8 s. */
const REQUESTS_MAX = 6;
/** What one input makes go wrong goes wrong again; three times are enough to believe it. */
const STUMBLES_MAX = 3;
const DELAY_FIRST_MS = 0.5 * SECOND_MS;
const DELAY_LAST_MS = 8 * SECOND_MS;
/** An endpoint that asks for more patience than this is left alone until the caller comes back. */
const RETRY_AFTER_MAX_MS = 30 * SECOND_MS;
/** 128 vectors of 4,096 numbers written out need 12 MB. */
const ANSWER_BYTES_MAX = 32_000_000;

/** One address that vectors come from: a request, its repeats, and what each failure means. */
export class EmbeddingsEndpoint {
  readonly #options: EndpointOptions;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** Repeats what waiting can mend. Throws AppError where the endpoint is down or broken, the reason where `signal` ends it. */
  async ask(request: Record<string, unknown>, read: (body: string) => AnswerReading, call: Call): Promise<Answer> {
    const { sleep, random } = this.#options.timing;
    for (let attempt = 0; ; attempt++) {
      const trial = await this.#request(request, read, call);
      if (trial.end === "vectors") return { vectors: trial.vectors };
      if (trial.end === "broken") throw trial.error;
      if (trial.end === "refused") return { refusal: trial.error, lasting: true };
      if (trial.end === "stumbled" && attempt + 1 >= STUMBLES_MAX) return { refusal: trial.error, lasting: false };
      const askedMs = trial.end === "down" ? trial.waitMs : null;
      if (attempt + 1 >= REQUESTS_MAX || (askedMs !== null && askedMs > RETRY_AFTER_MAX_MS)) throw trial.error;
      await sleep(askedMs ?? toBackoffMs(attempt, DELAY_FIRST_MS, DELAY_LAST_MS, random), call.signal);
    }
  }

  async #request(request: Record<string, unknown>, read: (body: string) => AnswerReading, { signal, requestMs }: Call): Promise<Trial> {
    const { url, apiKey, fetch } = this.#options;
    signal.throwIfAborted();
    const ending = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }) },
        body: JSON.stringify(request),
        // The key must not travel to wherever an answer points.
        redirect: "manual",
        signal: ending,
      });
      const body = await readBody(response, ANSWER_BYTES_MAX);
      return response.ok ? this.#readAnswer(body, read) : this.#readFailure(response, body);
    } catch (error) {
      signal.throwIfAborted();
      const reason = ending.aborted ? "no answer in time" : toNetworkFault(error);
      return { end: "down", error: this.#error("unavailable", "The embedding endpoint cannot be reached right now.", reason), waitMs: null };
    }
  }

  #readAnswer(body: string | null, read: (body: string) => AnswerReading): Trial {
    if (body === null) return { end: "broken", error: this.#error("upstream_failed", `The embedding endpoint's answer is larger than ${ANSWER_BYTES_MAX} bytes.`, "unusable answer") };
    const reading = read(body);
    if (reading.fault === undefined) return { end: "vectors", vectors: reading.vectors };
    return { end: "stumbled", error: this.#error("upstream_failed", `The embedding endpoint's answer ${reading.fault}.`, "unusable answer") };
  }

  #readFailure({ status, headers }: Response, body: string | null): Trial {
    const reason = [status, readErrorCode(body)].join(" ").trim();
    const broken = (message: string): Trial => ({ end: "broken", error: this.#error("upstream_failed", message, reason) });
    if (status === 400 || status === 413 || status === 422) {
      return { end: "refused", error: this.#error("upstream_failed", `The embedding endpoint refuses the request (${status}).`, reason) };
    }
    if (status === 500) return { end: "stumbled", error: this.#error("upstream_failed", "The embedding endpoint failed (500).", reason) };
    if (status === 408 || status === 409 || status === 425 || status === 429 || status > 500) {
      const waitMs = readRetryAfter(headers.get("retry-after"), this.#options.timing.now());
      const message = status === 429 ? "The embedding endpoint is at its rate limit." : `The embedding endpoint is not available (${status}).`;
      return { end: "down", error: this.#error("unavailable", message, reason, waitMs), waitMs };
    }
    if (status === 401 || status === 403) return broken(`The embedding endpoint refuses the API key (${status}). Set one that it accepts.`);
    if (status === 404) return broken("The embedding endpoint has no such address or model (404). Check its base URL and the model's name.");
    if (status >= 300 && status < 400) return broken(`The embedding endpoint redirects (${status}), which is not followed. Set the address it leads to as the base URL.`);
    return broken(`The embedding endpoint refuses the request (${status}).`);
  }

  /** The address stands in the cause alone: callers of ours need not know whom we ask. */
  #error(code: ErrorCode, message: string, reason: string, waitMs: number | null = null): AppError {
    const { origin, pathname } = this.#options.url;
    return new AppError(code, message, {
      cause: new Error(`POST ${origin}${pathname}: ${reason}`),
      retry_after: waitMs === null ? undefined : Math.ceil(waitMs / SECOND_MS),
    });
  }
}

/** The address of embeddings under a base such as `https://api.openai.com/v1`; a query part is kept. */
export function toEmbeddingsUrl(baseUrl: string): URL {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol)) throw invalid("base_url", "The embedder's base URL must be an http or https address, such as https://api.openai.com/v1.");
  if (url.username || url.password) throw invalid("base_url", "The embedder's base URL must hold no user or password. Give the key as the embedder's API key.");
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/embeddings`;
  url.hash = "";
  return url;
}

/** A key that cannot stand in a header would be quoted in the error of `fetch`, so it is refused before. */
export function requireHeaderKey(apiKey: string | undefined): string | null {
  if (apiKey === undefined || apiKey === "") return null;
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw invalid("api_key", "The embedder's API key holds a blank, a line break or a character that is not ASCII. Copy it again.");
  return apiKey;
}

/** The text of a body, or `null` when it is too long; the rest is then left unread. */
async function readBody(response: Response, bytesMax: number): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Error texts of an upstream may quote the key or the input; only a code that is plainly one is kept. */
function readErrorCode(body: string | null): string {
  try {
    const answer: unknown = JSON.parse(body ?? "");
    const error = isRecord(answer) && isRecord(answer["error"]) ? answer["error"] : {};
    const code = error["code"] ?? error["type"];
    return typeof code === "string" && /^[a-z]+(_[a-z]+){0,6}$/.test(code) && code.length <= 40 ? code : "";
  } catch {
    return "";
  }
}

function toNetworkFault(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : null;
  const code = isRecord(cause) ? cause["code"] : null;
  return typeof code === "string" ? code : "no connection";
}
