export type Kind = "store" | "forget" | "update" | "relate" | "recall";

/** One request as it was sent, so that it can be sent again to the letter. */
export interface Sent {
  kind: Kind;
  method: string;
  path: string;
  body: string | undefined;
  /** `null` for what was sent without a key, and cannot be repeated safely. */
  idempotencyKey: string | null;
  /** The word that a store or an update makes findable. */
  word: string | null;
  /** What a forget or an update is about. */
  memoryId: string | null;
}

export interface Acknowledged extends Sent {
  status: number;
  text: string;
}

export interface KnownMemory {
  id: string;
  /** The word that only this memory holds. */
  word: string;
  /** What it held before an update. */
  formerWord: string | null;
  live: boolean;
}

/** What the outside knows to be true: the acknowledged effects, and nothing else. */
export class CrashRecord {
  readonly memories = new Map<string, KnownMemory>();
  readonly relationships = new Set<string>();
  /** Of the present round. */
  acknowledged: Acknowledged[] = [];
  inFlight: Sent[] = [];
  touched = new Set<string>();
  /** API calls that must be in the ledger, and those that may be missing because they only read and a crash followed. */
  readonly calls = { certain: 0, uncertain: 0 };
  readonly violations: string[] = [];

  startRound(): void {
    this.acknowledged = [];
    this.inFlight = [];
    this.touched = new Set();
  }

  /** Takes an acknowledged effect in. */
  apply(sent: Sent, answer: unknown): void {
    this.calls.certain += 1;
    if (sent.kind === "store") this.applyStore(sent, answer as { status: string; memory: { id: string } });
    else if (sent.kind === "relate") this.relationships.add((answer as { relationship: { id: string } }).relationship.id);
    else this.applyChange(sent);
  }

  violate(kind: "lost" | "back" | "twice" | "ledger" | "index" | "answer", what: string): void {
    this.violations.push(`${kind}: ${what}`);
  }

  get live(): KnownMemory[] {
    return [...this.memories.values()].filter((memory) => memory.live);
  }

  private applyStore({ word }: Sent, { status, memory }: { status: string; memory: { id: string } }): void {
    if (status !== "created" || word === null) return this.violate("twice", `a store of a new text (${word}) was answered "${status}"`);
    this.memories.set(memory.id, { id: memory.id, word, formerWord: null, live: true });
    this.touched.add(memory.id);
  }

  private applyChange({ kind, memoryId, word }: Sent): void {
    const memory = this.memories.get(memoryId ?? "");
    if (memory === undefined) return;
    this.touched.add(memory.id);
    if (kind === "forget") memory.live = false;
    else if (word !== null) [memory.formerWord, memory.word] = [memory.word, word];
  }
}

const LETTERS = "bcdfgklmnpqrtvxz";

/** A word that stands in no other text; its ending is one that no stemmer takes off. */
export function toWord(number: number): string {
  let word = "";
  for (let rest = number, place = 0; place < 6; place++, rest = Math.floor(rest / LETTERS.length)) word = (LETTERS[rest % LETTERS.length] ?? "") + word;
  return `${word}ak`;
}
