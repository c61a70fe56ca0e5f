import { SECOND_MS, systemClock } from "@loci/kit/clock";
import { AppError, invalid } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { DIMENSIONS_MAX } from "../kernel/vector-slab.ts";
import type { Embedder, Purpose } from "./embedder.ts";
import { readEmbeddingsAnswer } from "./embeddings-answer.ts";
import { EmbeddingsEndpoint, requireHeaderKey, toEmbeddingsUrl, type Answer, type Call, type Timing } from "./endpoint.ts";
import { sleep } from "./retry.ts";
import { isRefused, REFUSED } from "./vectors.ts";

export interface OpenAiOptions {
  model: string;
  baseUrl?: string | undefined;
  apiKey?: string | undefined;
  dimensions?: number | undefined;
  fetch?: typeof fetch | undefined;
  log: Log;
  timing?: Partial<Timing & TimeLimits> | undefined;
}

interface TimeLimits {
  /** For one request with documents. */
  documentMs: number;
  /** For a query with all its repeats: somebody is waiting. */
  queryMs: number;
}

const OPENAI_URL = "https://api.openai.com/v1";
const TIME_LIMITS: TimeLimits = { documentMs: 30 * SECOND_MS, queryMs: 3 * SECOND_MS };

/** Texts in one request; OpenAI takes 2,048, small servers 32: what is refused is split, and the size that went is kept. */
const TEXTS_MAX = 128;
/** Characters in one request. OpenAI takes 300,000 tokens, and a character is three of them at worst. */
const REQUEST_CHARS_MAX = 100_000;
/** Characters of one text; the rest does not count. Models take 512 to 8,192 tokens; 8,000 characters are some 2,000 in English. */
const TEXT_CHARS_MAX = 8_000;
/** A text that is refused alone is tried at a quarter of its length, and again, but not shorter than this. */
const TEXT_CHARS_MIN = 500;
/** What any model takes: tells an input at fault from an endpoint that refuses everything. */
const PROBE = "Hello.";

interface OpenCall extends Call {
  /** Whether the endpoint has answered with vectors since the call began. */
  proven: boolean;
}

/** Opens an OpenAI-compatible endpoint; nothing is asked of it yet. Throws `invalid_request` for settings that cannot work. */
export async function openOpenAiEmbedder(options: OpenAiOptions): Promise<Embedder> {
  const { dimensions } = options;
  if (dimensions !== undefined && (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > DIMENSIONS_MAX)) {
    throw invalid("dimensions", `The embedder's dimensions must be a whole number from 1 to ${DIMENSIONS_MAX}.`);
  }
  return new OpenAiEmbedder(options, toEmbeddingsUrl(options.baseUrl ?? OPENAI_URL), requireHeaderKey(options.apiKey));
}

class OpenAiEmbedder implements Embedder {
  /** Without the address: the same model behind another proxy gives the same vectors. */
  readonly model: string;
  readonly table = null;
  readonly #options: OpenAiOptions;
  readonly #limits: TimeLimits;
  readonly #endpoint: EmbeddingsEndpoint;
  readonly #closing = new AbortController();
  #dimensions: number | null;
  #textsMax = TEXTS_MAX;
  /** base64 is a quarter of the bytes and the work; whether the endpoint knows it shows at the first answer. */
  #encoding: "untried" | "base64" | "float" = "untried";

  constructor(options: OpenAiOptions, url: URL, apiKey: string | null) {
    const { model, dimensions, timing = {} } = options;
    this.model = `openai:${model}${dimensions === undefined ? "" : `@${dimensions}`}`;
    this.#options = options;
    this.#limits = { ...TIME_LIMITS, ...timing };
    this.#dimensions = dimensions ?? null;
    this.#endpoint = new EmbeddingsEndpoint({ url, apiKey, fetch: options.fetch ?? fetch, timing: { sleep, now: systemClock, random: Math.random, ...timing } });
  }

  get dimensions(): number | null {
    return this.#dimensions;
  }

