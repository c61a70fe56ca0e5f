import type { Memory } from "../memory.ts";
import { readUtterance } from "../steps/speaker.ts";
import type { Analyzer } from "../text/analyzer.ts";
import { toDateWords } from "../text/dates.ts";
import { hashTerm } from "../text/hash.ts";
import type { IndexEntry } from "./entry.ts";
import { packTerms } from "./entry.ts";

/** The fields of a memory that recall uses. */
export type IndexedFields = Pick<
  Memory,
  "title" | "content" | "tags" | "session" | "speaker" | "role" | "occurred_at" | "expires_at" | "importance" | "trust" | "created_at" | "superseded_by"
>;

export interface EntryContext {
  seq: number;
  group: number;
  /** `quantize` of the vector of each passage (`splitPassages`), end to end. */
  vector: Int8Array | null;
  /** Names of entities that the memory is linked to; a question that names one prefers the memory. */
  entities?: readonly string[];
}

/** The index entry of a memory: speaker, title, content and tags, and the date it happened on as words, analyzed. */
export function toIndexEntry(memory: IndexedFields, context: EntryContext, analyzer: Analyzer): IndexEntry {
  const occurred = memory.occurred_at === undefined ? null : Date.parse(memory.occurred_at);
  const { text: said, speaker, role } = readUtterance(memory.content, memory.speaker ?? null, memory.role ?? null);
  const text = [speaker, memory.title, said, memory.tags.join(" "), occurred === null ? undefined : toDateWords(occurred, analyzer.language)];
  const analyzed = analyzer.analyze(text.filter((part) => part !== undefined && part !== null && part !== "").join("\n"));
  const names = [speaker ?? "", ...(context.entities ?? [])].flatMap((name) => analyzer.analyze(name).hashes);
  return {
    seq: context.seq,
    group: context.group,
    terms: packTerms(analyzed.hashes),
    length: analyzed.length,
    vector: context.vector,
    session: memory.session === undefined ? 0 : toSessionKey(context.group, memory.session),
    names: Float64Array.from(new Set(names)).subarray(0, 255),
    role,
    occurred_at: occurred,
    created_at: Date.parse(memory.created_at),
    expires_at: memory.expires_at === undefined ? null : Date.parse(memory.expires_at),
    importance: memory.importance,
    trust: memory.trust,
    superseded: memory.superseded_by !== undefined,
  };
}

/** Sessions of different groups never share a key, so that neighbours stay inside their group. Never 0. */
const toSessionKey = (group: number, session: string): number => hashTerm(`${group}\u0000${session}`) || 1;
