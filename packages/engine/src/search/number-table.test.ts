import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NumberTable } from "./number-table.ts";

const KEY = fc.oneof(fc.nat(50), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

test("it does what a Map does, through growth and deletion", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("set", "delete", "getOrSet"), KEY, fc.nat()), { maxLength: 300 }), (steps) => {
      const table = new NumberTable(1);
      const map = new Map<number, number>();
      const answers: boolean[] = [];
      for (const [step, key, value] of steps) {
        const known = map.get(key) ?? value;
        if (step === "delete") map.delete(key);
        else map.set(key, step === "set" ? value : known);
        if (step === "delete") table.delete(key);
        else if (step === "set") table.set(key, value);
        else answers.push(table.getOrSet(key, value) === known);
      }
      expect(answers).not.toContain(false);
      expect(table.count).toBe(map.size);
      for (const [, key] of steps) expect(table.get(key)).toBe(map.get(key) ?? -1);
    }),
  );
});
