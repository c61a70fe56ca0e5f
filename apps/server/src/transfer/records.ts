import { z } from "zod";
import type { ImportedMemory, MemoryVersion, NewRelationship } from "@loci/engine";
import { GroupName, line, MemoryId, MemoryType, Time } from "../memories/fields.ts";
import { NewMemory } from "../memories/schemas.ts";
import { relationshipFields } from "../relationships/schemas.ts";

/** Why a line of a file was not taken in. */
export interface Skipped {
  line: number;
  reason: string;
}

/** A record of a file, whatever its format; `key` is what the file calls a memory. */
export type FileRecord =
  | { kind: "memory"; line: number; key: string | null; memory: ImportedMemory }
  | { kind: "version"; line: number; key: string; version: MemoryVersion }
  | { kind: "relationship"; line: number; from: string; to: string; relationship: FileRelationship };

type FileRelationship = Omit<NewRelationship, "from" | "to"> & { id?: string; created_at?: string; updated_at?: string };

/** A value of a file with its place: the line, or the position in a JSON list, from 1. */
export interface FileValue {
  line: number;
  value: unknown;
}

export const EXPORT_FORMAT = "loci";
/** One more with each change that an older reader would misread. */
export const EXPORT_VERSION = 1;

const ExportedSource = z.strictObject({
  kind: MemoryType.exactOptional(),
  client: line(200).exactOptional(),
  ref: line(1_000).exactOptional(),
  key_id: line(100).exactOptional(),
  connection_id: line(100).exactOptional(),
});

export const ExportedMemory = z.strictObject({
  ...NewMemory.shape,
  id: MemoryId.optional(),
  source: ExportedSource.optional(),
  version: z.int().min(1).optional(),
  superseded_by: MemoryId.optional(),
  created_at: Time.optional(),
  updated_at: Time.optional(),
});

/** What stands in a version is given back by restore, so every field of it must be sound and there. */
const ExportedSnapshot = z.strictObject({
  ...ExportedMemory.shape,
  id: MemoryId,
  group: GroupName,
  type: NewMemory.shape.type.unwrap(),
  tags: NewMemory.shape.tags.unwrap(),
  metadata: NewMemory.shape.metadata.unwrap(),
  importance: NewMemory.shape.importance.unwrap(),
  source: ExportedSource.extend({ kind: MemoryType }),
  trust: NewMemory.shape.trust.unwrap(),
  version: z.int().min(1),
  forgotten_at: Time.optional(),
  created_at: Time,
  updated_at: Time,
});

export const ExportLine = z.discriminatedUnion("kind", [
  z.looseObject({ kind: z.literal("header"), format: z.literal(EXPORT_FORMAT), version: z.int() }),
  z.strictObject({ kind: z.literal("memory"), memory: ExportedMemory }),
  z.strictObject({
    kind: z.literal("version"),
    memory_id: MemoryId,
    version: z.strictObject({ version: z.int().min(1), operation_id: line(100), replaced_at: Time, memory: ExportedSnapshot }),
  }),
  z.strictObject({
    kind: z.literal("relationship"),
    relationship: z.strictObject({
      ...relationshipFields,
      id: z.string().regex(/^rel_[0-9a-f]{32}$/, "must be the id of a relationship: rel_ and 32 hexadecimal digits.").exactOptional(),
      family: z.string().exactOptional(),
      created_at: Time.exactOptional(),
      updated_at: Time.exactOptional(),
    }),
  }),
]);
