import { SECOND_MS } from "@loci/kit/clock";
import { PermanentFailure } from "../jobs/attempt.ts";
import { MAIL_HEADERS, type Mailer, type OutgoingMail } from "./mailer.ts";

const TIMEOUT_MS = 15 * SECOND_MS;
const REFUSED = new Set([400, 413, 422]);

/** Sends by the HTTP API of Resend. */
export class ResendMailer implements Mailer {
  private readonly apiKey: string;
  private readonly baseUrl: string;

  constructor({ apiKey, baseUrl = "https://api.resend.com" }: { apiKey: string; baseUrl?: string }) {
    this.apiKey = apiKey;
    this.baseUrl = baseUrl;
  }

  async send({ id, from, to, subject, text, html }: OutgoingMail): Promise<void> {
    const response = await fetch(`${this.baseUrl}/emails`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.apiKey}`, "content-type": "application/json", "idempotency-key": id },
      body: JSON.stringify({ from, to: [to], subject, text, html, headers: MAIL_HEADERS }),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const answer = await response.text();
    if (response.ok) return;
    const words = `Resend answers ${response.status}: ${readReason(answer)}`;
    throw REFUSED.has(response.status) ? new PermanentFailure(words) : new Error(words);
  }

  close(): void {}
}

function readReason(answer: string): string {
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    if (typeof message === "string") return message.slice(0, 200);
  } catch {
    // Not JSON: a proxy's page, say.
  }
  return "no reason given.";
}
