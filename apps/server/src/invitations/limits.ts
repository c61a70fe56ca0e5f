import { HOUR_MS, MINUTE_MS, SECOND_MS, type Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";

/** How many invitations of a workspace may be open at a time. */
const OPEN_MAX = 200;

/** How many may be made: each is a mail to somebody who did not ask for it. */
const PACES = [
  { of: "address", max: 3, withinMs: 10 * MINUTE_MS, words: "This address was invited 3 times within ten minutes." },
  { of: "workspace", max: 50, withinMs: HOUR_MS, words: "This workspace sent 50 invitations within an hour." },
  { of: "inviter", max: 50, withinMs: HOUR_MS, words: "You sent 50 invitations within an hour." },
] as const;

interface Wanted {
  workspace_id: string;
  email: string;
  invited_by: string;
}

/** Throws unless one more invitation may be made. The rows themselves are what is counted, so a restart forgets nothing. */
export async function requirePace({ control, now }: { control: Control; now: Clock }, { workspace_id, email, invited_by }: Wanted): Promise<void> {
  for (const { of, max, withinMs, words } of PACES) {
    const since = new Date(now().getTime() - withinMs).toISOString();
    let query = control.db.selectFrom("invitations").select("created_at").where("created_at", ">", since);
    if (of === "inviter") query = query.where("invited_by", "=", invited_by);
    else query = query.where("workspace_id", "=", workspace_id);
    if (of === "address") query = query.where("email", "=", email);
    // The one that must grow old before there is room again.
    const full = await query.orderBy("created_at", "desc").offset(max - 1).limit(1).executeTakeFirst();
    if (full === undefined) continue;
    const retry_after = Math.ceil((Date.parse(full.created_at) + withinMs - now().getTime()) / SECOND_MS);
    throw new AppError("rate_limited", `${words} Wait before you send more.`, { retry_after, details: { reason: "too_many_invitations", per: of } });
  }
}

export async function requireFewOpen({ control: { db }, now }: { control: Control; now: Clock }, workspaceId: string): Promise<void> {
  const open = await countOpen(db, workspaceId, now());
  if (open < OPEN_MAX) return;
  throw new AppError("conflict", `${open} invitations of this workspace are open. Revoke some first.`, { details: { reason: "too_many_invitations", limit: OPEN_MAX } });
}

/** Members and open invitations: what the seats of a plan hold. */
export async function countSeats({ control: { db }, now }: { control: Control; now: Clock }, workspaceId: string): Promise<number> {
  const { count } = await db.selectFrom("members").select(({ fn }) => fn.countAll<number>().as("count")).where("workspace_id", "=", workspaceId).executeTakeFirstOrThrow();
  return count + (await countOpen(db, workspaceId, now()));
}

async function countOpen(db: Control["db"], workspaceId: string, now: Date): Promise<number> {
  const { count } = await db.selectFrom("invitations").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("workspace_id", "=", workspaceId).where("accepted_at", "is", null).where("revoked_at", "is", null).where("expires_at", ">", now.toISOString()).executeTakeFirstOrThrow();
  return count;
}
