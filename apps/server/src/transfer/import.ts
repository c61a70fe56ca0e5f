import { notFound } from "@loci/kit/errors";
import type { ImportRecord, Operation, Outcome, Workspace } from "@loci/engine";
import type { Call } from "../http/route.ts";
import { answerOnce } from "../memories/answer-once.ts";
import { readImportFile, type ImportFormat, type ReadFile } from "./file.ts";
import type { FileRecord, Skipped } from "./records.ts";

/** Records in one transaction; the writer serves others between two of them. */
const RECORDS_PER_RUN = 500;
const LOOKUP_PAGE = 200;

const KINDS = { memory: "memories", version: "versions", relationship: "relationships" } as const;
type Counts = Record<(typeof KINDS)[keyof typeof KINDS], number>;

interface ImportReceipt {
  format: ReadFile["format"];
  imported: Counts;
  unchanged: Counts;
  skipped: Skipped[];
}

/**
 * Takes a file in and gives the answer as JSON text. What is here already stays as it is, so a second import changes
 * nothing; what cannot be taken is listed with its line and the reason.
 */
export function importFile({ workspace, operation }: Pick<Call, "workspace" | "operation">, text: string, asked: ImportFormat, group: string | undefined): Promise<string> {
  return answerOnce(workspace, operation, async () =>
    JSON.stringify(await new ImportRun(workspace, operation, await readImportFile(text, asked), group).run()));
}

/** One walk over a file: memories first, because versions and relationships name them by what the file calls them. */
class ImportRun {
  private readonly workspace: Workspace;
  private readonly operation: Operation;
  private readonly file: ReadFile;
  private readonly group: string | undefined;
  private readonly receipt: ImportReceipt;
  /** What the file calls a memory, and the id that it has here. */
  private readonly ids = new Map<string, string>();
  private part = 0;

  constructor(workspace: Workspace, operation: Operation, file: ReadFile, group: string | undefined) {
    this.workspace = workspace;
    this.operation = operation;
    this.file = file;
    this.group = group;
    const none = (): Counts => ({ memories: 0, versions: 0, relationships: 0 });
    this.receipt = { format: file.format, imported: none(), unchanged: none(), skipped: [...file.skipped] };
  }

  async run(): Promise<ImportReceipt> {
    await this.take(this.file.records.filter((record) => record.kind === "memory"));
    const dependent = this.file.records.filter((record) => record.kind !== "memory");
    if (this.file.format === "mcp") await this.findEarlier(dependent);
    await this.take(dependent);
    this.receipt.skipped.sort((a, b) => a.line - b.line);
    return this.receipt;
  }

  private async take(records: FileRecord[]): Promise<void> {
    for (let from = 0; from < records.length; from += RECORDS_PER_RUN) {
      const run = records.slice(from, from + RECORDS_PER_RUN);
      const commands = run.map((record) => ({ verb: "import" as const, record: this.toRecord(record) }));
      const outcomes = await this.workspace.writeAll(commands, this.nextPart());
      for (const [index, record] of run.entries()) this.note(record, outcomes[index]);
    }
  }

  /** An import is one call, however many transactions it takes. */
  private nextPart(): Operation {
    const part = this.part++;
    return { ...this.operation, part, calls: part === 0 ? 1 : 0 };
  }

  private toRecord(record: FileRecord): ImportRecord {
    const idOf = (key: string) => this.ids.get(key) ?? key;
    switch (record.kind) {
      case "memory":
        return { kind: "memory", memory: { ...record.memory, ...(this.group !== undefined && { group: this.group }) } };
      case "version": {
        const memory_id = idOf(record.key);
        const { memory } = record.version;
        return { kind: "version", memory_id, version: { ...record.version, memory: { ...memory, id: memory_id, group: this.group ?? memory.group } } };
      }
      case "relationship":
        return { kind: "relationship", relationship: { ...record.relationship, from: idOf(record.from), to: idOf(record.to) } };
    }
  }

  private note(record: FileRecord, outcome: Outcome<unknown> | undefined): void {
    if (outcome === undefined) throw new Error("The writer answered fewer records than it was given.");
    if (!outcome.ok) {
      this.receipt.skipped.push({ line: record.line, reason: toReason(record, outcome.error.message) });
      return;
    }
    const { id, status } = outcome.result as { id: string; status: "created" | "ignored" };
    if (record.kind === "memory" && record.key !== null) this.ids.set(record.key, id);
    this.receipt[status === "created" ? "imported" : "unchanged"][KINDS[record.kind]] += 1;
  }

  /** Entities that came with an earlier part of the file are known by the reference that they were given then. */
  private async findEarlier(records: FileRecord[]): Promise<void> {
    const names = new Set(records.flatMap((record) => (record.kind === "relationship" ? [record.from, record.to] : [])));
    const unknown = [...names].filter((name) => !this.ids.has(name));
    for (let from = 0; from < unknown.length; from += LOOKUP_PAGE) {
      const refs = unknown.slice(from, from + LOOKUP_PAGE);
      const { items } = await this.workspace.listMemories({
        group: this.group, order: "oldest", limit: LOOKUP_PAGE,
        filter: { "source.kind": "import", "source.client": "mcp", "source.ref": { in: refs } },
      });
      for (const { id, source } of items) if (source.ref !== undefined) this.ids.set(source.ref, id);
    }
  }
}

function toReason(record: FileRecord, message: string): string {
  if (message !== notFound("memory").message) return message;
  if (record.kind === "relationship") return `It joins ${record.from} and ${record.to}, of which at least one is not here.`;
  return record.kind === "version" ? `Its memory ${record.key} is not here.` : message;
}
