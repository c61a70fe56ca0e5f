import { DAY_MS, HOUR_MS, MINUTE_MS } from "@loci/kit/clock";
import type { Block, Letter } from "./layout.ts";

/** A mail by what it is about. What is in it decides nothing of its shape: the letters below do. */
export type Mail = { to: string } & MailContent;

export type MailContent =
  | { template: "sign_up_code" | "login_code" | "change_email_code"; code: string }
  | { template: "magic_link" | "reset_password"; url: string }
  | { template: "no_account" }
  | { template: "already_registered" }
  | { template: "email_changed"; new_email: string }
  | { template: "password_changed" }
  | { template: "address_taken" }
  | { template: "second_factor_changed"; change: string }
  | { template: "second_factor_locked" }
  | { template: "recovery_code_used" }
  | { template: "passkey_added" | "passkey_deleted" }
  | { template: "new_sign_in"; at: string; method: string; address: string | null; user_agent: string | null }
  | { template: "app_connected"; app: string; workspace: string; at: string; url: string }
  | { template: "invitation"; workspace: string; role: string; invited_by: string; url: string }
  | { template: "key_leaked"; key_name: string; starts_with: string; workspace: string; where: string | null }
  | { template: "account_deletion"; delete_after: string; undo_url: string }
  | { template: "account_deleted" }
  | { template: "workspace_deletion"; workspace: string; delete_after: string }
  | { template: "workspace_deleted" | "workspace_kept"; workspace: string };

export type Template = MailContent["template"];
type Content<T extends Template> = MailContent & { template: T };

const NOT_YOU: Block = { note: "If you did not ask for this, you need not do anything." };
const ALARM: Block = { note: "If this was not you, reset your password now and look through your sessions and ways to sign in." };
const NAME_CHARS_MAX = 60;

/** What people typed, as it may stand in our mails: short, and with a gap where a mail program would see an address and make a link of it. */
function quote(typed: string): string {
  const broken = typed.toWellFormed().replaceAll(/\p{Bidi_Control}/gu, "").replaceAll(/[.․。．｡:@](?=[^\s.])/gu, "$& ");
  const letters = [...broken];
  return letters.length <= NAME_CHARS_MAX ? broken : `${letters.slice(0, NAME_CHARS_MAX - 1).join("").trimEnd()}…`;
}

const code = (subject: string, code: string): Letter => ({
  subject,
  blocks: [{ code, label: "Your code" }, { say: "Type it where you asked for it. It works for ten minutes, once." }, { note: "Nobody from Loci will ever ask you for it." }, NOT_YOU],
});

