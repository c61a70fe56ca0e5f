import type { Engine, Workspace } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Control } from "../control/database.ts";
import type { Actor } from "../policy/actor.ts";

interface Parts {
  engine: Engine;
  control: Control;
  now: Clock;
  log: Log;
}

/** Live and test keys of a workspace have a store each. */
export const storeIdOf = ({ workspace_id, mode }: Pick<Actor, "workspace_id" | "mode">): string => (mode === "test" ? `${workspace_id}_test` : workspace_id);

/**
 * Opens the store that a key is bound to, and makes it at its first use: who creates workspaces beside a running
 * server (the admin command) has no engine. A store that was made once and is not there is reported, never made anew.
 */
export function openWorkspaces(parts: Parts): (actor: Actor) => Promise<Workspace> {
  const made = new Set<string>();
  return async (actor) => {
    const id = storeIdOf(actor);
    if (!made.has(id)) {
      await makeOnce(parts, id);
      made.add(id);
    }
    return openMade(parts, id, actor.group);
  };
}

async function makeOnce({ engine, control, now }: Parts, id: string): Promise<void> {
  const { db } = control;
  const known = await db.selectFrom("stores").select("id").where("id", "=", id).executeTakeFirst();
  if (known) return;
  await engine.createStore(id);
  await db.insertInto("stores").values({ id, created_at: now().toISOString() }).onConflict((conflict) => conflict.doNothing()).execute();
}

async function openMade({ engine, log }: Parts, id: string, group: string | null): Promise<Workspace> {
  try {
    return await engine.open(id, group === null ? {} : { group });
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "not_found") throw cause;
    log.error({ store: id }, "the store of a workspace is missing from DATA_DIR: restore it from a backup");
    throw new AppError("unavailable", "The memories of this workspace cannot be reached. The operator finds the reason in the server's log.", { cause });
  }
}
