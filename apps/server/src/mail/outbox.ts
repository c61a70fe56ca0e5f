import type { Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { JobQueue } from "../jobs/queue.ts";
import { toMessage } from "./layout.ts";
import { toLetter, type Mail } from "./templates.ts";

export const MAIL_JOB = "mail.send";

interface OutboxParts {
  control: Control;
  sealer: Sealer;
  jobs: JobQueue;
  now: Clock;
}

/** Where mails are put that shall be sent once the current transaction has committed. */
export class Outbox {
  private readonly parts: OutboxParts;

  constructor(parts: OutboxParts) {
    this.parts = parts;
  }

  async put(mail: Mail): Promise<void> {
    const { control, sealer, jobs, now } = this.parts;
    const id = newId("mail");
    const message = sealer.seal(JSON.stringify(toMessage(toLetter(mail))));
    await control.transaction(async () => {
      await control.db.insertInto("mails").values({ id, recipient: mail.to, template: mail.template, message, status: "waiting", created_at: now().toISOString() }).execute();
      await jobs.enqueue(MAIL_JOB, { mail_id: id });
    });
  }
}
