/** Working arrays that searches use again: new ones of this size for each search would keep the garbage collector busy. */
export class Scratch {
  readonly #arrays: Float64Array[] = [];
  #capacity = 0;
  #length = 0;
  #used = 0;

  get bytes(): number {
    return this.#arrays.length * this.#capacity * 8;
  }

  /** Starts a search over `length` ordinals; what the last search took may be overwritten from here on. */
  begin(length: number): void {
    if (length > this.#capacity) {
      this.#arrays.length = 0;
      this.#capacity = Math.ceil(length * 1.25);
    }
    this.#length = length;
    this.#used = 0;
  }

  /** An array of as many numbers as there are ordinals, all `value`; the caller's until the next `begin`. */
  take(value = 0): Float64Array {
    const array = this.#arrays[this.#used] ?? new Float64Array(this.#capacity);
    this.#arrays[this.#used++] = array;
    return array.subarray(0, this.#length).fill(value);
  }
}
