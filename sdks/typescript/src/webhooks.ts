import { readCrypto } from "./crypto.ts";
import { WebhookError } from "./errors.ts";

/** The headers of a webhook: those of a `Request`, or an object as Node gives it. */
export type WebhookHeaders = HeaderReader | HeaderRecord;

interface HeaderReader {
  get(name: string): string | null;
}

type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A webhook that came from Loci, unchanged. */
export interface Webhook<Payload> {
  /** The same for every delivery of one event: act on each id once. */
  id: string;
  sent_at: Date;
  payload: Payload;
}

export interface VerifyOptions {
  /** How far its time may be from ours, in seconds; 300 unless said. */
  toleranceS?: number | undefined;
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined;
}

const TOLERANCE_S = 300;

/**
 * Checks a webhook by Standard Webhooks 1.0 (HMAC-SHA256, `whsec_` secrets) and gives what is in it.
 *
 * `body` must be the bytes or the text as received, not parsed and written again. While a secret is being replaced, give
 * both. Throws a `WebhookError` for whatever must not be acted upon.
 */
export async function verifyWebhook<Payload = unknown>(
  body: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceS = TOLERANCE_S, now = Date.now }: VerifyOptions = {},
): Promise<Webhook<Payload>> {
  const secrets = (typeof secret === "string" ? [secret] : secret).map(readSecret);
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => requireHeader(headers, name)) as [string, string, string];
  const sentAtS = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(Math.floor(now() / 1_000) - sentAtS) <= toleranceS)) throw toFault("Its time (the header webhook-timestamp) is too far from ours: it was kept back or replayed, or a clock is wrong");

  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(head.length + bytes.length);
  signed.set(head);
  signed.set(bytes, head.length);
  const given = signatures.split(" ").filter((part) => part.startsWith("v1,")).map((part) => readBase64(part.slice(3)));
  if (!(await isSignedByOne(signed, given, secrets))) throw toFault("No signature (the header webhook-signature) is right for this body: it was changed on its way, or is signed with another secret");
  return { id, sent_at: new Date(sentAtS * 1_000), payload: readPayload(bytes) as Payload };
}

async function isSignedByOne(signed: Uint8Array<ArrayBuffer>, signatures: (Uint8Array<ArrayBuffer> | null)[], secrets: Uint8Array<ArrayBuffer>[]): Promise<boolean> {
  const { subtle } = await readCrypto();
  for (const secret of secrets) {
    const key = await subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of signatures) {
      if (signature !== null && (await subtle.verify("HMAC", key, signature, signed))) return true;
    }
  }
  return false;
}

const toFault = (fault: string): WebhookError => new WebhookError(`This webhook is refused. ${fault}.`, { code: "invalid_webhook" });

function readSecret(secret: string): Uint8Array<ArrayBuffer> {
  const bytes = readBase64(secret.replace(/^whsec_/, ""));
  if (bytes === null || bytes.length === 0) throw new TypeError("The secret of a webhook is `whsec_` and base64, as it was shown when the webhook was made.");
  return bytes;
}

function requireHeader(headers: WebhookHeaders, name: string): string {
  const value = hasGet(headers) ? headers.get(name) : findHeader(headers, name);
  if (typeof value !== "string" || value === "") throw toFault(`It has no header ${name}`);
  return value;
}

const hasGet = (headers: WebhookHeaders): headers is HeaderReader => typeof headers.get === "function";

function findHeader(headers: HeaderRecord, name: string): string | undefined {
  const value = Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1];
  return typeof value === "string" || value === undefined ? value : value[0];
}

function readBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    return null;
  }
}

function readPayload(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    throw toFault("Its body is not JSON");
  }
}
