import type { MailConfig } from "../config.ts";
import { ResendMailer } from "./resend.ts";

/** A mail on its way out. */
export interface OutgoingMail {
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Hands mails to who delivers them. Whoever opened it closes it. */
export interface Mailer {
  /** Throws `PermanentFailure` when a repeat would be refused as well, and anything else when it may help. */
  send(mail: OutgoingMail): Promise<void>;
  close(): void;
}

/** Says that a program wrote it, so that no program answers (RFC 3834). */
export const MAIL_HEADERS = { "Auto-Submitted": "auto-generated" };

export async function openMailer(config: MailConfig | null): Promise<Mailer | null> {
  if (config?.kind === "resend") return new ResendMailer(config);
  if (config === null) return null;
  // Only those who send by it load it: 24 MB.
  const { SmtpMailer } = await import("./smtp.ts");
  return new SmtpMailer(config.url);
}
