import type { Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { deletePending } from "../accounts/credentials.ts";
import type { Digest } from "../accounts/digests.ts";
import { mintResetLink } from "../accounts/links.ts";
import type { Newcomers } from "../accounts/newcomers.ts";
import { endSessions } from "../accounts/sessions.ts";
import { appendAudit } from "../audit/append.ts";
import type { AuditAction } from "../audit/actions.ts";
import type { Origin } from "../audit/origin.ts";
import { signOutApps } from "../connections/revoke.ts";
import type { Control, ControlDb } from "../control/database.ts";
import { listOwnedTeams } from "../leaving/owned-workspaces.ts";
import { deleteAccount, type AccountDeletion, type LeavingParts } from "../leaving/service.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Person } from "../policy/actor.ts";
import { getAccount, type AccountRecord } from "./accounts.ts";

export interface OperatorDesk {
  control: Control;
  now: Clock;
}

/** Who steers an account: an operator over HTTP, or whoever has a terminal on the machine. */
interface Steering {
  origin: Origin;
  /** `null` at the command line. */
  person: Person | null;
}

export interface AccountChange {
  operator?: boolean | undefined;
  disabled?: boolean | undefined;
}

/** Names an operator or takes that back, shuts an account or opens it again. What is so already stays, and is not written down again. */
export function changeAccount(desk: OperatorDesk, { origin, person }: Steering, id: string, { operator, disabled }: AccountChange): Promise<AccountRecord> {
  const { control } = desk;
  return control.transaction(async () => {
    if (person !== null) await requireOperator(control.db, person);
    const account = await getSteerable(control.db, id);
    if (operator !== undefined && operator !== account.operator) {
      if (!operator) await requireAnotherOperator(control.db, id);
      await control.db.updateTable("users").set({ operator: operator ? 1 : 0 }).where("id", "=", id).execute();
      await note(desk, origin, operator ? "account.operator_granted" : "account.operator_revoked", id);
    }
    if (disabled !== undefined && disabled !== (account.disabled_at !== null)) {
      // Whoever is at the machine can undo it there, and may have to shut out an operator whose account was taken over.
      if (disabled && person !== null) await requireAnotherOperator(control.db, id);
      await setDisabled(desk, origin, id, disabled);
    }
    return getAccount(control.db, id);
  });
}

/** From now on nobody signs in to it; its sessions and those of its apps end, and so do links to a new password and sign-ins that wait for a second factor. */
async function setDisabled(desk: OperatorDesk, origin: Origin, id: string, disabled: boolean): Promise<void> {
  const { control: { db }, now } = desk;
  await db.updateTable("users").set({ disabled_at: disabled ? now().toISOString() : null }).where("id", "=", id).execute();
  await note(desk, origin, disabled ? "account.disabled" : "account.enabled", id);
  if (!disabled) return;
  await deletePending(db, id);
  await signOutApps(desk, id, "account_disabled");
  await endSessions(desk, toQuiet(origin), { user_id: id, keep: null });
}

/** For who lost the app and the recovery codes: it is asked for no more, and whoever is signed in is not any more. Its owner is told by mail. */
export function removeSecondFactor(desk: OperatorDesk & { outbox: Outbox }, origin: Origin, id: string): Promise<AccountRecord> {
  const { control, outbox } = desk;
  return control.transaction(async () => {
    const { db } = control;
    const { email, second_factor } = await getSteerable(db, id);
    if (!second_factor) throw new AppError("conflict", "This account has no second factor.", { details: { reason: "no_second_factor" } });
    for (const table of ["two_factors", "spent_totp_codes"] as const) await db.deleteFrom(table).where("user_id", "=", id).execute();
    await db.updateTable("users").set({ two_factor_enabled: 0 }).where("id", "=", id).execute();
    await note(desk, origin, "account.second_factor_disabled", id);
    await deletePending(db, id);
    await endSessions(desk, toQuiet(origin), { user_id: id, keep: null });
    await outbox.put({ to: email, template: "second_factor_changed", change: "Whoever runs this server took your second factor away: signing in asks for no code any more. All your sessions have ended." });
    return getAccount(control.db, id);
  });
}

interface LinkDesk extends OperatorDesk {
  digest: Digest;
  publicUrl: string;
}

interface ResetLink {
  url: string;
  expires_at: string;
}

/** Makes an account whose address somebody vouches for, and the link by which its owner sets a password. SIGNUP binds those who sign up themselves. */
export function createAccount(desk: LinkDesk & { newcomers: Newcomers }, origin: Origin, { email, name }: { email: string; name: string }): Promise<AccountRecord & { link: ResetLink }> {
  const { control, newcomers } = desk;
  return control.transaction(async () => {
    const id = await newcomers.create({ email, name, passwordHash: null }, origin);
    await appendAudit(desk, origin, { chain: "instance", action: "account.created", target: id });
    const link = await createResetLink(desk, origin, id);
    return { ...(await getAccount(control.db, id)), link };
  });
}

/** Makes a link that sets a new password, for where no mail is sent; it works once, for an hour. */
export function createResetLink(desk: LinkDesk, origin: Origin, id: string): Promise<ResetLink> {
  const { control } = desk;
  return control.transaction(async () => {
    const { state } = await getSteerable(control.db, id);
    if (state === "disabled") throw new AppError("conflict", "This account is disabled, so a new password opens nothing. Enable it first.");
    const link = await mintResetLink(desk, id);
    await note(desk, origin, "account.reset_link_created", id);
    return link;
  });
}

/** Has an account erased at once, as its owner could. Teams in which others are must have another owner first; those without anybody else go along. */
export function eraseAccountNow(parts: LeavingParts, origin: Origin, id: string): Promise<AccountDeletion> {
  const { control } = parts;
  return control.transaction(async () => {
    const { email } = await requireErasable(control.db, id);
    const deletion = await deleteAccount(parts, { person: { user_id: id, session_id: "", email }, origin: toQuiet(origin) }, { atOnce: true, takesLoneTeams: true });
    await appendAudit(parts, origin, { chain: "instance", action: "account.deletion_requested", target: id, details: { at_once: true } });
    return deletion;
  });
}

/** Throws for an account that is being erased, or whose owner has to hand teams over first. */
export async function requireErasable(db: ControlDb, id: string): Promise<AccountRecord> {
  const account = await getSteerable(db, id);
  const shared = (await listOwnedTeams(db, id)).filter(({ other_members }) => other_members > 0);
  if (shared.length === 0) return account;
  const teams = shared.map(({ slug, other_members }) => `${slug} (${other_members})`).join(", ");
  throw new AppError("conflict", `This account owns teams with other members: ${teams}. Its owner hands each to one of them first, POST /v1/workspaces/{workspace}/transfer, or deletes it.`, {
    details: { reason: "owns_workspaces", workspaces: shared },
  });
}

/** Whether anybody operates the instance. */
export const hasOperator = async (db: ControlDb): Promise<boolean> => (await queryOperators(db).executeTakeFirst()) !== undefined;

export async function isLastOperator(db: ControlDb, id: string): Promise<boolean> {
  const operators = queryOperators(db);
  return (await operators.where("id", "=", id).executeTakeFirst()) !== undefined && (await operators.where("id", "!=", id).executeTakeFirst()) === undefined;
}

/** Operators who can act: shut accounts cannot, and those that leave only look. */
const queryOperators = (db: ControlDb) => db.selectFrom("users").select("id").where("operator", "=", 1).where("disabled_at", "is", null).where("delete_after", "is", null).limit(1);

/** What let the call in may have ended since: two operators may each be about to shut the other. */
async function requireOperator(db: ControlDb, { user_id }: Person): Promise<void> {
  if ((await queryOperators(db).where("id", "=", user_id).executeTakeFirst()) === undefined) throw new AppError("forbidden", "Only an operator of this instance may do that.");
}

async function requireAnotherOperator(db: ControlDb, id: string): Promise<void> {
  if ((await queryOperators(db).where("id", "!=", id).executeTakeFirst()) !== undefined) return;
  throw new AppError("conflict", "This is the last operator of the instance. Name another one first.", { details: { reason: "last_operator" } });
}

async function getSteerable(db: ControlDb, id: string): Promise<AccountRecord> {
  const account = await getAccount(db, id);
  const { deleting_at } = await db.selectFrom("users").select("deleting_at").where("id", "=", id).executeTakeFirstOrThrow();
  if (deleting_at !== null) throw new AppError("conflict", "This account is being erased; nothing about it can be changed any more.", { details: { reason: "account_erasing" } });
  return account;
}

/** In the log of the instance and in the account's own, which its owner reads. */
async function note(desk: OperatorDesk, origin: Origin, action: AuditAction, id: string): Promise<void> {
  await appendAudit(desk, origin, { chain: "instance", action, target: id });
  await appendAudit(desk, toQuiet(origin), { chain: id, action, target: id });
}

/** Where an operator sits is not for everybody whose account they touch. */
const toQuiet = (origin: Origin): Origin => ({ ...origin, address: null, user_agent: null });
