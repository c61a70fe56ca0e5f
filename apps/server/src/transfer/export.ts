import type { ExportRecord } from "@loci/engine";
import { EXPORT_FORMAT, EXPORT_VERSION } from "./records.ts";

/** Lines are sent in pieces of about this size: a piece per line would cost more than the line. */
const CHUNK_CHARS = 65_536;

/** JSON Lines of an export: a header, then one record a line, as fast as they are read and never all in memory. */
export function streamExport(records: AsyncIterable<ExportRecord>, exportedAt: Date): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const chunks = toChunks(records, exportedAt);
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

async function* toChunks(records: AsyncIterable<ExportRecord>, exportedAt: Date): AsyncGenerator<string, undefined> {
  let chunk = toLine({ kind: "header", format: EXPORT_FORMAT, version: EXPORT_VERSION, exported_at: exportedAt.toISOString() });
  for await (const record of records) {
    chunk += toLine(record);
    if (chunk.length < CHUNK_CHARS) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
  return undefined;
}

const toLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
