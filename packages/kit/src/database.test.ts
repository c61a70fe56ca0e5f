import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { kyselyOf, openSqlite } from "./database.ts";
import { migrate, type Migration } from "./migrate.ts";

async function openFile() {
  const dir = await mkdtemp(join(tmpdir(), "loci-kit-"));
  const path = join(dir, "test.db");
  const file = openSqlite(path);
  onTestFinished(async () => {
    file.close();
    await rm(dir, { recursive: true });
  });
  return { path, file, db: kyselyOf<{ notes: { id: number; text: string } }>(file) };
}

const createNotes: Migration = {
  name: "0001_create_notes",
  up: async (db) => {
    await sql`create table notes (id integer primary key, text text not null)`.execute(db);
  },
};

test("a commit is synced to the disk, and what is deleted leaves no bytes", async () => {
  const { file, path, db } = await openFile();
  expect(file.raw.prepare("pragma synchronous").get()).toEqual({ synchronous: 2 });
  await migrate(db as never, [createNotes], "The test store");
  await db.insertInto("notes").values({ id: 1, text: "canary".repeat(50) }).execute();
  file.raw.exec("pragma wal_checkpoint(truncate)");
  expect((await readFile(path)).includes("canary")).toBe(true);
  await db.deleteFrom("notes").execute();
  file.raw.exec("pragma wal_checkpoint(truncate)");
  expect((await readFile(path)).includes("canary")).toBe(false);
});

test("a transaction that fails leaves nothing, and the next one works", async () => {
  const { db } = await openFile();
  await migrate(db as never, [createNotes], "The test store");
  const failing = db.transaction().execute(async (tx) => {
    await tx.insertInto("notes").values({ id: 1, text: "x" }).execute();
    throw new Error("stop");
  });
  await expect(failing).rejects.toThrow("stop");
  await db.transaction().execute((tx) => tx.insertInto("notes").values({ id: 1, text: "y" }).execute());
  expect(await db.selectFrom("notes").selectAll().execute()).toEqual([{ id: 1, text: "y" }]);
});

test("transactions asked for at once run one after the other", async () => {
  const { db } = await openFile();
  await migrate(db as never, [createNotes], "The test store");
  const addNext = () => db.transaction().execute(async (tx) => {
    const { count } = await tx.selectFrom("notes").select((eb) => eb.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    await new Promise((resolve) => setImmediate(resolve));
    await tx.insertInto("notes").values({ id: count + 1, text: "x" }).execute();
  });
  await Promise.all(Array.from({ length: 10 }, addNext));
  expect(await db.selectFrom("notes").select("id").execute()).toHaveLength(10);
});

test("migrations run once each, in order, and a step that fails leaves nothing", async () => {
  const { db } = await openFile();
  const broken: Migration = { name: "0002_break", up: async (tx) => {
    await sql`create table half (id integer)`.execute(tx);
    throw new Error("stop");
  } };
  expect(await migrate(db as never, [createNotes], "The test store")).toEqual(["0001_create_notes"]);
  expect(await migrate(db as never, [createNotes], "The test store")).toEqual([]);
  await expect(migrate(db as never, [createNotes, broken], "The test store")).rejects.toThrow("stop");
  const { rows } = await sql`select name from sqlite_master where name = 'half'`.execute(db);
  expect(rows).toEqual([]);
});

test("a database of a newer program is refused, untouched, by name", async () => {
  const { db } = await openFile();
  await migrate(db as never, [createNotes, { name: "0099_from_the_future", up: async () => undefined }], "The test store");
  const older = migrate(db as never, [createNotes], "The test store");
  await expect(older).rejects.toThrow(expect.objectContaining({ code: "unavailable", message: expect.stringContaining("0099_from_the_future") }));
});
