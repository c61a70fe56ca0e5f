import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { toJsonLine, toOneLine, toShown } from "./clean.ts";
import { Output } from "./output.ts";
import { toTable } from "./table.ts";
import { cutToWidth, toWidth } from "./width.ts";

function openOutput(options: { json?: boolean; color?: boolean; columns?: number | null } = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = new Output({ json: false, color: false, columns: null, ...options, stdout, stderr });
  const readAll = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? "";
  return { output, told: () => ({ stdout: readAll(stdout), stderr: readAll(stderr) }) };
}

test("people get a table, with bold heads where colours are wanted; programs get a line of JSON for each item", async () => {
  const items = [{ id: "a", text: "one" }, { id: "bb", text: "two" }];
  for (const [options, expected] of [
    [{}, "ID  TEXT\na   one\nbb  two\n"],
    [{ color: true }, "\u001b[1mID  TEXT\u001b[22m\na   one\nbb  two\n"],
    [{ json: true, color: true }, '{"id":"a","text":"one"}\n{"id":"bb","text":"two"}\n'],
  ] as const) {
    const { output, told } = openOutput(options);
    await output.rows(items, ["ID", "TEXT"], ({ id, text }) => [id, text], "none");
    expect(told()).toEqual({ stdout: expected, stderr: "" });
  }
});

test("an empty list is a note for people, and nothing for programs", async () => {
  const plain = openOutput();
  await plain.output.rows([], ["ID"], () => [], "There is none.");
  expect(plain.told()).toEqual({ stdout: "", stderr: "There is none.\n" });
  const json = openOutput({ json: true });
  await json.output.rows([], ["ID"], () => [], "There is none.");
  expect(json.told()).toEqual({ stdout: "", stderr: "" });
});

test("on a terminal the last column gives way, and wide letters take two columns", () => {
  expect(toTable(["ID", "TEXT"], [["a", "x".repeat(100)]], 30)).toEqual(["ID  TEXT", `a   ${"x".repeat(25)}…`]);
  expect(toTable(["NAME", "TEXT"], [["日本", "x"], ["abc", "y"]], null)).toEqual(["NAME  TEXT", "日本  x", "abc   y"]);
  expect(["abc", "日本", "e\u0301", "👍", ""].map(toWidth)).toEqual([3, 4, 1, 2, 0]);
  expect(cutToWidth("日本語です", 6)).toBe("日本…");
});

test("what a memory holds does nothing to a terminal, and reads as it is", () => {
  expect(toShown("a\u001b[31mb\u0007\u009b2Jc\u202ed\u200b\te\r\nf")).toBe("a[31mb2Jcd\te\nf");
  expect(toOneLine(" a\n\tb  c ")).toBe("a b c");
  expect(toJsonLine({ text: "\u009b\u007f\u001b" })).toBe(String.raw`{"text":"\u009b\u007f\u001b"}`);
  expect(JSON.parse(toJsonLine({ text: "\u009b\u007f" }))).toEqual({ text: "\u009b\u007f" });
});
