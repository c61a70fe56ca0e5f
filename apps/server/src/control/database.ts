import { mkdirSync } from "node:fs";
import path from "node:path";
import { kyselyOf, openSqlite } from "@loci/kit/database";
import { migrate } from "@loci/kit/migrate";
import type { Kysely } from "kysely";
import { controlMigrations } from "./migrations/index.ts";
import type { ControlTables } from "./tables.ts";

/** The control database: workspaces and keys. Whoever opened it closes it. */
export interface Control {
  db: Kysely<ControlTables>;
  /** Another number than before means that another process has committed a change. */
  readForeignVersion(): number;
  close(): void;
}

export async function openControl(dataDir: string): Promise<Control> {
  // Only the account that runs Loci has business in the folder of everybody's memories.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = openSqlite(path.join(dataDir, "control.db"));
  const db = kyselyOf<ControlTables>(file);
  try {
    await migrate(db as Kysely<unknown>, controlMigrations, "The control database");
  } catch (error) {
    file.close();
    throw error;
  }
  const version = file.raw.prepare("pragma data_version");
  return {
    db,
    readForeignVersion: () => Number(version.get()?.["data_version"]),
    close: () => {
      if (file.raw.isOpen) file.close();
    },
  };
}
