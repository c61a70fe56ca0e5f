import * as fc from "fast-check";
import { expect, test } from "vitest";
import { selectTop } from "./select.ts";

test("it selects what sorting everything would, of equals the higher rank first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }), fc.integer({ min: 0, max: 20 }), (values, k) => {
      const scores = Float64Array.from(values, (value) => (value === 0 ? -Infinity : value));
      const ranks = Float64Array.from(values, (_, at) => (at * 7) % 61);
      const sorted = [...values.keys()].filter((at) => scores[at] !== -Infinity).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || (ranks[b] ?? 0) - (ranks[a] ?? 0));
      expect(selectTop(scores, scores.length, k, ranks).map(({ ordinal }) => ordinal)).toEqual(sorted.slice(0, k));
    }),
  );
});
