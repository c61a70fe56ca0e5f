import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { PERMISSIONS, ruleOf } from "../policy/permissions.ts";
import { ROLES } from "../policy/roles.ts";

const DOCUMENT = path.join(import.meta.dirname, "../../../../docs/accounts.md");

const mark = (set: boolean): string => (set ? "✓" : "");

test("the table of roles that people read is the one that routes read", () => {
  const lines = readFileSync(DOCUMENT, "utf8").split("\n");
  const begin = lines.findIndex((line) => line.startsWith("| permission "));
  const table = lines.slice(begin, lines.indexOf("", begin));
  const rows = table.map((line) => line.slice(1, -1).split("|").map((cell) => cell.trim()));
  const [head, , ...written] = rows;
  expect(head).toEqual(["permission", "what", ...ROLES, "key", "proof"]);
  const meant = PERMISSIONS.map((permission) => {
    const { does, roles, key, proven } = ruleOf(permission);
    return [`\`${permission}\``, does.replace(/\.$/, ""), ...ROLES.map((role) => mark(roles.includes(role))), mark(key), mark(proven === true)];
  });
  expect(written).toEqual(meant);
});
