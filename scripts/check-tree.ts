// Keeps the rules of CONTRIBUTING.md that a linter of single files cannot see.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const BANNED_NAMES = /(^|\/)(utils?|helpers?|common|shared|lib|core|managers?|base|misc)(\/|\.tsx?$)/;
const COMMENT_LINES_MAX = 3;

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" }).split("\n").filter(Boolean);
const sources = files.filter((file) => /\.(ts|mts|mjs)$/.test(file) && !file.includes(".gen."));
const faults: string[] = [];

for (const file of files) {
  if (BANNED_NAMES.test(file)) faults.push(`${file}: a folder or file is named for what it holds; this name holds anything`);
}
for (const file of sources) {
  const text = readFileSync(file, "utf8");
  for (const { line, length } of longComments(text)) {
    faults.push(`${file}:${line}: ${length} comment lines on end; ${COMMENT_LINES_MAX} at most, more is a page in docs/decisions`);
  }
  if (/^export \* from/m.test(text)) faults.push(`${file}: "export *" hides what is public; name it`);
}

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}

/** Runs of `//` lines. JSDoc is prose for callers and may be longer. */
function longComments(text: string): { line: number; length: number }[] {
  const found: { line: number; length: number }[] = [];
  let length = 0;
  for (const [index, line] of [...text.split("\n"), ""].entries()) {
    if (/^\s*\/\//.test(line)) length += 1;
    else {
      if (length > COMMENT_LINES_MAX) found.push({ line: index - length + 1, length });
      length = 0;
    }
  }
  return found;
}
