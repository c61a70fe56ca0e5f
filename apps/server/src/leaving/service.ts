import { DAY_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import { beginErasingAccount, ERASE_ACCOUNT } from "./erase-account.ts";
import { listOwnedTeams } from "./owned-workspaces.ts";

export interface LeavingParts extends Pick<Parts, "control" | "now" | "outbox"> {
  config: Pick<Parts["config"], "publicUrl">;
  jobs: JobQueue;
}

/** The grace in which the deletion of an account can be undone. */
export const ACCOUNT_GRACE_MS = 30 * DAY_MS;

interface Asking {
  person: Pick<Person, "user_id" | "session_id" | "email">;
  origin: Origin;
}

export interface AccountDeletion {
  delete_after: string;
  erasing: boolean;
}

interface DeletionTerms {
  atOnce: boolean;
  /** Whether teams with nobody else in them go along, instead of being in the way like the others. */
  takesLoneTeams?: boolean;
}

/** Deletes an account: it is erased in 30 days, or at once. Asked again, it changes nothing, but may come sooner. */
export function deleteAccount(parts: LeavingParts, { person, origin }: Asking, { atOnce, takesLoneTeams = false }: DeletionTerms): Promise<AccountDeletion> {
  const { control, now, jobs } = parts;
  const { user_id } = person;
  return control.transaction(async () => {
    const { db } = control;
    await requireNoTeams(parts, user_id, takesLoneTeams);
    const { delete_after: before } = await db.selectFrom("users").select("delete_after").where("id", "=", user_id).executeTakeFirstOrThrow();
    if (before !== null && !atOnce) return { delete_after: before, erasing: false };
    const delete_after = new Date(now().getTime() + (atOnce ? 0 : ACCOUNT_GRACE_MS)).toISOString();
    await db.updateTable("users").set({ delete_after }).where("id", "=", user_id).execute();
    await db.updateTable("workspaces").set({ delete_after }).where("personal_user_id", "=", user_id).execute();
    await appendAudit(parts, origin, { chain: user_id, action: "account.deletion_requested", target: user_id, details: { delete_after, at_once: atOnce } });
    if (atOnce) {
      await beginErasingAccount(parts, user_id);
      await jobs.enqueue(ERASE_ACCOUNT, { user_id }, { uniqueKey: user_id });
    } else await announce(parts, person, delete_after);
    return { delete_after, erasing: atOnce };
  });
}

/** Ends the other sessions, whoever has them, and tells the person by mail. */
async function announce({ control, outbox, config }: LeavingParts, { user_id, session_id, email }: Asking["person"], deleteAfter: string): Promise<void> {
  await control.db.deleteFrom("sessions").where("user_id", "=", user_id).where("id", "!=", session_id).execute();
  // The start page of who is signed in offers to undo it.
  await outbox.put({ to: email, template: "account_deletion", delete_after: `${deleteAfter.slice(0, 10)} (UTC)`, undo_url: `${config.publicUrl}/sign-in` });
}

/** Teams outlive who made them: they are handed over or deleted first, by people and not by a date. */
async function requireNoTeams({ control }: LeavingParts, userId: string, takesLoneTeams: boolean): Promise<void> {
  const workspaces = (await listOwnedTeams(control.db, userId)).filter(({ other_members }) => other_members > 0 || !takesLoneTeams);
  if (workspaces.length === 0) return;
  const names = workspaces.map(({ slug }) => slug).join(", ");
  throw new AppError("conflict", `You own workspaces that others may need: ${names}. Hand each to another member, POST /v1/workspaces/{workspace}/transfer, or delete it, then delete the account.`, {
    details: { reason: "owns_workspaces", workspaces },
  });
}

/** Undoes a deletion within its grace. An account that nobody deletes stays as it is. */
export function restoreAccount({ control, now }: Pick<LeavingParts, "control" | "now">, { person: { user_id }, origin }: Asking): Promise<void> {
  return control.transaction(async () => {
    const { db } = control;
    const user = await db.selectFrom("users").select("delete_after").where("id", "=", user_id).executeTakeFirst();
    if (user?.delete_after === null) return;
    if (user === undefined || user.delete_after <= now().toISOString()) throw new AppError("conflict", "The 30 days are over: this account is about to be erased.", { details: { reason: "grace_over" } });
    await db.updateTable("users").set({ delete_after: null }).where("id", "=", user_id).execute();
    await db.updateTable("workspaces").set({ delete_after: null }).where("personal_user_id", "=", user_id).execute();
    await appendAudit({ control, now }, origin, { chain: user_id, action: "account.deletion_undone", target: user_id });
  });
}
