import type { Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM, type Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import { toUniqueSlug } from "./slug.ts";

const NAME_CHARS_MAX = 100;

/**
 * Gives a new account its personal workspace, in the transaction that makes the account. A second time changes nothing.
 * Its memory store is made at first use. Answers with the workspace's id.
 */
export function createPersonalWorkspace(
  { control, now }: { control: Control; now: Clock },
  user: { id: string; name: string; email: string },
  origin: Origin = { ...SYSTEM, actor: user.id },
): Promise<string> {
  return control.transaction(async () => {
    const { db } = control;
    const own = user.name.trim().slice(0, NAME_CHARS_MAX);
    const name = own === "" ? "Personal" : own;
    const row = { id: newId("wsp"), slug: toUniqueSlug(name), name, created_at: now().toISOString(), kind: "personal" as const, personal_user_id: user.id, plan: null, delete_after: null, deleting_at: null };
    const made = await db.insertInto("workspaces").values(row)
      .onConflict((conflict) => conflict.column("personal_user_id").where("personal_user_id", "is not", null).doNothing()).returning("id").executeTakeFirst();
    if (made === undefined) return findPersonalWorkspace(control, user.id);
    await db.insertInto("members").values({ workspace_id: row.id, user_id: user.id, role: "owner", created_at: row.created_at }).execute();
    await appendAudit({ control, now }, origin, { chain: row.id, action: "workspace.created", target: row.id, details: { kind: "personal" } });
    return row.id;
  });
}

async function findPersonalWorkspace({ db }: Control, userId: string): Promise<string> {
  const { id } = await db.selectFrom("workspaces").select("id").where("personal_user_id", "=", userId).executeTakeFirstOrThrow();
  return id;
}
