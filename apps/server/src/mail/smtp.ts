import { SECOND_MS } from "@loci/kit/clock";
import { createTransport, type Transporter } from "nodemailer";
import { PermanentFailure } from "../jobs/attempt.ts";
import { MAIL_HEADERS, type Mailer, type OutgoingMail } from "./mailer.ts";

const CONNECTIONS_MAX = 2;
const SEND_MAX_MS = 60 * SECOND_MS;

/** Sends by an SMTP server, over connections that are kept. */
export class SmtpMailer implements Mailer {
  private readonly transport: Transporter;

  constructor(url: string) {
    this.transport = createTransport({
      url, pool: true, maxConnections: CONNECTIONS_MAX,
      connectionTimeout: 10 * SECOND_MS, greetingTimeout: 10 * SECOND_MS, socketTimeout: 30 * SECOND_MS, dnsTimeout: 10 * SECOND_MS,
      disableFileAccess: true, disableUrlAccess: true,
    });
  }

  async send({ id, from, to, subject, text, html }: OutgoingMail): Promise<void> {
    try {
      // As an object the address is taken as it is: a comma in it makes no second recipient.
      const recipient = { name: "", address: to };
      await this.transport.sendMail({ from, to: recipient, subject, text, html, headers: MAIL_HEADERS, messageId: toMessageId(id, from), signal: AbortSignal.timeout(SEND_MAX_MS) });
    } catch (error) {
      const { message } = error as Error;
      throw isPermanent(error) ? new PermanentFailure(`The mail server refuses this mail: ${message}`, error) : new Error(`The mail server could not take this mail: ${message}`, { cause: error });
    }
  }

  close(): void {
    this.transport.close();
  }
}

/** The same for each try, so that a mail that was sent twice can be seen to be one. */
const toMessageId = (id: string, from: string): string => `<${id}@${/@([\w.-]+)/.exec(from)?.[1] ?? "localhost"}>`;

/** 5xx is the server's last word on a mail (RFC 5321); but that our own password is wrong says nothing about the mail. */
function isPermanent(error: unknown): boolean {
  const { responseCode = 0, code } = error as { responseCode?: number; code?: string };
  return code !== "EAUTH" && responseCode >= 500 && responseCode < 600;
}
