import { ROLES, TRUST_LEVELS } from "../memory.ts";
import type { IndexEntry } from "./entry.ts";

/** The bits of `flags`; 0 is an ordinal without a memory. */
export const ALIVE = 1;
export const SUPERSEDED = 2;

/** No role. */
const NO_ROLE = 255;
export const USER_ROLE = ROLES.indexOf("user");

/** What ranking needs of each memory, by ordinal, in typed arrays. */
export class Columns {
  seqs = new Float64Array(0);
  groups = new Uint32Array(0);
  sessions = new Float64Array(0);
  lengths = new Uint32Array(0);
  /** When it happened, or was stored where nobody said. */
  times = new Float64Array(0);
  /** When it happened; NaN where nobody said. */
  occurred = new Float64Array(0);
  expires = new Float64Array(0);
  importance = new Float32Array(0);
  roles = new Uint8Array(0);
  trust = new Uint8Array(0);
  flags = new Uint8Array(0);
  /** Places in `nameSets`. */
  names = new Uint32Array(0);
  /** The different sets of names: mostly one for each speaker. */
  nameSets: Float64Array[] = [new Float64Array(0)];
  readonly #nameSetOf = new Map<string, number>([["", 0]]);

  get capacity(): number {
    return this.flags.length;
  }

  get bytes(): number {
    return this.capacity * 63 + this.nameSets.length * 200;
  }

  grow(capacity: number): void {
    this.seqs = grown(this.seqs, new Float64Array(capacity));
    this.groups = grown(this.groups, new Uint32Array(capacity));
    this.sessions = grown(this.sessions, new Float64Array(capacity));
    this.lengths = grown(this.lengths, new Uint32Array(capacity));
    this.times = grown(this.times, new Float64Array(capacity));
    this.occurred = grown(this.occurred, new Float64Array(capacity));
    this.expires = grown(this.expires, new Float64Array(capacity));
    this.importance = grown(this.importance, new Float32Array(capacity));
    this.roles = grown(this.roles, new Uint8Array(capacity));
    this.trust = grown(this.trust, new Uint8Array(capacity));
    this.flags = grown(this.flags, new Uint8Array(capacity));
    this.names = grown(this.names, new Uint32Array(capacity));
  }

  set(ordinal: number, entry: IndexEntry): void {
    this.seqs[ordinal] = entry.seq;
    this.groups[ordinal] = entry.group;
    this.sessions[ordinal] = entry.session;
    this.lengths[ordinal] = entry.length;
    this.times[ordinal] = entry.occurred_at ?? entry.created_at;
    this.occurred[ordinal] = entry.occurred_at ?? Number.NaN;
    this.expires[ordinal] = entry.expires_at ?? Infinity;
    this.importance[ordinal] = entry.importance;
    this.roles[ordinal] = entry.role === null ? NO_ROLE : ROLES.indexOf(entry.role);
    this.trust[ordinal] = TRUST_LEVELS.indexOf(entry.trust);
    this.flags[ordinal] = ALIVE | (entry.superseded ? SUPERSEDED : 0);
    this.names[ordinal] = this.#findNameSet(entry.names);
  }

  #findNameSet(names: Float64Array): number {
    if (names.length === 0) return 0;
    const key = names.join(" ");
    const known = this.#nameSetOf.get(key);
    if (known !== undefined) return known;
    this.#nameSetOf.set(key, this.nameSets.length);
    return this.nameSets.push(names.slice()) - 1;
  }
}

function grown<T extends Float64Array | Float32Array | Uint32Array | Uint8Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
