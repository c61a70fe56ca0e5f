import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readStaticTable } from "./static-table.ts";
import type { StaticTable } from "./static-table.ts";

const file = readFileSync(new URL("../../data/static-table.bin", import.meta.url));
const bytes = new SharedArrayBuffer(file.byteLength);
new Uint8Array(bytes).set(file);
const table = readStaticTable(bytes);

/** A table of two dimensions, small enough to check by hand. */
function makeTable(words: Record<string, { values: [number, number]; scale: number }>): ArrayBuffer {
  const list = Object.entries(words);
  const vocabulary = new TextEncoder().encode(list.map(([word]) => word).join("\n"));
  const header = JSON.stringify({ model: "tiny", dimensions: 2, rows: list.length, vocabularyBytes: vocabulary.length });
  const padded = new TextEncoder().encode(header.padEnd(Math.ceil(header.length / 4) * 4));
  const scalesAt = 8 + padded.length + Math.ceil(vocabulary.length / 4) * 4;

  const bytes = new ArrayBuffer(scalesAt + list.length * 6);
  new Uint8Array(bytes).set(new TextEncoder().encode("LST1"));
  new DataView(bytes).setUint32(4, padded.length, true);
  new Uint8Array(bytes).set(padded, 8);
  new Uint8Array(bytes).set(vocabulary, 8 + padded.length);
  new Float32Array(bytes, scalesAt, list.length).set(list.map(([, row]) => row.scale));
  new Int8Array(bytes, scalesAt + list.length * 4).set(list.flatMap(([, row]) => row.values));
  return bytes;
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function similarity(a: string, b: string, { embed }: StaticTable = table): number {
  return cosine(embed(a), embed(b));
}

describe("the bundled table", () => {
  it.each([
    ["best hotels in Las Vegas?", "I avoid hotels with a bustling nightlife", "I only read books on paper"],
    ["What should I cook tonight?", "I am vegetarian and love Thai food", "My car needs new tyres"],
    ["Where does the user live?", "I moved to a house in Lisbon last year", "I adopted a puppy called Biscuit"],
    ["What pets does Anna have?", "Anna adopted a kitten from the shelter", "Anna's flight to Rome was delayed"],
    ["How is my training going?", "I ran a half marathon in under two hours", "The invoice was paid on Friday"],
    ["python web framework", "The project uses Flask for its HTTP routes", "My grandmother knits scarves"],
    ["Does he take any medicine?", "The doctor prescribed pills for high blood pressure", "He painted the fence green"],
  ])("puts %j nearer to %j than to %j", (question, related, unrelated) => {
    expect(similarity(question, related)).toBeGreaterThan(similarity(question, unrelated) + 0.1);
  });

  it("gives vectors of length 1", () => {
    for (const text of ["coffee", "I like tea.", "zxqv 12345", "word ".repeat(5000)]) {
      expect(Math.hypot(...table.embed(text))).toBeCloseTo(1, 5);
    }
  });

  it("gives the same bytes for the same text, before and after other texts and from another opening of the table", () => {
    const text = "We met at the café near the station on Tuesday.";
    const first = table.embed(text);
    table.embed("something else entirely");
    expect(table.embed(text)).toEqual(first);
    expect(readStaticTable(bytes).embed(text)).toEqual(first);
  });

  it("gives all zeros, never NaN, for text without a known word", () => {
    const zeros = new Float32Array(table.dimensions);
    for (const text of ["", "   \n", "?!…", "🎉🎉", "日本語のテキスト"]) expect(table.embed(text)).toEqual(zeros);
  });

  it("reads case, accents and composed forms as one", () => {
    const plain = table.embed("a cafe in zurich");
    for (const text of ["A CAFÉ in Zürich", "A CAFE\u0301 in Zu\u0308rich", "a ｃａｆｅ in zurich"]) expect(table.embed(text)).toEqual(plain);
  });

  it("knows the parts of words that it does not know", () => {
    expect(similarity("hyperparathyroidisms", "hyperparathyroidism")).toBeGreaterThan(0.5);
  });

  it("takes text of a megabyte and a word of a megabyte in well under a second", () => {
    const startedAt = performance.now();
    table.embed("The quick brown fox jumps. ".repeat(40_000));
    table.embed("x".repeat(1_000_000));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("names its version and keeps within 10 MB", () => {
    expect(table.model).toMatch(/^loci-static-en-256@[0-9a-f]{12}$/);
    expect(table.dimensions).toBe(256);
    expect(file.byteLength).toBeLessThanOrEqual(10_000_000);
  });
});

describe("readStaticTable", () => {
  const tiny = makeTable({ tea: { values: [100, 0], scale: 0.01 }, cup: { values: [0, 100], scale: 0.02 }, "##s": { values: [0, -50], scale: 0.02 } });

  it("weighs each word by its scale", () => {
    const [x, y] = readStaticTable(tiny).embed("tea cup");
    expect(y! / x!).toBeCloseTo(2, 5);
  });

  it("counts a repeated word 1 + ln n times", () => {
    const [x, y] = readStaticTable(tiny).embed("cup tea tea tea");
    expect(x! / y!).toBeCloseTo((1 + Math.log(3)) / 2, 5);
  });

  it("cuts an unknown word into the longest pieces, and passes over letters it does not know", () => {
    const { embed } = readStaticTable(tiny);
    const [x, y] = embed("teas");
    expect(y! / x!).toBeCloseTo(-1, 5);
    expect(embed("teaqs")).toEqual(embed("teas"));
    expect(embed("s")).toEqual(new Float32Array(2));
  });

  it.each([
    ["nothing", new ArrayBuffer(0)],
    ["another file", new TextEncoder().encode("interim\n and more").buffer],
    ["a table that is cut short", tiny.slice(0, -1)],
  ])("refuses %s", (_, bytes) => {
    expect(() => readStaticTable(bytes)).toThrow(TypeError);
  });
});
