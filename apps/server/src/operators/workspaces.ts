import { AppError } from "@loci/kit/errors";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import { handOver } from "../members/service.ts";
import { getWorkspace, type WorkspaceRecord } from "../workspaces/service.ts";
import type { OperatorDesk } from "./service.ts";

/**
 * Hands a team to one of its members, for an owner who cannot be reached. One that waits for its deletion is handed over
 * too: whoever took the owner's account over may have asked for that, and only an owner undoes it.
 */
export function transferTeam(desk: OperatorDesk, origin: Origin, idOrSlug: string, userId: string): Promise<{ workspace: WorkspaceRecord; from: string | null }> {
  const { control } = desk;
  return control.transaction(async () => {
    const workspace = await getWorkspace(control.db, idOrSlug);
    if (workspace.deleting_at !== null) throw new AppError("conflict", "This workspace is being erased; nothing about it can be changed any more.");
    const from = await handOver(desk, origin, workspace, userId);
    await appendAudit(desk, origin, { chain: "instance", action: "workspace.transferred", target: workspace.id, details: { from, to: userId } });
    return { workspace, from };
  });
}
