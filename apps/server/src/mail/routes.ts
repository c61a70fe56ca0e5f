import { randomBytes } from "node:crypto";
import { z } from "zod";
import { requireThisMachine } from "../http/csrf.ts";
import { guarded, json, stream, type Route } from "../http/route.ts";
import { WireTime } from "../memories/memory.ts";
import { listKeptMails, type MailboxParts } from "./mailbox.ts";
import { toMailboxPage, toMailboxPolicy } from "./pages.ts";

const KeptMail = z.strictObject({
  id: z.string().describe("The mail's id."),
  to: z.string().describe("The address that it was for."),
  template: z.string().describe("What it is about: `login_code`, `invitation` and so on."),
  subject: z.string().describe("Its subject."),
  text: z.string().describe("Its text."),
  html: z.string().describe("The same as HTML."),
  created_at: WireTime.describe("When it was put into the outbox."),
  status: z.enum(["waiting", "sent", "failed"]).describe("How far it is; without a mail server it is sent to the log."),
  error: z.string().nullable().describe("Why it could not be sent."),
}).meta({ id: "KeptMail", description: "A mail in the mailbox of who develops." });

const MailboxQuery = z.strictObject({ to: z.string().min(1).max(320).optional().describe("Only mails to this address.") });

/** The mailbox of who develops. In production there is none: whoever reads it can sign in as anybody. */
export function mailRoutes(parts: MailboxParts): Route[] {
  const page = guarded("open", {
    id: "readMailbox", method: "get", path: "/dev/mail", tags: ["Pages"], repeat: "safe",
    summary: "Read what was mailed", description: "The last hundred mails, newest first, with their codes and links. Only outside production, on the server's own machine.",
    request: { query: MailboxQuery },
    responses: { 200: stream("text/html; charset=utf-8", "A page for people.") },
    faults: [403],
  }, async (call) => {
    requireThisMachine(call);
    const { to } = call.query;
    const nonce = randomBytes(16).toString("base64");
    return { status: 200, text: toMailboxPage(await listKeptMails(parts, to), nonce), headers: { "content-security-policy": toMailboxPolicy(nonce) } };
  });

  const list = guarded("open", {
    id: "listMails", method: "get", path: "/dev/mail.json", tags: ["Pages"], repeat: "safe",
    summary: "List what was mailed", description: "The same for programs. What waits is sent before the answer, so a script sees its mail at once. Only outside production, on the server's own machine.",
    request: { query: MailboxQuery },
    responses: { 200: json(z.strictObject({ items: z.array(KeptMail).describe("The mails, newest first.") }), "The last hundred mails.") },
    faults: [403],
  }, async (call) => {
    requireThisMachine(call);
    return { status: 200, body: { items: await listKeptMails(parts, call.query.to) } };
  });

  return [page, list];
}
