import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import { z } from "zod";
import type { Config } from "../config.ts";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import { PermanentFailure } from "../jobs/attempt.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Message } from "./layout.ts";
import type { Mailer } from "./mailer.ts";
import { MAIL_JOB } from "./outbox.ts";
import { usefulMsOf } from "./templates.ts";

// With the backoff some five hours, in which a mail server should be mended.
const TRIES_MAX = 16;

export interface DeliveryParts {
  config: Pick<Config, "mode" | "mailFrom">;
  control: Control;
  sealer: Sealer;
  jobs: Jobs;
  now: Clock;
  log: Log;
  /** `null` where none is set up. */
  mailer: Mailer | null;
}

interface WaitingMail {
  id: string;
  recipient: string;
  template: string;
  message: string;
  created_at: string;
}

/** Sends what is put into the outbox. */
export function registerDelivery(parts: DeliveryParts): void {
  const { control, jobs } = parts;
  jobs.register(MAIL_JOB, {
    payload: z.strictObject({ mail_id: z.string() }),
    triesMax: TRIES_MAX,
    run: ({ mail_id }) => deliver(parts, mail_id),
    failed: async ({ mail_id }, { message }) => {
      await control.db.updateTable("mails").set({ status: "failed", error: message }).where("id", "=", mail_id).where("status", "!=", "sent").execute();
    },
  });
}

async function deliver(parts: DeliveryParts, id: string): Promise<void> {
  const { control, sealer, now } = parts;
  const mail = await control.db.selectFrom("mails").select(["id", "recipient", "template", "message", "created_at"]).where("id", "=", id).where("status", "!=", "sent").executeTakeFirst();
  if (mail === undefined) return;
  if (now().getTime() - Date.parse(mail.created_at) > usefulMsOf(mail.template)) {
    throw new PermanentFailure("It could not be sent in time: what it holds works no more.");
  }
  const message = JSON.parse(sealer.open(mail.message)) as Message;
  await send(parts, mail, message);
  const kept = parts.config.mode === "production" ? { message: "" } : {};
  await control.db.updateTable("mails").set({ ...kept, status: "sent", error: null, sent_at: now().toISOString() }).where("id", "=", id).execute();
}

async function send({ config, mailer, log }: DeliveryParts, { id, recipient: to, template }: WaitingMail, { secret, ...message }: Message): Promise<void> {
  if (mailer !== null) return mailer.send({ id, from: config.mailFrom, to, ...message });
  if (config.mode === "production") throw new PermanentFailure("No mail is set up here. Set SMTP_URL or RESEND_API_KEY, start again, and run this job again.");
  // The one secret that is ever logged: at a desk without mail, nobody could sign in without it.
  if (config.mode === "development") log.info({ mail_id: id, template }, `Mail is not set up. To ${to}: ${message.subject}${secret === null ? "" : `: ${secret}`}`);
}
