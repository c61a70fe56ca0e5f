import { readFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@loci/kit/errors";
import type { z } from "zod";
import type { ControlDb } from "../control/database.ts";
import { readJson } from "../http/json.ts";
import { explain, formatPath, suggest } from "../http/parse.ts";
import { PlanFile, type Plan } from "./plan.ts";

/** The file that is read unless PLANS_FILE names another. */
export const OWN_PLANS_FILE = path.join(import.meta.dirname, "../../../../plans.json");

/** The plans of this instance, as its operator wrote them. */
export interface Catalogue {
  /** Where it was read. */
  file: string;
  plans: ReadonlyMap<string, Plan>;
  /** The plan of workspaces that have none of their own. */
  fallback: string;
}

export interface NamedPlan extends Plan {
  name: string;
}

/** Reads a file of plans; `faults` names everything that is wrong with it, a line each. */
export function readCatalogue(file: string, fallback: string): { catalogue: Catalogue; faults: string[] } {
  const plans = new Map<string, Plan>();
  const catalogue = { file, plans, fallback };
  const shown = path.relative(process.cwd(), file).startsWith("..") ? file : path.relative(process.cwd(), file);
  let sent: unknown;
  try {
    sent = readJson(readFileSync(file, "utf8"));
  } catch (error) {
    const words = error instanceof AppError ? error.message.replace("The body is", "is") : "cannot be read. Is it there? PLANS_FILE names it.";
    return { catalogue, faults: [`${shown} ${words}`] };
  }
  const parsed = PlanFile.safeParse(sent, { error: explain });
  if (!parsed.success) return { catalogue, faults: parsed.error.issues.flatMap(toFaults).map((fault) => `${shown}: ${fault}`) };
  for (const [name, plan] of Object.entries(parsed.data.plans)) plans.set(name, plan);
  if (plans.has(fallback)) return { catalogue, faults: [] };
  const names = [...plans.keys()];
  return { catalogue, faults: [`DEFAULT_PLAN=${fallback} is no plan of ${shown}, which has ${names.join(", ")}.${suggest(fallback, names)}`] };
}

function toFaults(issue: z.core.$ZodIssue): string[] {
  if (issue.code !== "unrecognized_keys") return [`${formatPath(issue.path)} ${issue.message}`];
  return issue.keys.map((key, at) => `${formatPath([...issue.path, key])} ${issue.message.split("\n")[at] ?? "is not a field here."}`);
}

/** The plan that a workspace has: its own, or the instance's default. */
export function planOf({ plans, fallback }: Catalogue, { plan: own }: { plan: string | null }): NamedPlan {
  const name = own ?? fallback;
  const plan = plans.get(name);
  if (plan === undefined) throw new AppError("unavailable", "The plan of this workspace is unknown here. The operator finds the reason in the file of plans.", { details: { plan: name } });
  return { name, ...plan };
}

/** Refuses to start with a file of plans that lacks one which a workspace has. */
export async function requireKnownPlans(db: ControlDb, { plans, file }: Catalogue): Promise<void> {
  const used = await db.selectFrom("workspaces").select(["plan", ({ fn }) => fn.countAll<number>().as("workspaces")]).where("plan", "is not", null).groupBy("plan").execute();
  const lost = used.filter(({ plan }) => plan !== null && !plans.has(plan));
  if (lost.length === 0) return;
  const shown = lost.map(({ plan, workspaces }) => `${plan} (${workspaces})`).join(", ");
  throw new AppError("unavailable", `Workspaces have plans that ${file} does not hold: ${shown}. Put them back into the file; plans that nobody shall choose any more have "offered": false.`);
}
