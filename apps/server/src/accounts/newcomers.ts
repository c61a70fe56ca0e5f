import type { Clock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { appendAudit } from "../audit/append.ts";
import { SYSTEM, type Origin } from "../audit/origin.ts";
import type { Config } from "../config.ts";
import type { Control } from "../control/database.ts";
import { hashToken } from "../invitations/token.ts";
import { createPersonalWorkspace } from "../workspaces/provision.ts";
import type { Acting } from "./acting.ts";

interface NewcomerParts {
  control: Control;
  now: Clock;
  config: Pick<Config, "signup">;
  acting: Acting;
}

/** A person whose address was proven, or is vouched for. */
interface Newcomer {
  email: string;
  name: string;
  /** `null` for who signs in without one. */
  passwordHash: string | null;
}

/** What a person is called unless they say. */
export const nameOf = (email: string): string => email.split("@", 1)[0] ?? email;

/** What better-auth runs when it makes an account for who comes from a provider. */
export interface NewcomerHooks {
  requireWelcome(user: { email: string; emailVerified: boolean }): Promise<void>;
  /** Runs in the transaction that makes the row. */
  onCreate(model: string, row: Record<string, unknown>): Promise<void>;
}

/** Lets new people in, and gives them what belongs to an account. */
export class Newcomers implements NewcomerHooks {
  private readonly parts: NewcomerParts;

  constructor(parts: NewcomerParts) {
    this.parts = parts;
  }

  /** Throws unless an account for this address may be made now: by an open instance, by an invitation, or as the first one. */
  async requireAllowed(email: string, invitation: string | null): Promise<void> {
    const { signup } = this.parts.config;
    if (signup === "open" || (await this.isEmpty())) return;
    if (signup === "invite" && invitation !== null && (await this.isInvited(email, invitation))) return;
    if (signup === "invite" && invitation !== null) throw new AppError("forbidden", "This invitation was accepted, taken back, is too old or is for another address. Ask for another.", { details: { reason: "invitation_over" } });
    throw new AppError("forbidden", signup === "closed" ? "No new accounts are made here." : "New accounts are by invitation here. Ask somebody who is in to invite you.", { details: { reason: "sign_up_refused" } });
  }

  /** Whether this token is that of an open invitation to this address. */
  async isInvited(email: string, invitation: string): Promise<boolean> {
    return (await this.openInvitations(email).where("token_hash", "=", hashToken(invitation)).executeTakeFirst()) !== undefined;
  }

  /** Makes an account with its personal workspace; the first one becomes operator. Its owner did it, unless the origin is the system. Answers with the user's id. */
  create({ email, name, passwordHash }: Newcomer, origin: Origin): Promise<string> {
    const { control, now } = this.parts;
    return control.transaction(async () => {
      const { db } = control;
      const id = newId("usr");
      const at = now().toISOString();
      const row = { id, name, email, email_verified: 1 as const, image: null, created_at: at, updated_at: at, two_factor_enabled: 0 as const, company: null, time_zone: null, disabled_at: null, delete_after: null };
      const made = await db.insertInto("users").values(row).onConflict((taken) => taken.column("email").doNothing()).returning("id").executeTakeFirst();
      if (made === undefined) throw new AppError("conflict", "This address has an account already. Sign in, or reset the password.", { details: { reason: "already_registered" } });
      if (passwordHash !== null) {
        await db.insertInto("sign_ins").values({
          id: newId("acc"), user_id: id, provider_id: "credential", account_id: id, password: passwordHash, created_at: at, updated_at: at,
          access_token: null, refresh_token: null, id_token: null, access_token_expires_at: null, refresh_token_expires_at: null, scope: null,
        }).execute();
      }
      await this.settle(row, origin.actor === SYSTEM.actor ? origin : { ...origin, actor: id });
      return id;
    });
  }

  async requireWelcome({ email, emailVerified }: { email: string; emailVerified: boolean }): Promise<void> {
    if (!emailVerified) throw await toApiError("ADDRESS_NOT_PROVEN");
    const { signup } = this.parts.config;
    if (signup === "open" || (await this.isEmpty())) return;
    // The provider vouches for the address, so an invitation to it needs no token.
    if (signup === "invite" && (await this.openInvitations(email.toLowerCase()).executeTakeFirst()) !== undefined) return;
    throw await toApiError("SIGN_UP_REFUSED");
  }

  async onCreate(model: string, row: Record<string, unknown>): Promise<void> {
    const { acting, control, now } = this.parts;
    const { origin } = acting.now;
    if (model === "user") return this.settle({ id: String(row["id"]), name: String(row["name"]), email: String(row["email"]) }, { ...origin, actor: String(row["id"]) });
    const { userId, providerId } = row;
    if (model !== "account" || providerId === "credential") return;
    await appendAudit({ control, now }, { ...origin, actor: String(userId) }, { chain: String(userId), action: "account.sign_in_linked", target: String(row["id"]), details: { provider: String(providerId) } });
  }

  /** What belongs to every account, in the transaction that makes its row. */
  private async settle(user: { id: string; name: string; email: string }, origin: Origin): Promise<void> {
    const { control, now } = this.parts;
    const { db } = control;
    const { others } = await db.selectFrom("users").select(({ fn }) => fn.countAll<number>().as("others")).where("id", "!=", user.id).executeTakeFirstOrThrow();
    await appendAudit({ control, now }, origin, { chain: user.id, action: "account.created", target: user.id });
    if (Number(others) === 0) {
      await db.updateTable("users").set({ operator: 1 }).where("id", "=", user.id).execute();
      await appendAudit({ control, now }, origin, { chain: "instance", action: "account.operator_granted", target: user.id, details: { first: true } });
    }
    await createPersonalWorkspace({ control, now }, user, origin);
  }

  private async isEmpty(): Promise<boolean> {
    return (await this.parts.control.db.selectFrom("users").select("id").limit(1).executeTakeFirst()) === undefined;
  }

  private openInvitations(email: string) {
    const { control, now } = this.parts;
    // Nobody can accept one of a workspace that is being deleted, so nobody is let in by it.
    return control.db.selectFrom("invitations").innerJoin("workspaces", "workspaces.id", "invitations.workspace_id").select("invitations.id").where("email", "=", email)
      .where("workspaces.delete_after", "is", null).where("workspaces.deleting_at", "is", null)
      .where("accepted_at", "is", null).where("revoked_at", "is", null).where("expires_at", ">", now().toISOString());
  }
}

/** A refusal as better-auth knows them; it runs already, so this loads nothing. */
async function toApiError(code: string): Promise<Error> {
  const { APIError } = await import("better-auth/api");
  return new APIError("FORBIDDEN", { code, message: "refused" });
}
