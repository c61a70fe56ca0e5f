import { createPublicKey, type KeyObject } from "node:crypto";
import { HOUR_MS, SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { z } from "zod";

const FETCH_MAX_MS = 5 * SECOND_MS;
const BYTES_MAX = 64 * 1_024;
// Anybody may name a key that is not known and make us look: so rarely, whatever comes of it.
const FETCH_EVERY_MS = 10 * SECOND_MS;
/** A key that the scanner took back is believed no longer than this. */
const KEPT_MS = HOUR_MS;

// GitHub's shape; others may say more.
const Published = z.object({ public_keys: z.array(z.object({ key_identifier: z.string(), key: z.string() })) });

interface Parts {
  url: string;
  now: Clock;
  log: Log;
}

/** The public keys of a secret scanner, fetched when one is asked for that is not known. */
export class ScannerKeys {
  private readonly parts: Parts;
  private keys: ReadonlyMap<string, KeyObject> = new Map();
  private fetchedMs = -Infinity;
  private triedMs = -Infinity;
  private failed = false;
  private fetching: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** The key of that name, or `undefined` when the scanner has none; throws `unavailable` while the scanner cannot be asked. */
  async find(identifier: string): Promise<KeyObject | undefined> {
    const known = this.findKept(identifier);
    if (known !== undefined) return known;
    const nowMs = this.parts.now().getTime();
    if (this.fetching === null && nowMs - this.triedMs >= FETCH_EVERY_MS) {
      this.triedMs = nowMs;
      this.fetching = this.fetch().finally(() => (this.fetching = null));
    }
    await this.fetching;
    if (this.failed) throw new AppError("unavailable", "The public keys of the scanner cannot be read at the moment. Send the report again later.", { retry_after: FETCH_EVERY_MS / SECOND_MS });
    return this.findKept(identifier);
  }

  private findKept(identifier: string): KeyObject | undefined {
    return this.parts.now().getTime() - this.fetchedMs < KEPT_MS ? this.keys.get(identifier) : undefined;
  }

  private async fetch(): Promise<void> {
    try {
      // What redirects could lead into the network of this server.
      const response = await fetch(this.parts.url, { redirect: "error", signal: AbortSignal.timeout(FETCH_MAX_MS), headers: { accept: "application/json", "user-agent": "loci" } });
      if (!response.ok) throw new Error(`It answered ${response.status}.`);
      this.keys = toKeys(Published.parse(JSON.parse(await readUpTo(response, BYTES_MAX))));
      this.fetchedMs = this.parts.now().getTime();
      this.failed = false;
    } catch (error) {
      this.failed = true;
      this.parts.log.warn({ err: error, url: this.parts.url }, "could not read the public keys of the secret scanner");
    }
  }
}

/** Keys of another kind than reports are signed with are left out. */
function toKeys({ public_keys }: z.output<typeof Published>): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const { key_identifier, key } of public_keys) {
    const read = readP256(key);
    if (read !== null) keys.set(key_identifier, read);
  }
  return keys;
}

function readP256(pem: string): KeyObject | null {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === "prime256v1" ? key : null;
  } catch {
    return null;
  }
}

async function readUpTo(response: Response, bytesMax: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new Error(`Its answer is larger than ${bytesMax} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
