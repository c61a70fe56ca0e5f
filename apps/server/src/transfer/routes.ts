import { requireOwnGroup } from "@loci/engine";
import { z } from "zod";
import { BODY_BYTES_MAX } from "../http/body.ts";
import { streamLines } from "../http/lines.ts";
import { guarded, json, stream, type Route } from "../http/route.ts";
import { GroupName } from "../memories/fields.ts";
import { toExportLines } from "./export.ts";
import { FILE_RECORDS_MAX, IMPORT_FORMATS } from "./file.ts";
import { importFile } from "./import.ts";

const NDJSON = "application/x-ndjson";

const ExportBody = z.strictObject({
  group: GroupName.optional().describe("Only this group; the whole workspace unless said, or the key's own group."),
}).meta({ id: "ExportBody", description: "What to export.", examples: [{ group: "user:ana" }] });

const exportAll = guarded("data:export", {
  id: "exportMemories", method: "post", path: "/v1/export", tags: ["Transfer"], repeat: "safe",
  summary: "Export memories",
  description: "Streams JSON Lines. The first line is a header: `{\"kind\": \"header\", \"format\": \"loci\", \"version\": 1, \"exported_at\"}`. Then a record a line: `memory` with its `version` lines after it, and at the end `relationship`. Import takes it back without loss. Forgotten memories are not in it.",
  request: { body: ExportBody.default({}) },
  intent: ({ body: { group } }) => ({ action: "data.exported", group }),
  responses: { 200: stream(NDJSON, "JSON Lines: a header, then a record a line.") },
}, async ({ actor, workspace, operation, body, now }) => {
  requireOwnGroup(actor.group, body.group, operation);
  workspace.meter(operation);
  return {
    status: 200,
    stream: streamLines(toExportLines(workspace.exportRecords(body), now())),
    headers: { "content-disposition": 'attachment; filename="loci-export.jsonl"' },
  };
});

const Counts = z.strictObject({
  memories: z.int().min(0).describe("Memories."),
  versions: z.int().min(0).describe("Earlier versions of memories."),
  relationships: z.int().min(0).describe("Relationships."),
}).meta({ id: "TransferCounts", description: "Records by kind." });

const ImportReceipt = z.strictObject({
  format: z.enum(["loci", "mcp", "mem0"]).describe("The format that the file was read as."),
  imported: Counts.describe("What is new here."),
  unchanged: Counts.describe("What was here already, and stays as it is."),
  skipped: z.array(z.strictObject({
    line: z.int().min(1).describe("The line of the file; in a JSON document, the position in its list. Both count from 1."),
    reason: z.string().describe("Why it was not taken."),
  })).describe("What was not taken, with the reason for each."),
}).meta({ id: "ImportReceipt", description: "What became of a file: each of its records is imported, unchanged or skipped." });

const ImportQuery = z.strictObject({
  format: z.enum(IMPORT_FORMATS).default("auto").describe("loci: our own export; mcp: the memory file of the MCP reference server; mem0: a list of memories as mem0 gives it; auto: told by the content."),
  group: GroupName.optional().describe("Put everything into this group, whatever the file says."),
});

const importAll = guarded("data:import", {
  id: "importMemories", method: "post", path: "/v1/import", tags: ["Transfer"], repeat: "with key",
  summary: "Import memories",
  description: `Takes JSON Lines, or a JSON document with one list. A request holds 10 MB and ${FILE_RECORDS_MAX} records at most: split a larger file between lines and send the parts in their order. Ids and times of our own export are kept. What is here already stays as it is, so that the same file twice changes nothing.`,
  request: { query: ImportQuery, text: { types: [NDJSON, "application/jsonl", "application/json", "text/plain"], bytesMax: BODY_BYTES_MAX } },
  intent: ({ query: { group, format }, text }) => ({ action: "data.imported", group, details: { format, bytes: Buffer.byteLength(text) } }),
  responses: { 200: json(ImportReceipt, "What was taken, what was here already, and what was skipped and why.") },
}, async ({ workspace, operation, text, query: { format, group } }) =>
  ({ status: 200, text: await importFile({ workspace, operation }, text, format, group) }));

export const transferRoutes: Route[] = [exportAll, importAll];
