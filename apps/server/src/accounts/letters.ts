import { DAY_MS, type Clock } from "@loci/kit/clock";
import { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import type { Control } from "../control/database.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { LazyAuth } from "./lazy-auth.ts";

/** Kinds of job: what differs for known and unknown addresses happens in them, so that requests take the same time. */
export const LETTER_JOB = "accounts.letter";
export const REFUSAL_JOB = "accounts.refusal";

const Letter = z.discriminatedUnion("about", [
  z.strictObject({ about: z.enum(["sign_up", "sign_in", "change_email", "prove"]), email: z.string(), code: z.string() }),
  z.strictObject({ about: z.enum(["magic_link", "reset_password"]), email: z.string() }),
]);
export type Letter = z.output<typeof Letter>;

const Refused = z.strictObject({
  email: z.string(),
  method: z.string(),
  /** The try after which no more are taken for a while. */
  last: z.boolean(),
  origin: z.strictObject({ actor: z.string(), key_id: z.string().nullable(), address: z.string().nullable(), user_agent: z.string().nullable(), request_id: z.string().nullable() }),
});
export type Refused = z.output<typeof Refused>;

interface LetterParts {
  control: Control;
  now: Clock;
  jobs: Jobs;
  outbox: Outbox;
  auth: LazyAuth;
}

/** Answers to who typed an address somewhere, by mail, so that only who reads it learns whether it has an account. */
export function registerLetters(parts: LetterParts): void {
  parts.jobs.register(LETTER_JOB, { payload: Letter, run: async (letter) => {
    await parts.auth.load();
    await parts.control.transaction(() => writeLetter(parts, letter));
  } });
  parts.jobs.register(REFUSAL_JOB, { payload: Refused, run: (refused) => parts.control.transaction(() => noteRefusal(parts, refused)) });
}

async function writeLetter(parts: LetterParts, letter: Letter): Promise<void> {
  const { control, outbox, auth } = parts;
  const { about, email: to } = letter;
  const user = await control.db.selectFrom("users").select(["id", "disabled_at"]).where("email", "=", to).executeTakeFirst();
  if (about === "sign_up" || about === "change_email") {
    if (user !== undefined) return outbox.put({ to, template: about === "sign_up" ? "already_registered" : "address_taken" });
    return outbox.put({ to, template: about === "sign_up" ? "sign_up_code" : "change_email_code", code: letter.code });
  }
  if (user === undefined) return tellOnce(parts, to);
  if (user.disabled_at !== null) return;
  if (about === "magic_link") await auth.api.signInMagicLink({ body: { email: to }, headers: new Headers() });
  else if (about === "reset_password") await auth.api.requestPasswordReset({ body: { email: to } });
  else if ("code" in letter) await outbox.put({ to, template: "login_code", code: letter.code });
}

/** To an address without an account, at most once a day: anybody can type it anywhere. */
async function tellOnce({ control, outbox, now }: LetterParts, to: string): Promise<void> {
  const since = new Date(now().getTime() - DAY_MS).toISOString();
  const told = await control.db.selectFrom("mails").select("id").where("created_at", ">", since).where("recipient", "=", to).where("template", "=", "no_account").executeTakeFirst();
  if (told === undefined) await outbox.put({ to, template: "no_account" });
}

async function noteRefusal({ control, now }: LetterParts, { email, method, last, origin }: Refused): Promise<void> {
  const user = await control.db.selectFrom("users").select("id").where("email", "=", email).executeTakeFirst();
  if (user === undefined) return;
  await appendAudit({ control, now }, origin, { chain: user.id, action: method === "prove" ? "account.proof_refused" : "session.refused", target: user.id, details: { method } });
  if (last) await appendAudit({ control, now }, origin, { chain: user.id, action: "account.locked", target: user.id, details: { method } });
}
