import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Message } from "./layout.ts";

const MAILS_MAX = 100;

export interface MailboxParts {
  control: Control;
  sealer: Sealer;
  jobs: Jobs;
}

export interface KeptMail {
  id: string;
  to: string;
  template: string;
  subject: string;
  text: string;
  html: string;
  created_at: string;
  status: "waiting" | "sent" | "failed";
  error: string | null;
}

/** What was mailed, newest first, for those who develop with it. What waits is sent before. */
export async function listKeptMails({ control, sealer, jobs }: MailboxParts, to?: string): Promise<KeptMail[]> {
  await jobs.runDue();
  const mails = control.reads.selectFrom("mails").selectAll().where("message", "!=", "").orderBy("created_at", "desc").orderBy("id", "desc").limit(MAILS_MAX);
  const rows = await (to === undefined ? mails : mails.where("recipient", "=", to)).execute();
  return rows.map(({ id, recipient, template, message, created_at, status, error }) => {
    const { subject, text, html } = JSON.parse(sealer.open(message)) as Message;
    return { id, to: recipient, template, subject, text, html, created_at, status, error };
  });
}
