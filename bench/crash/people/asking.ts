import type { Answered, Line, Sent } from "./line.ts";
import type { Invitation, Newcomer, PeopleRecord, Person, Space } from "./record.ts";

export interface Acting {
  line: Line;
  record: PeopleRecord;
  random: () => number;
}

const PROOF_GOOD_MS = 8 * 60_000;

/** Whether the answer is one of those that must come; otherwise that is a violation. */
export function expectAnswer({ record }: Pick<Acting, "record">, { method, path }: Sent, { status, text }: Answered, ...statuses: number[]): boolean {
  if (statuses.includes(status)) return true;
  record.violate("answer", `${method} ${path} was answered with ${status} and not ${statuses.join(" or ")}: ${text}`);
  return false;
}

/** The code from the newest mail to who asked for an account; nothing while there is none. */
export async function readCode(acting: Acting, { email }: Newcomer): Promise<string | undefined> {
  const [mail = ""] = await readMails(acting, email);
  return /\b\d{6}\b/.exec(mail)?.[0];
}

/** The token from the mail of this invitation; nothing while there is none. */
export async function readToken(acting: Acting, { person, space }: Invitation): Promise<string | undefined> {
  const mail = (await readMails(acting, person.email)).find((text) => text.includes(`Team ${space.word}`)) ?? "";
  return /#token=([\w-]+)/.exec(mail)?.[1];
}

/** The texts of the mails to an address, the newest first, as the mailbox of who develops shows them. */
async function readMails({ line }: Acting, to: string): Promise<string[]> {
  const { body } = await line.insist({ method: "GET", path: `/dev/mail.json?to=${encodeURIComponent(to)}` });
  return (body["items"] as { text: string }[]).map(({ text }) => text);
}

/** Shows the password again where the last proof is nearly too old for what is sensitive. */
export async function prove({ line, record }: Acting, person: Person): Promise<void> {
  if (Date.now() - person.provenMs < PROOF_GOOD_MS) return;
  const sent: Sent = { method: "POST", path: "/v1/account/prove", person, body: { password: person.password } };
  if (expectAnswer({ record }, sent, await line.insist(sent), 200)) person.provenMs = Date.now();
}

/** Signs in with the password; the cookie, or `null` where that opens nothing. */
export async function signIn({ line }: Pick<Acting, "line">, { email, password }: Pick<Person, "email" | "password">): Promise<string | null> {
  const { status, cookie } = await line.insist({ method: "POST", path: "/v1/auth/sign-in", body: { email, password } });
  return status === 200 ? cookie : null;
}

/** What somebody is in a workspace, or `null` for whom it does not exist. */
export async function readRole({ line }: Acting, person: Person, { id }: Pick<Space, "id">): Promise<unknown> {
  const { status, body } = await line.insist({ method: "GET", path: `/v1/workspaces/${id}`, person });
  return status === 200 ? body["role"] : null;
}
