import { randomBytes } from "node:crypto";
import { HOUR_MS, type Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import type { Control } from "../control/database.ts";
import type { Digest } from "./digests.ts";

const PAGES = { magic_link: "/magic-link", reset_password: "/reset-password" };

/** The token stands after `#`: browsers send that to no server, and who merely opens links spends nothing. */
export const toLink = (publicUrl: string, page: keyof typeof PAGES, token: string): string => `${publicUrl}${PAGES[page]}#token=${token}`;

interface LinkParts {
  control: Control;
  now: Clock;
  digest: Digest;
  publicUrl: string;
}

/** A link that sets a new password, once and within an hour, for handing over by other means than mail. */
export async function mintResetLink({ control, now, digest, publicUrl }: LinkParts, userId: string): Promise<{ url: string; expires_at: string }> {
  const token = randomBytes(32).toString("base64url");
  const created_at = now().toISOString();
  const expires_at = new Date(now().getTime() + HOUR_MS).toISOString();
  // The row that better-auth's `resetPassword` looks for, kept as the one of a mailed link is.
  const identifier = digest("password_reset", `reset-password:${token}`);
  await control.db.insertInto("verifications").values({ id: newId("ver"), identifier, value: userId, expires_at, created_at, updated_at: created_at }).execute();
  return { url: toLink(publicUrl, "reset_password", token), expires_at };
}
