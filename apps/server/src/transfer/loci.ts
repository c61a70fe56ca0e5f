import { invalid } from "@loci/kit/errors";
import type { MemoryVersion } from "@loci/engine";
import { parseWith } from "../http/parse.ts";
import { EXPORT_VERSION, ExportLine, type FileRecord, type FileValue } from "./records.ts";

/** A line of our own export. */
export function readLociRecord({ line, value }: FileValue): FileRecord | null {
  const record = parseWith(ExportLine, value);
  switch (record.kind) {
    case "header":
      if (record.version > EXPORT_VERSION) {
        throw invalid("format", `This export is of version ${record.version}, and this Loci reads up to ${EXPORT_VERSION}. Update it, or export again from here.`);
      }
      return null;
    case "memory":
      return { kind: "memory", line, key: record.memory.id ?? null, memory: record.memory };
    case "version":
      // Absent fields are absent after parsing too, never undefined.
      return { kind: "version", line, key: record.memory_id, version: record.version as MemoryVersion };
    case "relationship": {
      const { from, to, family: _, ...relationship } = record.relationship;
      return { kind: "relationship", line, from, to, relationship };
    }
  }
}