  async embed(texts: string[], purpose: Purpose, signal?: AbortSignal): Promise<Float32Array[]> {
    const { documentMs, queryMs } = this.#limits;
    const ends = [this.#closing.signal, ...(signal ? [signal] : []), ...(purpose === "query" ? [AbortSignal.timeout(queryMs)] : [])];
    const call: OpenCall = { signal: AbortSignal.any(ends), requestMs: purpose === "query" ? queryMs : documentMs, proven: false };
    const inputs = texts.map((text) => cutText(text.toWellFormed(), TEXT_CHARS_MAX));
    const vectors: Float32Array[] = inputs.map(() => REFUSED);
    try {
      // Endpoints refuse what is blank; it need not be sent.
      const sayable = [...inputs.keys()].filter((at) => inputs[at]!.trim() !== "");
      for (let from = 0; from < sayable.length; ) {
        const batch = this.#takeBatch(sayable, from, inputs);
        const answers = await this.#embedBatch(batch.map((at) => inputs[at]!), call);
        for (const [position, at] of batch.entries()) vectors[at] = answers[position]!;
        from += batch.length;
      }
      if (this.#dimensions === null && purpose === "document" && texts.length > 0) await this.#requireSound(call);
      return vectors;
    } catch (error) {
      throw this.#toEnd(error, signal);
    }
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  #takeBatch(sayable: number[], from: number, inputs: string[]): number[] {
    const batch: number[] = [];
    let chars = 0;
    for (const at of sayable.slice(from, from + this.#textsMax)) {
      chars += inputs[at]!.length;
      if (batch.length > 0 && chars > REQUEST_CHARS_MAX) break;
      batch.push(at);
    }
    return batch;
  }

  /** Halves what is refused until each text that is at fault stands alone. */
  async #embedBatch(texts: string[], call: OpenCall): Promise<Float32Array[]> {
    const answer = await this.#ask(texts, call);
    if (answer.refusal === undefined) return answer.vectors;
    await this.#requireSound(call);
    if (texts.length === 1) return [await this.#embedShorter(texts[0]!, call)];

    const half = Math.ceil(texts.length / 2);
    const vectors = [...(await this.#embedBatch(texts.slice(0, half), call)), ...(await this.#embedBatch(texts.slice(half), call))];
    // No text was at fault, so there were too many of them.
    if (answer.lasting && !vectors.some(isRefused)) this.#textsMax = Math.min(this.#textsMax, half);
    return vectors;
  }

  async #embedShorter(text: string, call: OpenCall): Promise<Float32Array> {
    for (let chars = Math.floor(text.length / 4); chars >= TEXT_CHARS_MIN; chars = Math.floor(chars / 4)) {
      const answer = await this.#ask([cutText(text, chars)], call);
      if (answer.refusal === undefined) return answer.vectors[0]!;
    }
    return REFUSED;
  }

  /** An endpoint that refuses even the probe is set up wrongly, or ill: no text may be given up for that. */
  async #requireSound(call: OpenCall): Promise<void> {
    if (call.proven) return;
    const probe = await this.#ask([PROBE], call);
    if (probe.refusal === undefined) return;
    const { refusal, lasting } = probe;
    if (!lasting) throw refusal;
    throw new AppError("upstream_failed", `${refusal.message} It does so for every text: check the model's name, the dimensions and the base URL.`, { cause: refusal.cause });
  }

  async #ask(texts: string[], call: OpenCall): Promise<Answer> {
    const answer = await this.#send(texts, this.#encoding !== "float", call);
    if (this.#encoding !== "untried") return answer;
    if (answer.refusal === undefined) {
      this.#encoding = "base64";
      return answer;
    }
    // Some endpoints refuse a parameter that they do not know.
    const plain = await this.#send(texts, false, call);
    if (plain.refusal === undefined) this.#encoding = "float";
    return plain;
  }

  async #send(texts: string[], base64: boolean, call: OpenCall): Promise<Answer> {
    const { model, dimensions } = this.#options;
    const request = { model, input: texts, ...(dimensions === undefined ? {} : { dimensions }), ...(base64 ? { encoding_format: "base64" } : {}) };
    const answer = await this.#endpoint.ask(request, (body) => readEmbeddingsAnswer(body, { count: texts.length, dimensions: this.#dimensions }), call);
    if (answer.refusal === undefined) {
      call.proven = true;
      this.#dimensions ??= answer.vectors[0]?.length ?? null;
    }
    return answer;
  }

  #toEnd(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof AppError) return error;
    if (signal?.aborted) return signal.reason;
    if (this.#closing.signal.aborted) return new AppError("unavailable", "The embedder is closed.");
    if (error instanceof DOMException && error.name === "TimeoutError") return new AppError("unavailable", "The embedding endpoint did not answer in time.", { cause: error });
    return error;
  }
}

/** The first `chars` UTF-16 units of a text, or one less where that would cut a character in two. */
function cutText(text: string, chars: number): string {
  if (text.length <= chars) return text;
  const last = text.charCodeAt(chars - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars);
}
