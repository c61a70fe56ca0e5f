import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { ConfigWay } from "@loci/mcp/install";
import { CliError } from "../exit.ts";

/** Puts an entry into a client's settings beside what is there, and answers which file that is. */
export function writeWay(way: ConfigWay, platform: NodeJS.Platform = process.platform, home: string = homedir()): string {
  const { files } = way;
  const place = (platform === "darwin" ? files?.macos : platform === "win32" ? files?.windows : files?.linux) ?? "";
  const file = place.startsWith("~") ? path.join(home, place.slice(1)) : path.resolve(place);
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  replaceFile(file, way.format === "json" ? addToJson(before, way, file) : addToToml(before, way, file));
  return file;
}

type Settings = Record<string, unknown>;
const isSettings = (value: unknown): value is Settings => typeof value === "object" && value !== null && !Array.isArray(value);

function addToJson(before: string, { keys, value, text }: ConfigWay, file: string): string {
  const settings = before.trim() === "" ? {} : readJson(before, file, text);
  let inner = settings;
  for (const key of keys.slice(0, -1)) {
    const found = inner[key] ?? {};
    if (!isSettings(found)) throw byHand(file, `has something else under "${key}"`, text);
    inner[key] = found;
    inner = found;
  }
  inner[keys.at(-1) ?? ""] = value;
  return `${JSON.stringify(settings, null, 2)}\n`;
}

function readJson(before: string, file: string, text: string): Settings {
  try {
    const settings: unknown = JSON.parse(before);
    if (isSettings(settings)) return settings;
  } catch {
    // Comments, most often: they would be lost.
  }
  throw byHand(file, "is not plain JSON, perhaps for its comments", text);
}

/** A table of its own at the end leaves all before it as it is. */
function addToToml(before: string, { keys, text }: ConfigWay, file: string): string {
  if (`\n${before.trimEnd()}\n\n`.includes(`\n${text.trim()}\n\n`)) return before;
  const head = `[${keys.join(".")}]`;
  if (before.split("\n").some((line) => line.trim() === head)) throw byHand(file, `has ${head} already`, text);
  return `${before === "" ? "" : `${before.trimEnd()}\n\n`}${text}\n`;
}

const byHand = (file: string, why: string, text: string) => new CliError("usage", `${file} ${why}, so it was left as it is.`, { hint: `Add this by hand:\n${text}` });

/** A crash leaves the old file or the new one, never a part of either. */
function replaceFile(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const written = `${file}.${process.pid}`;
  writeFileSync(written, text, { mode: existsSync(file) ? statSync(file).mode : 0o600 });
  renameSync(written, file);
}
