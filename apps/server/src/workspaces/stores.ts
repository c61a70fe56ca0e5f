import type { Engine, Workspace } from "@loci/engine";
import type { Actor } from "../keys/scopes.ts";

/** Live and test keys of a workspace have a store each. */
const storeIdOf = ({ workspace_id, mode }: Pick<Actor, "workspace_id" | "mode">): string => (mode === "test" ? `${workspace_id}_test` : workspace_id);

/**
 * Opens the store that a key is bound to, and makes it at its first use: who creates workspaces beside a running
 * server (the admin command) has no engine.
 */
export function openWorkspaces(engine: Engine): (actor: Actor) => Promise<Workspace> {
  const made = new Set<string>();
  return async (actor) => {
    const id = storeIdOf(actor);
    if (!made.has(id)) {
      await engine.createStore(id);
      made.add(id);
    }
    return engine.open(id, actor.group === null ? {} : { group: actor.group });
  };
}
