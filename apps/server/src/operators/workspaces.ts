import { AppError } from "@loci/kit/errors";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import { suggest } from "../http/parse.ts";
import { handOver } from "../members/service.ts";
import type { Catalogue } from "../plans/catalogue.ts";
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

/** Gives a workspace a plan of its own; `null` gives it the instance's default again. What it has already is not written down again. */
export function changePlan(desk: OperatorDesk & { plans: Catalogue }, origin: Origin, idOrSlug: string, plan: string | null): Promise<WorkspaceRecord> {
  const { control, plans } = desk;
  return control.transaction(async () => {
    const workspace = await getWorkspace(control.db, idOrSlug);
    const { id, plan: from } = workspace;
    if (workspace.deleting_at !== null) throw new AppError("conflict", "This workspace is being erased; nothing about it can be changed any more.");
    requirePlan(plans, plan);
    if (plan === from) return workspace;
    await control.db.updateTable("workspaces").set({ plan }).where("id", "=", id).execute();
    for (const chain of ["instance", id]) await appendAudit(desk, origin, { chain, action: "workspace.plan_changed", target: id, details: { from, to: plan } });
    return { ...workspace, plan };
  });
}

function requirePlan({ plans, file }: Catalogue, plan: string | null): void {
  if (plan === null || plans.has(plan)) return;
  const names = [...plans.keys()];
  throw new AppError("invalid_request", `"${plan}" is no plan of ${file}, which has ${names.join(", ")}.${suggest(plan, names)}`, { param: "plan" });
}
