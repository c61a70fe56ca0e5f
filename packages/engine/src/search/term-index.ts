import { countOfTerm, hashOfTerm } from "./entry.ts";
import { NumberTable } from "./number-table.ts";

/** Where one term occurs: parallel arrays. Removed memories may still be in them. */
export interface Postings {
  ordinals: Uint32Array;
  counts: Uint8Array;
}

/** Postings added since the last merge are looked through one by one: 16,384 take some 15 µs. */
const TAIL_MIN = 16_384;
const TAIL_SHARE = 8;

/**
 * An inverted index in typed arrays: the postings of each term side by side, and a short tail of new ones in the order of
 * their arrival, merged in when it is long. Removal leaves postings behind; they go with the next merge.
 */
export class TermIndex {
  #ids = new NumberTable(1024);
  #starts = new Uint32Array(1);
  #ordinals = new Uint32Array(0);
  #counts = new Uint8Array(0);
  #tailTerms = new Uint32Array(1024);
  #tailOrdinals = new Uint32Array(1024);
  #tailCounts = new Uint8Array(1024);
  #tail = 0;

  get bytes(): number {
    return this.#ids.bytes + this.#starts.byteLength + this.#ordinals.byteLength * 1.25 + this.#tailTerms.byteLength * 2.25;
  }

  get mergeIsDue(): boolean {
    return this.#tail > Math.max(TAIL_MIN, this.#ordinals.length / TAIL_SHARE);
  }

  add(ordinal: number, terms: Uint32Array): void {
    const count = terms.length / 2;
    this.#reserve(this.#tail + count);
    for (let at = 0; at < count; at++) {
      this.#tailTerms[this.#tail] = this.#ids.getOrSet(hashOfTerm(terms, at), this.#ids.count);
      this.#tailOrdinals[this.#tail] = ordinal;
      this.#tailCounts[this.#tail++] = Math.min(countOfTerm(terms, at), 255);
    }
  }

  /** The postings of each hash, in the same order; none for a term that no memory has. */
  find(hashes: readonly number[]): Postings[] {
    const ids = hashes.map((hash) => this.#ids.get(hash));
    const tails = this.#findInTail(ids);
    return ids.map((id, at) => {
      const tail = tails[at] ?? [];
      const [from, to] = id >= 0 && id + 1 < this.#starts.length ? [this.#starts[id] as number, this.#starts[id + 1] as number] : [0, 0];
      if (tail.length === 0) return { ordinals: this.#ordinals.subarray(from, to), counts: this.#counts.subarray(from, to) };
      const ordinals = new Uint32Array(to - from + tail.length);
      const counts = new Uint8Array(to - from + tail.length);
      ordinals.set(this.#ordinals.subarray(from, to));
      counts.set(this.#counts.subarray(from, to));
      for (const [place, posting] of tail.entries()) {
        ordinals[to - from + place] = this.#tailOrdinals[posting] as number;
        counts[to - from + place] = this.#tailCounts[posting] as number;
      }
      return { ordinals, counts };
    });
  }

  #findInTail(ids: readonly number[]): number[][] {
    if (this.#tail === 0) return [];
    const found = ids.map((): number[] => []);
    const places = new Uint8Array(this.#ids.count);
    for (let at = Math.min(ids.length, 255); at-- > 0; ) if ((ids[at] as number) >= 0) places[ids[at] as number] = at + 1;
    const terms = this.#tailTerms;
    for (let posting = 0; posting < this.#tail; posting++) {
      const place = places[terms[posting] as number] as number;
      if (place > 0) (found[place - 1] as number[]).push(posting);
    }
    return found;
  }

  /** Brings the tail in and drops the postings of ordinals that are not alive (`flags` by ordinal, 0: not). */
  merge(flags: Uint8Array): void {
    const termCount = this.#ids.count;
    const starts = new Uint32Array(termCount + 1);
    const terms = this.#expandTerms();
    for (let at = 0; at < terms.length; at++) if (flags[this.#ordinalAt(at)] !== 0) (starts[(terms[at] as number) + 1] as number) += 1;
    for (let term = 0; term < termCount; term++) (starts[term + 1] as number) += starts[term] as number;
    const places = starts.slice();
    const ordinals = new Uint32Array(starts[termCount] as number);
    const counts = new Uint8Array(ordinals.length);
    for (let at = 0; at < terms.length; at++) {
      const ordinal = this.#ordinalAt(at);
      if (flags[ordinal] === 0) continue;
      const place = (places[terms[at] as number] as number)++;
      ordinals[place] = ordinal;
      counts[place] = at < this.#counts.length ? (this.#counts[at] as number) : (this.#tailCounts[at - this.#counts.length] as number);
    }
    this.#starts = starts;
    this.#ordinals = ordinals;
    this.#counts = counts;
    this.#tail = 0;
    if (this.#tailTerms.length > 4 * TAIL_MIN) this.#resizeTail(1024);
  }

  #ordinalAt(posting: number): number {
    const merged = this.#ordinals.length;
    return (posting < merged ? this.#ordinals[posting] : this.#tailOrdinals[posting - merged]) as number;
  }

  /** The term of every posting, merged ones first. */
  #expandTerms(): Uint32Array {
    const merged = this.#ordinals.length;
    const terms = new Uint32Array(merged + this.#tail);
    for (let term = 0; term + 1 < this.#starts.length; term++) terms.fill(term, this.#starts[term], this.#starts[term + 1]);
    terms.set(this.#tailTerms.subarray(0, this.#tail), merged);
    return terms;
  }

  #reserve(postings: number): void {
    if (postings > this.#tailTerms.length) this.#resizeTail(2 ** Math.ceil(Math.log2(postings + 1)));
  }

  #resizeTail(length: number): void {
    const [terms, ordinals, counts] = [this.#tailTerms, this.#tailOrdinals, this.#tailCounts];
    this.#tailTerms = new Uint32Array(length);
    this.#tailOrdinals = new Uint32Array(length);
    this.#tailCounts = new Uint8Array(length);
    if (this.#tail === 0) return;
    this.#tailTerms.set(terms.subarray(0, this.#tail));
    this.#tailOrdinals.set(ordinals.subarray(0, this.#tail));
    this.#tailCounts.set(counts.subarray(0, this.#tail));
  }
}
