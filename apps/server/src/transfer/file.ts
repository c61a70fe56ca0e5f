import { setImmediate as yieldToOthers } from "node:timers/promises";
import { AppError, invalid } from "@loci/kit/errors";
import { readJson } from "../http/json.ts";
import { readLociRecord } from "./loci.ts";
import { readMcpRecord } from "./mcp.ts";
import { readMem0Record } from "./mem0.ts";
import type { FileRecord, FileValue, Skipped } from "./records.ts";

export const IMPORT_FORMATS = ["auto", "loci", "mcp", "mem0"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
type KnownFormat = Exclude<ImportFormat, "auto">;

/** What one request takes: the bound on its memory and on the list of what was skipped, and some ten seconds of writing. */
export const FILE_RECORDS_MAX = 20_000;

export interface ReadFile {
  format: KnownFormat;
  records: FileRecord[];
  skipped: Skipped[];
}

/** A reader gives the record of a value, `null` for one that carries nothing (a header), or throws why it is none. */
const READERS: Record<KnownFormat, (value: FileValue) => FileRecord | null> = { loci: readLociRecord, mcp: readMcpRecord, mem0: readMem0Record };

/** Between so many records (some 10 ms) others get their turn. */
const RECORDS_PER_TURN = 500;

/** Reads a file of any format we know; what is wrong with a line is said of that line alone. */
export async function readImportFile(text: string, asked: ImportFormat): Promise<ReadFile> {
  const skipped: Skipped[] = [];
  const values = await readValues(text, skipped);
  const format = asked === "auto" ? detectFormat(values) : asked;

  const records: FileRecord[] = [];
  for (const [index, value] of values.entries()) {
    if (index % RECORDS_PER_TURN === 0) await yieldToOthers();
    try {
      const record = READERS[format](value);
      if (record !== null) records.push(record);
    } catch (error) {
      if (!(error instanceof AppError) || error.param === "format") throw error;
      skipped.push({ line: value.line, reason: error.message });
    }
  }
  return { format, records, skipped: skipped.sort((a, b) => a.line - b.line) };
}

/** The values of JSON Lines, or of the one list in a JSON document. */
async function readValues(text: string, skipped: Skipped[]): Promise<FileValue[]> {
  const body = text.replace(/^\uFEFF/, "");
  const lines = body.split("\n");
  const [first, second] = lines.filter((line) => line.trim() !== "");
  if (first === undefined) throw new AppError("invalid_request", "The file is empty. Send the lines of an export as the body.");
  // A line that is no JSON by itself begins a document over several lines.
  if (second === undefined || !isJson(first)) return readDocument(body);

  const values: FileValue[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    if (index % RECORDS_PER_TURN === 0) await yieldToOthers();
    requireRoom(values.length + skipped.length + 1);
    try {
      values.push({ line: index + 1, value: readJson(line) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      skipped.push({ line: index + 1, reason: error.message.replace("The body", "The line") });
    }
  }
  return values;
}

function readDocument(body: string): FileValue[] {
  const items = unwrapList(readWhole(body));
  requireRoom(items.length);
  return items.map((value, index) => ({ line: index + 1, value }));
}

function readWhole(body: string): unknown {
  try {
    return readJson(body);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, param, details } = error;
    throw new AppError(code, `${message} A long list goes better as JSON Lines: one record a line, each on its own.`, { param, details });
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Tools write their list bare, or under a name. */
function unwrapList(document: unknown): unknown[] {
  if (Array.isArray(document)) return document;
  if (!isRecord(document)) return [document];
  if (Array.isArray(document.entities)) return toTyped(document.entities, "entity").concat(toTyped(document.relations, "relation"));
  const list = document.results ?? document.memories;
  if (!Array.isArray(list)) return [document];
  return Array.isArray(document.relations) ? [...(list as unknown[]), ...(document.relations as unknown[])] : list;
}

const toTyped = (items: unknown, type: string): unknown[] =>
  Array.isArray(items) ? items.map((item: unknown) => (isRecord(item) ? { type, ...item } : item)) : [];

function detectFormat(values: FileValue[]): KnownFormat {
  for (const { value } of values) {
    if (!isRecord(value)) continue;
    if (typeof value.kind === "string" && ["header", "memory", "version", "relationship"].includes(value.kind)) return "loci";
    if (value.type === "entity" || value.type === "relation") return "mcp";
    if (["memory", "text", "data", "content"].some((name) => typeof value[name] === "string")) return "mem0";
  }
  throw invalid("format", "The format of this file cannot be told. Say it: format=loci, format=mcp or format=mem0.");
}

function requireRoom(records: number): void {
  if (records > FILE_RECORDS_MAX) throw new AppError("too_large", `One import takes ${FILE_RECORDS_MAX} records at most. Split the file and send its parts one after the other.`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
