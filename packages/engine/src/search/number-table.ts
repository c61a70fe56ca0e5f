const EMPTY = -1;

/** A map from safe integers ≥ 0 to 32-bit integers ≥ 0 in typed arrays: open addressing, at most half full. */
export class NumberTable {
  #keys: Float64Array;
  #values: Int32Array;
  #count = 0;

  constructor(capacity = 64) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(capacity, 8) * 2));
    this.#keys = new Float64Array(slots).fill(EMPTY);
    this.#values = new Int32Array(slots);
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#keys.byteLength + this.#values.byteLength;
  }

  /** The value of `key`, or -1. */
  get(key: number): number {
    const slot = this.#find(key);
    return this.#keys[slot] === key ? (this.#values[slot] as number) : -1;
  }

  set(key: number, value: number): void {
    const slot = this.#find(key);
    if (this.#keys[slot] === key) this.#values[slot] = value;
    else this.#put(slot, key, value);
  }

  /** The value of `key`; when it has none, it becomes `value`. */
  getOrSet(key: number, value: number): number {
    const slot = this.#find(key);
    if (this.#keys[slot] === key) return this.#values[slot] as number;
    this.#put(slot, key, value);
    return value;
  }

  /** Closes the gap, so that no search ends early: the keys behind it that may move forward do. */
  delete(key: number): void {
    let gap = this.#find(key);
    if (this.#keys[gap] !== key) return;
    const mask = this.#keys.length - 1;
    for (let slot = (gap + 1) & mask; this.#keys[slot] !== EMPTY; slot = (slot + 1) & mask) {
      const home = this.#home(this.#keys[slot] as number);
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.#keys[gap] = this.#keys[slot] as number;
      this.#values[gap] = this.#values[slot] as number;
      gap = slot;
    }
    this.#keys[gap] = EMPTY;
    this.#count--;
  }

  #put(slot: number, key: number, value: number): void {
    this.#keys[slot] = key;
    this.#values[slot] = value;
    if (++this.#count * 2 > this.#keys.length) this.#grow();
  }

  #find(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = this.#home(key);
    while (keys[slot] !== EMPTY && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  // Keys may be plain counters: both halves are mixed (multiplier: Knuth's 2^32 / golden ratio).
  #home(key: number): number {
    const mixed = Math.imul((key | 0) ^ Math.imul((key / 4_294_967_296) | 0, 0x85ebca6b), 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (this.#keys.length - 1);
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(keys.length * 2).fill(EMPTY);
    this.#values = new Int32Array(keys.length * 2);
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as number;
      if (key === EMPTY) continue;
      const slot = this.#find(key);
      this.#keys[slot] = key;
      this.#values[slot] = values[at] as number;
    }
  }
}
