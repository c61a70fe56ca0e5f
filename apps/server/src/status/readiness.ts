import { statfs } from "node:fs/promises";
import type { Engine } from "@loci/engine";
import { SECOND_MS } from "@loci/kit/clock";
import type { Control } from "../control/database.ts";
import { controlMigrations } from "../control/migrations/index.ts";
import { sql } from "kysely";

const FREE_SHARE_MIN = 0.05;
const CHECK_TIME_MAX_MS = SECOND_MS;

const CHECKS = ["running", "database", "migrations", "disk", "engine"] as const;
type CheckName = (typeof CHECKS)[number];

export interface Readiness {
  ready: boolean;
  checks: Record<CheckName, "ok" | "failed">;
  embedding: { model: string; waiting: number; done: number };
}

export interface Vitals {
  control: Control;
  engine: Engine;
  dataDir: string;
  /** True from the first signal to stop. */
  isStopping(): boolean;
}

/** Whether requests should be sent here, part by part; each part has a second to answer. */
export async function readReadiness({ control, engine, dataDir, isStopping }: Vitals): Promise<Readiness> {
  const { writable, embedding } = engine.status();
  const [database, migrations, disk] = await Promise.all([
    passes(async () => (await sql`select 1`.execute(control.db)).rows.length === 1),
    passes(async () => (await sql`select name from migrations`.execute(control.db)).rows.length === controlMigrations.length),
    passes(async () => {
      const { bavail, blocks } = await statfs(dataDir);
      return bavail / blocks >= FREE_SHARE_MIN;
    }),
  ]);
  const passed: Record<CheckName, boolean> = { running: !isStopping(), database, migrations, disk, engine: writable };
  const checks = Object.fromEntries(CHECKS.map((name) => [name, passed[name] ? "ok" : "failed"])) as Readiness["checks"];
  return { ready: CHECKS.every((name) => passed[name]), checks, embedding };
}

async function passes(check: () => Promise<boolean>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), CHECK_TIME_MAX_MS);
  try {
    return await Promise.race([check(), promise]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
