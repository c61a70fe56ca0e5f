import { MINUTE_MS } from "@loci/kit/clock";
import type { JSONWebKeySet } from "jose";
import { LRUCache } from "lru-cache";
import { ClientFiles, type FileParts, type Looking } from "./client-files.ts";
import { readKeySet } from "./client-keys.ts";

const KEPT_MAX = 500;
/** Also one that shall not be kept is not fetched for each request. */
const KEPT_MS = MINUTE_MS;

interface KeptSet {
  keys: JSONWebKeySet;
  readMs: number;
  freshUntilMs: number;
}

interface SetNeed extends Looking {
  /** One that is as old as this is read again, however long it would be fresh. */
  agedMs: number;
}

/** The keys of clients that name a URL for them (`jwks_uri`), kept for as long as their hosts say. */
export class ClientKeySets {
  private readonly parts: FileParts;
  private readonly files: ClientFiles<JSONWebKeySet>;
  private readonly kept = new LRUCache<string, KeptSet>({ max: KEPT_MAX });

  constructor(parts: FileParts) {
    this.parts = parts;
    this.files = new ClientFiles(parts, { name: "key set", read: (said) => readKeySet(said, "it") });
  }

  /** Throws `invalid_client` when they are not there or cannot be used, `unavailable` while too much is being fetched, or what `charge` throws. */
  async read(url: string, { agedMs, ...looking }: SetNeed): Promise<JSONWebKeySet> {
    const readMs = this.parts.now().getTime();
    const known = this.kept.get(url);
    if (known !== undefined && readMs < known.freshUntilMs && readMs - known.readMs < agedMs) return known.keys;
    const { content: keys, freshMs } = await this.files.read(new URL(url), looking);
    this.kept.set(url, { keys, readMs, freshUntilMs: readMs + Math.max(freshMs, KEPT_MS) });
    return keys;
  }
}
