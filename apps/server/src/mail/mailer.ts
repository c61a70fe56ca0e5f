import type { MailConfig } from "../config.ts";
import { ResendMailer } from "./resend.ts";
import { SmtpMailer } from "./smtp.ts";

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

export function openMailer(config: MailConfig | null): Mailer | null {
  if (config === null) return null;
  return config.kind === "smtp" ? new SmtpMailer(config.url) : new ResendMailer(config);
}
