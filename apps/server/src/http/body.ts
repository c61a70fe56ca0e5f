import { AppError } from "@loci/kit/errors";
import type { HeaderSource } from "./headers.ts";
import { readJson } from "./json.ts";

export const BODY_BYTES_MAX = 10 * 1024 * 1024;
// A text that shrinks a hundredfold is a bomb, or can be sent as it is.
const EXPANSION_MAX = 100;

const ENCODINGS = ["gzip", "x-gzip", "br", "identity"];
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** A body that is text but not JSON, as a route may ask for. */
export interface TextBody {
  types: readonly string[];
  bytesMax: number;
}

const tooLarge = (bytesMax: number): AppError =>
  new AppError("too_large", `The body is larger than ${bytesMax.toLocaleString("en")} bytes. Send it in parts.`, { details: { bytes_max: bytesMax } });

/** The JSON of a request, with its text for fingerprints; no body at all is `undefined`. */
export async function readJsonBody(request: Request, headers: HeaderSource = request.headers, bytesMax = BODY_BYTES_MAX): Promise<{ text: string; value: unknown }> {
  const type = headers.get("content-type");
  if (type === null || !JSON_TYPE.test(type)) {
    const text = await readText(request, headers, bytesMax);
    if (text === "") return { text, value: undefined };
    throw new AppError("invalid_request", `The body must be JSON: send the header "Content-Type: application/json"${type === null ? "" : ` instead of "${type.slice(0, 80)}"`}.`);
  }
  requireUtf8(type);
  const text = await readText(request, headers, bytesMax);
  return { text, value: text === "" ? undefined : readJson(text) };
}

/** The text of a request whose type is one of `types`. */
export async function readTextBody(request: Request, headers: HeaderSource, { types, bytesMax }: TextBody): Promise<string> {
  const type = headers.get("content-type") ?? "";
  const name = type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!types.includes(name)) throw new AppError("invalid_request", `The body must be one of ${types.join(", ")}: say which in the header "Content-Type".`);
  requireUtf8(type);
  const text = await readText(request, headers, bytesMax);
  if (text.includes("\0")) throw new AppError("invalid_request", "The body holds a NUL character. Take it out.");
  return text;
}

function requireUtf8(type: string): void {
  const charset = /;\s*charset\s*=\s*"?([\w.-]+)/i.exec(type)?.[1]?.toLowerCase();
  if (charset === undefined || charset === "utf-8" || charset === "utf8" || charset === "us-ascii") return;
  throw new AppError("invalid_request", `The body must be UTF-8, not ${charset}.`);
}

async function readText(request: Request, headers: HeaderSource, bytesMax: number): Promise<string> {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (!ENCODINGS.includes(encoding)) {
    throw new AppError("invalid_request", `The content encoding "${encoding.slice(0, 40)}" is not known here. Use gzip or br, or none.`);
  }
  const sent = await readBytes(request, headers, bytesMax).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid_request", "The body ended before it was whole. Send it again.", { cause });
  });
  const bytes = encoding === "identity" || sent.byteLength === 0 ? sent : await expand(sent, encoding, bytesMax);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_request", "The body is not valid UTF-8. Encode its text as UTF-8.", { cause });
  }
}

async function readBytes(request: Request, headers: HeaderSource, bytesMax: number): Promise<Uint8Array> {
  const length = headers.get("content-length");
  // With a length the HTTP parser itself stops there; without one we count.
  if (length !== null) {
    if (Number(length) > bytesMax) throw tooLarge(bytesMax);
    return new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw tooLarge(bytesMax);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

async function expand(sent: Uint8Array, encoding: string, bytesMax: number): Promise<Uint8Array> {
  const { brotliDecompress, gunzip } = await import("node:zlib");
  const maxOutputLength = Math.min(bytesMax, sent.byteLength * EXPANSION_MAX);
  return new Promise((resolve, reject) => {
    const settle = (cause: Error | null, bytes: Uint8Array) => {
      if (cause === null) resolve(bytes);
      else if ("code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE") reject(toExpansionFault(maxOutputLength, bytesMax));
      else reject(new AppError("invalid_request", `The body is not sound ${encoding}. Compress it again, or send it as it is.`, { cause }));
    };
    if (encoding === "br") brotliDecompress(sent, { maxOutputLength }, settle);
    else gunzip(sent, { maxOutputLength }, settle);
  });
}

const toExpansionFault = (expandedMax: number, bytesMax: number): AppError =>
  expandedMax < bytesMax
    ? new AppError("too_large", `The body expands more than ${EXPANSION_MAX} times. Send it without compression.`, { details: { expansion_max: EXPANSION_MAX } })
    : tooLarge(bytesMax);
