import { AppError, notFound } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";
import { planOf, type Catalogue } from "./catalogue.ts";

/** What is counted when it is made, by the words for one and for several. */
const NOUNS = { api_keys: ["API key", "API keys"], seats: ["seat", "seats"] } as const;

interface Parts {
  control: Control;
  plans: Catalogue;
}

interface Wanted {
  workspace_id: string;
  meter: keyof typeof NOUNS;
  /** How many there are; asked inside the transaction, and only when the plan has a limit that blocks. */
  count(): Promise<number>;
}

/**
 * Throws `quota_exceeded` when the workspace has as many as its plan holds. Call it in the transaction that makes one
 * more: until that commits, nobody else passes here for the same workspace.
 */
export async function requireRoom({ control, plans }: Parts, { workspace_id, meter, count }: Wanted): Promise<void> {
  // An update that changes nothing locks the row, on Postgres too: of two at once, the second counts what the first made.
  const workspace = await control.db.updateTable("workspaces").set(({ ref }) => ({ plan: ref("plan") })).where("id", "=", workspace_id).returning("plan").executeTakeFirst();
  if (workspace === undefined) throw notFound("workspace");
  const { name, title, limits } = planOf(plans, workspace);
  const rule = limits[meter];
  if (rule === null || rule.at_limit === "bill") return;
  const used = await count();
  if (used < rule.limit) return;
  const [one, several] = NOUNS[meter];
  const message = `The plan ${title} has ${rule.limit} ${rule.limit === 1 ? one : several}, and ${used === 1 ? "it is" : `${used} are`} in use. Take a larger plan, or end one first.`;
  throw new AppError("quota_exceeded", message, { details: { reason: "plan_limit", meter, plan: name, limit: rule.limit, used } });
}
