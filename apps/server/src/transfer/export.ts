import type { ExportRecord } from "@loci/engine";
import { EXPORT_FORMAT, EXPORT_VERSION } from "./records.ts";

/** JSON Lines of an export: a header, then one record a line. */
export async function* toExportLines(records: AsyncIterable<ExportRecord>, exportedAt: Date): AsyncGenerator<string> {
  yield toLine({ kind: "header", format: EXPORT_FORMAT, version: EXPORT_VERSION, exported_at: exportedAt.toISOString() });
  for await (const record of records) yield toLine(record);
}

const toLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