/** What each mail says. Times and names come in as text. */
const LETTERS: { [T in Template]: (content: Content<T>) => Letter } = {
  sign_up_code: (mail) => code("Confirm your address for Loci", mail.code),
  login_code: (mail) => code("Your sign-in code for Loci", mail.code),
  change_email_code: (mail) => code("Confirm your new address for Loci", mail.code),
  magic_link: ({ url }) => ({
    subject: "Sign in to Loci",
    blocks: [{ link: url, label: "Sign in" }, { say: "The link works for ten minutes, once." }, NOT_YOU],
  }),
  reset_password: ({ url }) => ({
    subject: "Reset your Loci password",
    blocks: [{ link: url, label: "Choose a new password" }, { say: "The link works for an hour, once. Then all your sessions end." }, NOT_YOU],
  }),
  no_account: () => ({
    subject: "There is no Loci account with this address",
    blocks: [{ say: "Somebody asked to sign in to Loci, or to reset a password, with this address. It has no account." }, { say: "If that was you, sign up, or try another address." }, NOT_YOU],
  }),
  already_registered: () => ({
    subject: "You have a Loci account already",
    blocks: [{ say: "Somebody asked to sign up to Loci with this address. It has an account, and nothing was changed." }, { say: "If that was you, sign in. If you forgot the password, reset it." }, NOT_YOU],
  }),
  address_taken: () => ({
    subject: "Your address was asked for by another Loci account",
    blocks: [{ say: "Somebody asked to make this address that of another Loci account. It has an account of its own, and nothing was changed." }, { say: "If that was you, sign in to the account of this address instead." }, NOT_YOU],
  }),
  email_changed: ({ new_email }) => ({
    subject: "The address of your Loci account was changed",
    blocks: [{ say: `Your account now has the address ${new_email}. This one opens it no more. All other sessions have ended.` }, ALARM],
  }),
  password_changed: () => ({ subject: "Your Loci password was changed", blocks: [{ say: "Your password was changed. All other sessions have ended." }, ALARM] }),
  second_factor_changed: ({ change }) => ({ subject: "Your second factor was changed", blocks: [{ say: change }, ALARM] }),
  second_factor_locked: () => ({
    subject: "Wrong codes were tried at your Loci account",
    blocks: [
      { say: "Somebody gave ten wrong codes of your second factor. No code is taken for a quarter of an hour; a passkey goes on working." },
      { say: "Whoever tries has come past your first step already: your password, a mailed code or link, or a session of yours." },
      { note: "If this was not you, set another password now and look through your sessions and ways to sign in." },
    ],
  }),
  recovery_code_used: () => ({ subject: "A recovery code of your Loci account was used", blocks: [{ say: "A recovery code was used as your second factor. It works no more." }, ALARM] }),
  passkey_added: () => ({ subject: "A passkey was added to your Loci account", blocks: [{ say: "Whoever holds this passkey can sign in to your account with it." }, ALARM] }),
  passkey_deleted: () => ({ subject: "A passkey was taken away from your Loci account", blocks: [{ say: "This passkey signs in to your account no more." }, ALARM] }),
  new_sign_in: ({ at, method, address, user_agent }) => ({
    subject: "A new sign-in to your Loci account",
    blocks: [{ say: `Somebody signed in to your account at ${at} by ${method}.` }, { say: `Address: ${address ?? "unknown"}. Program: ${user_agent === null ? "unknown" : quote(user_agent)}.` }, ALARM],
  }),
  app_connected: ({ app, workspace, at, url }) => ({
    subject: "An app was connected to your Loci account",
    blocks: [
      { say: `The app "${quote(app)}" was connected to the workspace ${quote(workspace)} at ${at}. It chose that name itself.` },
      { say: "What it may do there, what it did, and how to cut it off stands here:" },
      { link: url, label: "See your apps" },
      { note: "If this was not you, cut it off, reset your password now and look through your sessions and ways to sign in." },
    ],
  }),
  invitation: ({ workspace, role, invited_by, url }) => ({
    subject: `Join ${quote(workspace)} on Loci`,
    blocks: [{ say: `${quote(invited_by)} invites you to the workspace ${quote(workspace)}, as ${role}.` }, { link: url, label: "Join" }, { say: "The link works for seven days, once, and only for this address." }, { note: "If you do not know who that is, you need not do anything." }],
  }),
  key_leaked: ({ key_name, starts_with, workspace, where }) => ({
    subject: `An API key of ${quote(workspace)} was found in public and revoked`,
    blocks: [
      { say: `The key "${quote(key_name)}" (${starts_with}…) of the workspace ${quote(workspace)} was found in public. It was revoked at once and works no more.` },
      ...(where === null ? [] : [{ say: `It was found here: ${where}` }]),
      { say: "Make a new key, and look through the audit log for calls that were not yours." },
    ],
  }),
  account_deletion: ({ delete_after, undo_url }) => ({
    subject: "Your Loci account will be deleted",
    blocks: [{ say: `Your account and all that is in your personal workspace will be erased after ${delete_after}.` }, { link: undo_url, label: "Keep the account" }, { say: "Until then you can sign in and undo it." }, ALARM],
  }),
  account_deleted: () => ({ subject: "Your Loci account was deleted", blocks: [{ say: "Your account and all that was in your personal workspace are erased." }, { say: "This is the last mail from us." }] }),
  workspace_deletion: ({ workspace, delete_after }) => ({
    subject: `The workspace ${quote(workspace)} will be deleted`,
    blocks: [{ say: `The workspace ${quote(workspace)} and all that is in it will be erased after ${delete_after}. Until then its owner can undo that, and it can be exported.` }],
  }),
  workspace_deleted: ({ workspace }) => ({ subject: `The workspace ${quote(workspace)} was deleted`, blocks: [{ say: `Its owner deleted the workspace ${quote(workspace)}. All that was in it is being erased now.` }] }),
  workspace_kept: ({ workspace }) => ({ subject: `The workspace ${quote(workspace)} stays`, blocks: [{ say: `Its owner undid the deletion of the workspace ${quote(workspace)}. Everything in it works as before.` }] }),
};

export const toLetter = <T extends Template>(content: Content<T>): Letter => (LETTERS[content.template as T] as (content: Content<T>) => Letter)(content);

const USEFUL_MS: Partial<Record<Template, number>> = {
  sign_up_code: 10 * MINUTE_MS, login_code: 10 * MINUTE_MS, change_email_code: 10 * MINUTE_MS, magic_link: 10 * MINUTE_MS, reset_password: HOUR_MS, invitation: 7 * DAY_MS,
};

/** How long after it was written a mail is worth sending: what it holds works no longer than that. */
export const usefulMsOf = (template: string): number => USEFUL_MS[template as Template] ?? Infinity;
