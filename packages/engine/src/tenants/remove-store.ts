import { open, rm } from "node:fs/promises";
import { storePath } from "./sqlite-files.ts";

/** The database first: without it, nobody takes what is left for a store. */
const PARTS = ["", "-wal", "-shm", "-journal"];

/** Removes the files of a store that nobody has open, for good: after a power failure they are gone as well. */
export async function removeStore(dir: string, name: string): Promise<void> {
  for (const part of PARTS) await rm(`${storePath(dir, name)}${part}`, { force: true });
  // Windows opens no folders, and its file system keeps its own journal of names.
  if (process.platform !== "win32") await syncFolder(dir);
}

async function syncFolder(dir: string): Promise<void> {
  const folder = await open(dir);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
