import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { createWorkspace, getWorkspace, listWorkspaces } from "../workspaces/service.ts";
import { openControl } from "./database.ts";

const now = () => new Date("2026-11-21T12:00:00Z");

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-control-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "data");
}

test("a new data folder is open to its owner alone, and what is written is there when it is opened again", async () => {
  const folder = newFolder();
  const first = await openControl(folder);
  const { id } = await createWorkspace({ control: first, now }, "acme");
  first.close();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(path.join(folder, "control.db")).mode & 0o777).toBe(0o600);
  const second = await openControl(folder);
  for (const name of ["control.db-wal", "control.db-shm"]) expect(statSync(path.join(folder, name)).mode & 0o777, name).toBe(0o600);
  expect(await getWorkspace(second.db, "acme")).toMatchObject({ id, slug: "acme", name: "acme", kind: "team", created_at: "2026-11-21T12:00:00.000Z" });
  second.close();
});

test("a data folder that is a file, or lies in one, is told in words", async () => {
  const file = newFolder();
  writeFileSync(file, "");
  await expect(openControl(file)).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("is a file") });
  await expect(openControl(path.join(file, "data"))).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("leads through a file") });
});

test("a database of a newer Loci is refused and left as it is", async () => {
  const folder = newFolder();
  const control = await openControl(folder);
  await sql`insert into migrations (name, applied_at) values ('9999_from_the_future', '')`.execute(control.db);
  control.close();
  await expect(openControl(folder)).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("9999_from_the_future") });
});

test("the version changes with what anybody commits", async () => {
  const folder = newFolder();
  const [ours, theirs] = [await openControl(folder), await openControl(folder)];
  const before = ours.readVersion();
  expect(ours.readVersion()).toBe(before);
  await createWorkspace({ control: ours, now }, "ours");
  const between = ours.readVersion();
  expect(between).not.toBe(before);
  await createWorkspace({ control: theirs, now }, "theirs");
  expect(ours.readVersion()).not.toBe(between);
  ours.close();
  theirs.close();
});

test("what runs inside a transaction joins it, commits or fails with it, and waits for nothing", async () => {
  const control = await openControl(newFolder());
  const done: string[] = [];
  const create = (name: string) => control.transaction(async () => {
    control.afterCommit(() => done.push(name));
    return createWorkspace({ control, now }, name);
  });
  await control.transaction(async () => {
    await create("one");
    await control.transaction(() => create("two"));
    expect(done).toEqual([]);
    expect(await listWorkspaces(control.reads)).toHaveLength(0);
  });
  expect(done).toEqual(["one", "two"]);
  const failing = control.transaction(async () => {
    await create("three");
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(done).toEqual(["one", "two"]);
  expect((await listWorkspaces(control.reads)).map(({ slug }) => slug)).toEqual(["one", "two"]);
  control.close();
});

test("what a transaction started and left behind is outside again", async () => {
  const control = await openControl(newFolder());
  let late: Promise<unknown> = Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  await control.transaction(async () => {
    late = promise.then(() => createWorkspace({ control, now }, "late"));
  });
  resolve();
  await late;
  expect(await listWorkspaces(control.reads)).toHaveLength(1);
  control.close();
});

test("a key of a workspace that is not there cannot be written", async () => {
  const control = await openControl(newFolder());
  const key = { id: "key_1", workspace_id: "wsp_none", name: "", mode: "live" as const, handle: "a", secret_hash: "", scopes: "[]", group_name: null, created_at: "", expires_at: null, revoked_at: null, last_used_at: null };
  await expect(control.db.insertInto("keys").values(key).execute()).rejects.toThrow(/FOREIGN KEY/);
  control.close();
});

test("a workspace is found by id and by slug, and a slug is given once", async () => {
  const control = await openControl(newFolder());
  const { id } = await createWorkspace({ control, now }, "twin");
  await expect(createWorkspace({ control, now }, "twin")).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining(id) });
  expect(await getWorkspace(control.db, id)).toMatchObject({ id });
  expect(await getWorkspace(control.db, "twin")).toMatchObject({ id });
  await expect(getWorkspace(control.db, "nobody")).rejects.toMatchObject({ code: "not_found" });
  expect(await listWorkspaces(control.db)).toHaveLength(1);
  control.close();
});
