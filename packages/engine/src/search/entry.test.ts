import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Role, Trust } from "../memory.ts";
import { ROLES, TRUST_LEVELS } from "../memory.ts";
import { countOfTerm, decodeEntries, decodeEntry, encodeEntries, encodeEntry, hashOfTerm, packTerms } from "./entry.ts";
import type { IndexEntry } from "./entry.ts";

const HASH = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const TIME = fc.option(fc.integer({ min: -4e12, max: 4e12 }), { nil: null });

const ENTRY: fc.Arbitrary<IndexEntry> = fc.record({
  seq: HASH,
  group: fc.nat(),
  terms: fc.array(HASH, { maxLength: 30 }).map(packTerms),
  length: fc.nat(1_000_000),
  vector: fc.option(fc.int8Array({ minLength: 1, maxLength: 70 }), { nil: null }),
  session: HASH,
  names: fc.array(HASH, { maxLength: 4 }).map((names) => Float64Array.from(names)),
  role: fc.option(fc.constantFrom<Role>(...ROLES), { nil: null }),
  occurred_at: TIME,
  created_at: fc.integer({ min: 0, max: 4e12 }),
  expires_at: TIME,
  importance: fc.constantFrom(0, 0.25, 0.5, 1),
  trust: fc.constantFrom<Trust>(...TRUST_LEVELS),
  superseded: fc.boolean(),
});

const toPlain = (entry: IndexEntry) => ({ ...entry, terms: [...entry.terms], names: [...entry.names], vector: entry.vector && [...entry.vector] });

test("entries come back as they were, one or many, also from bytes that are not aligned", () => {
  fc.assert(
    fc.property(fc.array(ENTRY, { minLength: 1, maxLength: 5 }), (entries) => {
      const bytes = encodeEntries(entries);
      const shifted = new Uint8Array(bytes.length + 3);
      shifted.set(bytes, 3);
      expect(decodeEntries(bytes).map(toPlain)).toEqual(entries.map(toPlain));
      expect(decodeEntries(shifted.subarray(3)).map(toPlain)).toEqual(entries.map(toPlain));
      expect(toPlain(decodeEntry(encodeEntry(entries[0] as IndexEntry)))).toEqual(toPlain(entries[0] as IndexEntry));
    }),
  );
});

test("terms are kept once each, with how often they occur", () => {
  const terms = packTerms([7, Number.MAX_SAFE_INTEGER, 7, 7]);
  expect([0, 1].map((at) => [hashOfTerm(terms, at), countOfTerm(terms, at)])).toEqual([[7, 3], [Number.MAX_SAFE_INTEGER, 1]]);
  expect(countOfTerm(packTerms(new Array(5_000).fill(9)), 0)).toBe(2_048);
});

test("bytes that are cut off, foreign or empty are refused with what to do", () => {
  const [entry] = fc.sample(ENTRY, 1) as [IndexEntry];
  const bytes = encodeEntry(entry);
  expect(() => decodeEntries(bytes.subarray(0, bytes.length - 8))).toThrow("write them anew");
  expect(() => decodeEntries(new Uint8Array(80))).toThrow("another version or byte order");
  expect(() => decodeEntries(new Uint8Array(3))).toThrow("multiple of 8");
  expect(() => decodeEntry(new Uint8Array(0))).toThrow("empty");
});
