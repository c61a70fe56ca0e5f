import { AppError } from "@loci/kit/errors";
import type { Config } from "../config.ts";
import type { OpenCall } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import type { Purpose } from "./proofs.ts";

type Mailing = Pick<Config, "mode" | "mail">;

/** Whether what is mailed reaches anybody. Without mail a development server still keeps it where its owner can read it. */
export const sendsMail = ({ mode, mail }: Mailing): boolean => mail !== null || mode !== "production";

/** Throws where nothing that is mailed would arrive, for whatever address alike. */
export function requireMail(config: Mailing): void {
  if (sendsMail(config)) return;
  throw new AppError("unavailable", "This server sends no mail, so no code or link would arrive. Use a password or a passkey, or ask who runs it for an account or a link.", { details: { reason: "no_mail" } });
}

/** A mail that anybody can have sent to anybody: counted for both, and for each purpose by itself. Throws where no mail is sent at all. */
export async function chargeMail({ accounts: { limits }, config }: Parts, call: OpenCall, { purpose, email }: { purpose: Purpose | "magic_link" | "reset_password"; email: string }): Promise<void> {
  requireMail(config);
  await limits.charge(["mails_per_address", call.origin.address], ["mails_per_account", `${purpose} ${email}`]);
}
