import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kyselyOf, openSqlite } from "@loci/kit/database";
import { newId } from "@loci/kit/ids";
import { migrate } from "@loci/kit/migrate";
import { expect, onTestFinished, test } from "vitest";
import { createIndexer } from "../indexer.ts";
import { tenantMigrations } from "./migrations/index.ts";
import type { TenantTables } from "./schema.ts";
import { Transaction } from "./transaction.ts";

test("when the disk is full, SQLite gives up the whole transaction, and nothing that comes after it is kept alone", async () => {
  const dir = await mkdtemp(join(tmpdir(), "loci-full-"));
  const file = openSqlite(join(dir, "full.db"));
  onTestFinished(async () => {
    file.close();
    await rm(dir, { recursive: true });
  });
  const db = kyselyOf<TenantTables>(file);
  await migrate(db as never, tenantMigrations, "The test store");
  const pages = Number(file.raw.prepare("pragma page_count").get()?.["page_count"]);
  file.raw.exec(`pragma max_page_count = ${pages + 20}`);

  file.raw.exec("begin immediate");
  const reports: unknown[] = [];
  const transaction = await Transaction.open(db, createIndexer({ model: "none", table: null }), new Date(), (thrown) => reports.push(thrown), () => file.raw.isTransaction);
  const store = (content: string) => transaction.run({ kind: "commands", commands: [{ verb: "store", input: { content } }], operation: { id: newId("op") }, bound: null, each: false });
  expect(await store("small")).toMatchObject([{ ok: true }]);
  expect(await store("x".repeat(500_000))).toMatchObject([{ ok: false, error: { code: "internal" } }]);
  expect(file.raw.isTransaction).toBe(false);
  expect(await store("after")).toMatchObject([{ ok: false }]);
  expect(String(reports[0])).toContain("full");
  expect(await db.selectFrom("memories").select("id").execute()).toEqual([]);
});
