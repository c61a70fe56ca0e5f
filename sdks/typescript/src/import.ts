import type { Api, Query } from "./api.ts";
import type { CallOptions } from "./request.ts";
import type { ImportReceipt, TransferCounts } from "./types.gen.ts";

/** Lines, as `Download.lines()` gives them. */
export type Lines = Iterable<string> | AsyncIterable<string>;

// Half of what the server takes in 10 MB, and a quarter of its 20,000 records, so that a part is done well within a timeout.
const PART_BYTES_MAX = 5 * 1024 * 1024;
const PART_LINES_MAX = 5_000;

interface Part {
  text: string;
  /** How many lines of the file stand before it. */
  before: number;
}

/** A text goes as it is, in one request; lines go in parts, one after the other, and the receipts are added up. */
export async function importFile(api: Api, file: string | Lines, query: Query<"POST /v1/import">, options: CallOptions = {}): Promise<ImportReceipt> {
  if (typeof file === "string") return api.request("POST /v1/import", { query, text: file, type: "text/plain" }, options);
  let sum: ImportReceipt | undefined;
  for await (const { text, before } of cutParts(file)) {
    const { idempotencyKey } = options;
    // A key stands for one request, so each part needs its own; a repeat of the file makes the same ones.
    const own = idempotencyKey === undefined ? options : { ...options, idempotencyKey: `${idempotencyKey}:${before}` };
    const receipt = await api.request("POST /v1/import", { query, text, type: "application/x-ndjson" }, own);
    sum = addReceipts(sum, receipt, before);
  }
  if (sum === undefined) throw new TypeError("There is nothing to import: `file` has no lines.");
  return sum;
}

async function* cutParts(lines: Lines): AsyncGenerator<Part, void, undefined> {
  const encoder = new TextEncoder();
  let part: string[] = [];
  let bytes = 0;
  let before = 0;
  let at = 0;
  for await (const line of lines) {
    const more = encoder.encode(line).length + 1;
    if (part.length > 0 && (bytes + more > PART_BYTES_MAX || part.length === PART_LINES_MAX)) {
      yield { text: part.join("\n"), before };
      part = [];
      bytes = 0;
      before = at;
    }
    at += 1;
    // A part of blank lines alone would be refused as empty.
    if (part.length === 0 && line.trim() === "") before = at;
    else {
      part.push(line);
      bytes += more;
    }
  }
  if (part.length > 0) yield { text: part.join("\n"), before };
}

function addReceipts(sum: ImportReceipt | undefined, { format, imported, unchanged, skipped }: ImportReceipt, before: number): ImportReceipt {
  const moved = skipped.map(({ line, reason }) => ({ line: line + before, reason }));
  if (sum === undefined) return { format, imported, unchanged, skipped: moved };
  return { format: sum.format, imported: addCounts(sum.imported, imported), unchanged: addCounts(sum.unchanged, unchanged), skipped: [...sum.skipped, ...moved] };
}

const addCounts = (a: TransferCounts, b: TransferCounts): TransferCounts => ({
  memories: a.memories + b.memories,
  versions: a.versions + b.versions,
  relationships: a.relationships + b.relationships,
});
