import { NumberTable } from "./number-table.ts";

/** No memory. */
export const NOBODY = -1;

/**
 * The previous and the next memory of the same sitting, by when it was said, then by seq: a doubly linked list per sitting.
 * Appending in order is O(1); what arrives late walks back from the end.
 */
export class Sittings {
  #previous = new Int32Array(0);
  #next = new Int32Array(0);
  #numbers = new Int32Array(0);
  #numberOf = new NumberTable();
  #firsts = new NumberTable();
  #lasts = new NumberTable();

  get bytes(): number {
    return this.#previous.byteLength * 3 + this.#firsts.bytes + this.#lasts.bytes + this.#numberOf.bytes;
  }

  /** By ordinal; `NOBODY` at the ends. */
  get previous(): Int32Array {
    return this.#previous;
  }

  get next(): Int32Array {
    return this.#next;
  }

  /** By ordinal: a number from 0 to below `count` for each sitting; `NOBODY` without one. */
  get numbers(): Int32Array {
    return this.#numbers;
  }

  get count(): number {
    return this.#numberOf.count;
  }

  grow(capacity: number): void {
    const [previous, next, numbers] = [this.#previous, this.#next, this.#numbers];
    this.#numbers = new Int32Array(capacity).fill(NOBODY);
    this.#numbers.set(numbers);
    this.#previous = new Int32Array(capacity).fill(NOBODY);
    this.#next = new Int32Array(capacity).fill(NOBODY);
    this.#previous.set(previous);
    this.#next.set(next);
  }

  /** Adds `ordinal` to a sitting; `isBefore(a, b)` says whether memory a comes before memory b. */
  add(ordinal: number, session: number, isBefore: (a: number, b: number) => boolean): void {
    this.#numbers[ordinal] = session === 0 ? NOBODY : this.#numberOf.getOrSet(session, this.#numberOf.count);
    if (session === 0) return this.#link(session, NOBODY, ordinal, NOBODY);
    const first = this.#firsts.get(session);
    if (first >= 0 && isBefore(ordinal, first)) return this.#link(session, NOBODY, ordinal, first);
    let before = this.#lasts.get(session);
    while (before >= 0 && isBefore(ordinal, before)) before = this.#previous[before] as number;
    this.#link(session, before, ordinal, before < 0 ? NOBODY : (this.#next[before] as number));
  }

  remove(ordinal: number, session: number): void {
    if (session === 0) return;
    const before = this.#previous[ordinal] as number;
    const after = this.#next[ordinal] as number;
    if (before >= 0) this.#next[before] = after;
    else if (after >= 0) this.#firsts.set(session, after);
    else this.#firsts.delete(session);
    if (after >= 0) this.#previous[after] = before;
    else if (before >= 0) this.#lasts.set(session, before);
    else this.#lasts.delete(session);
    this.#previous[ordinal] = NOBODY;
    this.#next[ordinal] = NOBODY;
    this.#numbers[ordinal] = NOBODY;
  }

  #link(session: number, before: number, ordinal: number, after: number): void {
    this.#previous[ordinal] = before;
    this.#next[ordinal] = after;
    if (session === 0) return;
    if (before >= 0) this.#next[before] = ordinal;
    else this.#firsts.set(session, ordinal);
    if (after >= 0) this.#previous[after] = ordinal;
    else this.#lasts.set(session, ordinal);
  }
}
