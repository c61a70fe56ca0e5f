import { expect, test } from "vitest";
import { findClosest } from "./closest.ts";
import { defineCommand } from "./command.ts";
import { findName, readArguments } from "./read.ts";

const NAMES = new Set(["store", "mcp", "mcp add"]);
const command = defineCommand({ takes: "TEXT", count: [1, 1], about: "", options: { group: { type: "string", short: "g", value: "NAME", means: "" }, tag: { type: "string", value: "TAG", multiple: true, means: "" } }, run: async () => undefined });

test.each([
  ["store text --json", "store", "text --json"],
  ["--json store text", "store", "--json text"],
  ["--profile mcp store text", "store", "--profile mcp text"],
  ["--profile=mcp store text", "store", "--profile=mcp text"],
  ["mcp --local", "mcp", "--local"],
  ["mcp add cursor", "mcp add", "cursor"],
  ["mcp --json add cursor", "mcp add", "--json cursor"],
  ["other words", "other", "words"],
  ["--json", null, "--json"],
  ["-- store", null, "-- store"],
] as const)("in %j the command is %j", (line, name, rest) => {
  expect(findName(line.split(" "), NAMES)).toEqual({ name, rest: rest.split(" ") });
});

test("options stand before or after what they are for, -- ends them, and --agent is all that it is short for", () => {
  const { values, positionals, globals } = readArguments("store", command, ["-g", "a", "--tag", "x", "--tag=y", "--agent", "--", "--text"]);
  expect(values).toMatchObject({ group: "a", tag: ["x", "y"] });
  expect(positionals).toEqual(["--text"]);
  expect(globals).toMatchObject({ json: true, yes: true, "no-input": true });
});

test("a word that is nearly one is found, and one that is far from all is not", () => {
  expect(findClosest("recal", ["recall", "store"])).toBe("recall");
  expect(findClosest("sotre", ["recall", "store"])).toBe("store");
  expect(findClosest("x", ["recall", "store"])).toBeNull();
  expect(findClosest("delete", ["recall", "store"])).toBeNull();
});
