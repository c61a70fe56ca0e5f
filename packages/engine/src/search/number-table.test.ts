import fc from "fast-check";
import { expect, test } from "vitest";
import { NumberTable } from "./number-table.ts";

const KEY = fc.oneof(fc.nat(50), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

test("it does what a Map does, through growth and deletion", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("set", "delete", "getOrSet"), KEY, fc.nat()), { maxLength: 300 }), (steps) => {
      const table = new NumberTable(1);
      const map = new Map<number, number>();
      for (const [step, key, value] of steps) {
        if (step === "set") table.set(key, value);
        else if (step === "delete") table.delete(key);
        else expect(table.getOrSet(key, value)).toBe(map.get(key) ?? value);
        if (step === "delete") map.delete(key);
        else if (step === "set" || !map.has(key)) map.set(key, value);
      }
      expect(table.count).toBe(map.size);
      for (const [, key] of steps) expect(table.get(key)).toBe(map.get(key) ?? -1);
    }),
  );
});
