// Every path that a document cites exists, and every decision is in the index.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" }).split("\n").filter(Boolean);
const documents = files.filter((file) => file.endsWith(".md") && existsSync(file));
const faults: string[] = [];

const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)/g;
const CITED = /`((?:packages|apps|sdks|scripts|bench|docs|examples|deploy|\.ci)\/[^`\s*{}<>…]+)`/g;

for (const document of documents) {
  const text = readFileSync(document, "utf8");
  for (const [, path = ""] of text.matchAll(LINK)) {
    if (!existsSync(join(dirname(document), path))) faults.push(`${document}: the link to ${path} leads nowhere`);
  }
  for (const [, path = ""] of text.matchAll(CITED)) {
    const plain = path.replace(/:\d+$/, "");
    if (!existsSync(plain) && !isMadeByRunning(plain)) faults.push(`${document}: cites ${path}, which does not exist`);
  }
}

const index = existsSync("docs/decisions/README.md") ? readFileSync("docs/decisions/README.md", "utf8") : "";
for (const decision of files.filter((file) => /^docs\/decisions\/\d{4}-.+\.md$/.test(file))) {
  const name = decision.slice("docs/decisions/".length);
  if (!index.includes(name)) faults.push(`docs/decisions/README.md: ${name} is not listed`);
}

/** What git ignores is there once something has run. */
function isMadeByRunning(path: string): boolean {
  return spawnSync("git", ["check-ignore", "-q", path]).status === 0;
}

if (faults.length > 0) {
  console.error(faults.join("\n"));
  process.exit(1);
}
