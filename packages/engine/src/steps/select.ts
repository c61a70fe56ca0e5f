/** One candidate: `id` breaks ties, the higher first. */
export interface Ranked {
  ordinal: number;
  score: number;
}

/**
 * The `k` best of `scores[0 … count − 1]`, best first; of equals the one with the higher `rankOf`, so that the same memories
 * come out whatever the order they were loaded in. Scores of -Infinity never enter. A bounded heap: O(count + k log k) mostly.
 */
export function selectTop(scores: Float64Array, count: number, k: number, rankOf: Float64Array): Ranked[] {
  const heap: number[] = [];
  const isWorse = (a: number, b: number) => {
    // Not taken apart from an array: this runs for each memory of a group, and each time would leave one behind.
    const x = scores[a] as number;
    const y = scores[b] as number;
    return x < y || (x === y && (rankOf[a] as number) < (rankOf[b] as number));
  };
  for (let ordinal = 0; ordinal < count; ordinal++) {
    if (scores[ordinal] === -Infinity) continue;
    if (heap.length < k) {
      heap.push(ordinal);
      siftUp(heap, isWorse);
    } else if (k > 0 && isWorse(heap[0] as number, ordinal)) {
      heap[0] = ordinal;
      siftDown(heap, isWorse);
    }
  }
  return heap.sort((a, b) => (isWorse(a, b) ? 1 : -1)).map((ordinal) => ({ ordinal, score: scores[ordinal] as number }));
}

type Order = (a: number, b: number) => boolean;

function siftUp(heap: number[], isWorse: Order): void {
  let at = heap.length - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isWorse(heap[at] as number, heap[parent] as number)) return;
    swap(heap, at, parent);
    at = parent;
  }
}

function siftDown(heap: number[], isWorse: Order): void {
  for (let at = 0; ; ) {
    const left = 2 * at + 1;
    const right = left + 1;
    let worst = at;
    if (left < heap.length && isWorse(heap[left] as number, heap[worst] as number)) worst = left;
    if (right < heap.length && isWorse(heap[right] as number, heap[worst] as number)) worst = right;
    if (worst === at) return;
    swap(heap, at, worst);
    at = worst;
  }
}

function swap(heap: number[], a: number, b: number): void {
  const kept = heap[a] as number;
  heap[a] = heap[b] as number;
  heap[b] = kept;
}
