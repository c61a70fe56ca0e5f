import { kyselyOf, openSqlite } from "@loci/kit/database";
import { newId } from "@loci/kit/ids";
import { migrate } from "@loci/kit/migrate";
import type { Kysely } from "kysely";
import type { Embedder } from "./embed/embedder.ts";
import { createIndexer, type IndexerOptions } from "./indexer.ts";
import type { IndexCache } from "./index-cache.ts";
import { recallMemories, type RecallParts } from "./recall.ts";
import type { MemoryStore } from "./tenants/memory-store.ts";
import { tenantMigrations } from "./tenants/migrations/index.ts";
import type { TenantTables } from "./tenants/schema.ts";
import { Transaction } from "./tenants/transaction.ts";

/** Enough of each step for the compiler to take notice; some 150 ms in all. */
const MEMORIES = 200;
const QUESTIONS = 30;
const WORDS = "the of and moved likes said window garden train coffee in monday yesterday Ada Bob project river meeting not any more".split(" ");

/**
 * Answers questions of its own from a store in memory, so that the first question of a fresh process is not answered by
 * code that nobody has compiled yet. The store and its index are gone when it ends.
 */
export async function warmUp(parts: Pick<RecallParts, "analyzer" | "queryVectors"> & { cache: IndexCache; embedder: Embedder }): Promise<void> {
  const { model, table } = parts.embedder;
  const file = openSqlite(":memory:");
  const db = kyselyOf<TenantTables>(file);
  await migrate(db as unknown as Kysely<unknown>, tenantMigrations, "The store for warming up");
  // Without the table: a second copy of its words would stay for nothing.
  await fill(db, { model, table: null });
  const store: MemoryStore = {
    name: "warm-up",
    read: (work) => work(db),
    write: () => Promise.reject(new Error("nothing is written while warming up")),
  };
  for (let at = 0; at < QUESTIONS; at++) {
    // Each group is met cold, as the first questions of a process are.
    const group = `g${at % GROUPS}`;
    // An endpoint is not asked what nobody wants to know.
    const channels = table === null ? "text" : "both";
    await recallMemories({ ...parts, store, bound: null, now: new Date() }, { query: `Where did ${toText(at, 6)}?`, group, limit: 10, channels });
  }
  parts.cache.drop(store.name);
  file.close();
}

const GROUPS = 10;

async function fill(db: Kysely<TenantTables>, indexer: IndexerOptions): Promise<void> {
  const operation = { id: newId("op") };
  const transaction = await Transaction.open(db, createIndexer(indexer), new Date(), () => undefined, () => true);
  const commands = Array.from({ length: MEMORIES }, (_, at) => ({
    verb: "store" as const,
    input: { content: `${toText(at, 20)} ${at}.`, group: `g${at % GROUPS}`, session: `s${at % 30}`, speaker: at % 2 ? "Ada" : "Bob" },
  }));
  await transaction.run({ kind: "commands", commands, operation, bound: null, each: true });
  await transaction.finish();
}

const toText = (seed: number, words: number): string =>
  Array.from({ length: words }, (_, at) => WORDS[(seed * 7 + at * at * 3 + at) % WORDS.length]).join(" ");
