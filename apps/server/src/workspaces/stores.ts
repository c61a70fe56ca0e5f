import type { Engine, Workspace } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import type { Control } from "../control/database.ts";
import type { Actor, KeyMode } from "../policy/actor.ts";

interface Parts {
  engine: Engine;
  control: Control;
  now: Clock;
  log: Log;
}

/** Live and test keys of a workspace have a store each. */
const MODES: readonly KeyMode[] = ["live", "test"];
type Owner = Pick<Actor, "workspace_id" | "mode">;
const storeIdOf = ({ workspace_id, mode }: Owner): string => (mode === "test" ? `${workspace_id}_test` : workspace_id);

/**
 * The memory stores of the workspaces. Each is made at its first use: who creates workspaces beside a running server
 * (the admin command) has no engine. A store that was made once and is not there is reported, never made anew.
 */
export class WorkspaceStores {
  private readonly parts: Parts;
  private readonly made = new Set<string>();
  private readonly making = new Map<string, Promise<void>>();

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /** Opens the store that a caller is bound to. */
  async open(actor: Pick<Actor, "workspace_id" | "mode" | "group">): Promise<Workspace> {
    const id = storeIdOf(actor);
    if (!this.made.has(id)) await this.makeOnce(id, actor.workspace_id);
    return this.openMade(id, actor);
  }

  /** The whole store of a workspace, or `null` where it was never used. */
  async find(owner: Owner): Promise<Workspace | null> {
    return (await this.isMade(storeIdOf(owner))) ? this.openMade(storeIdOf(owner), { ...owner, group: null }) : null;
  }

  /** Removes the stores of a workspace that is being deleted, with every byte. May be repeated, and where none is left. */
  async erase(workspaceId: string): Promise<void> {
    const { engine, control } = this.parts;
    for (const mode of MODES) {
      const id = storeIdOf({ workspace_id: workspaceId, mode });
      // Whoever asks from here on finds that the workspace is being deleted; who asked before is waited for.
      await this.making.get(id)?.catch(() => undefined);
      this.made.delete(id);
      await engine.deleteStore(id);
      await control.db.deleteFrom("stores").where("id", "=", id).execute();
    }
  }

  private makeOnce(id: string, workspaceId: string): Promise<void> {
    const underWay = this.making.get(id);
    if (underWay !== undefined) return underWay;
    const making = this.make(id, workspaceId).finally(() => this.making.delete(id));
    this.making.set(id, making);
    return making;
  }

  private async make(id: string, workspaceId: string): Promise<void> {
    const { engine, control, now } = this.parts;
    if (!(await this.isThere(workspaceId))) throw notFound("workspace");
    if (!(await this.isMade(id))) {
      await engine.createStore(id);
      await control.db.insertInto("stores").values({ id, created_at: now().toISOString() }).onConflict((conflict) => conflict.doNothing()).execute();
    }
    this.made.add(id);
  }

  private async openMade(id: string, { workspace_id, group }: Pick<Actor, "workspace_id" | "group">): Promise<Workspace> {
    const { engine, log } = this.parts;
    try {
      return await engine.open(id, group === null ? {} : { group });
    } catch (cause) {
      if (!(cause instanceof AppError) || cause.code !== "not_found") throw cause;
      if (!(await this.isThere(workspace_id))) throw notFound("workspace");
      log.error({ store: id }, "the store of a workspace is missing from DATA_DIR: restore it from a backup");
      throw new AppError("unavailable", "The memories of this workspace cannot be reached. The operator finds the reason in the server's log.", { cause });
    }
  }

  private async isMade(id: string): Promise<boolean> {
    return (await this.parts.control.db.selectFrom("stores").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
  }

  /** Whether there is such a workspace, and it is not being erased. */
  private async isThere(workspaceId: string): Promise<boolean> {
    const row = await this.parts.control.db.selectFrom("workspaces").select("deleting_at").where("id", "=", workspaceId).executeTakeFirst();
    return row?.deleting_at === null;
  }
}
