import { randomUUID } from "node:crypto";
import { type Acting, expectAnswer, prove, readCode, readRole, readToken, signIn } from "./asking.ts";
import type { Answered, Sent } from "./line.ts";
import type { Invitation, Newcomer, Person, Space } from "./record.ts";

const KEY_SCOPES = ["memories:read", "memories:write"];

/** Asks for an account. Where the answer is lost, the person gives up, and asks as another one some time. */
export async function signUp({ line, record }: Acting): Promise<void> {
  const word = record.nextWord();
  const newcomer = { word, email: `${word}@crash.example`, password: `a long road to ${word}` };
  const { email, password } = newcomer;
  const sent: Sent = { kind: "sign_up", method: "POST", path: "/v1/auth/sign-up", body: { email, password, name: `Person ${word}` }, trace: { sql: "select 1 from proofs where email = ?", values: [email] } };
  const answered = await line.send(sent);
  if (answered === null || !expectAnswer({ record }, sent, answered, 202)) return;
  record.count("sign_up");
  record.newcomers.push({ ...newcomer, cookie: answered.cookie });
  record.dueMails.push({ to: email, subject: "Confirm your address for Loci" });
}

/** Shows the code from the mail. Where the answer is lost: once more, and if the code is used up by then, the account must be there. */
export async function verify(acting: Acting, newcomer: Newcomer): Promise<void> {
  const { line, record } = acting;
  const code = (newcomer.code ??= await readCode(acting, newcomer));
  if (code === undefined) return waitForMail(() => record.newcomers.push(newcomer));
  const sent: Sent = { kind: "verify", method: "POST", path: "/v1/auth/sign-up/verify", body: { code }, person: newcomer, trace: { sql: "select 1 from users where email = ?", values: [newcomer.email] } };
  const first = await line.send(sent);
  const answered = first ?? (await line.insist(sent));
  if (!expectAnswer(acting, sent, answered, ...(first === null ? [201, 401] : [201]))) return;
  const cookie = answered.status === 201 ? answered.cookie : await signIn(acting, newcomer);
  if (cookie === null) return record.violate("lost", `${newcomer.email}: the code is used up, and the password opens no account`);
  record.count("verify");
  const account = await line.insist({ method: "GET", path: "/v1/account", person: { cookie } });
  const workspaces = await line.insist({ method: "GET", path: "/v1/workspaces", person: { cookie } });
  const { items = [] } = workspaces.body as { items?: { id: string; kind: string }[] };
  if (items.length !== 1 || items[0]?.kind !== "personal") return record.violate("half", `${newcomer.email} has just signed up and has not one personal workspace: ${workspaces.text}`);
  record.addPerson(newcomer, { cookie, id: String(account.body["id"]), spaceId: items[0].id });
}

export async function createKey(acting: Acting, space: Space): Promise<void> {
  await prove(acting, space.owner);
  const name = acting.record.nextWord();
  const sent: Sent = { kind: "key", method: "POST", path: "/v1/api-keys", body: { name, scopes: KEY_SCOPES }, person: space.owner, workspace: space.id, idempotencyKey: randomUUID(), trace: { sql: "select 1 from keys where name = ?", values: [name] } };
  const { body } = await insistWithKey(acting, sent, { status: 201, of: [space, space.owner] });
  space.keys.push({ name, secret: String(body["secret"]) });
}

/** The first store of a workspace, by a key of it: this makes the memory store. Where the answer is lost, one in three gives up, and the next who stores finds what that left. */
export async function storeFirst(acting: Acting, space: Space): Promise<void> {
  const { line, record, random } = acting;
  const word = record.nextWord();
  const sent: Sent = { kind: "provision", method: "POST", path: "/v1/store", body: { content: `The heron stands at ${word}.` }, key: space.keys[0]?.secret ?? "", idempotencyKey: randomUUID(), trace: { sql: "select 1 from stores where id = ?", values: [space.id] } };
  const first = await line.send(sent);
  if (first === null && random() < 1 / 3) return void space.unknown.push(word);
  await insistWithKey(acting, sent, { status: 200, of: [space], first });
  space.memories.push(word);
}

export async function createTeam(acting: Acting, owner: Person): Promise<void> {
  const word = acting.record.nextWord();
  const sent: Sent = { kind: "team", method: "POST", path: "/v1/workspaces", body: { name: `Team ${word}` }, person: owner, idempotencyKey: randomUUID(), trace: { sql: "select 1 from workspaces where name = ?", values: [`Team ${word}`] } };
  const { body } = await insistWithKey(acting, sent, { status: 201, of: [owner] });
  acting.record.addTeam(owner, { id: String(body["id"]), word });
}

export async function invite(acting: Acting, space: Space, person: Person): Promise<void> {
  const sent: Sent = {
    kind: "invite", method: "POST", path: `/v1/workspaces/${space.id}/invitations`, body: { email: person.email, role: "developer" }, person: space.owner, idempotencyKey: randomUUID(),
    trace: { sql: "select 1 from invitations where workspace_id = ? and email = ?", values: [space.id, person.email] },
  };
  const { body } = await insistWithKey(acting, sent, { status: 201, of: [space, space.owner] });
  space.invitations.push({ id: String(body["id"]), space, person, accepted: false });
  acting.record.dueMails.push({ to: person.email, subject: `Join Team ${space.word} on Loci` });
}

/** Joins by the link from the mail, with or without a key; then tries it once more, which must not work. */
export async function accept(acting: Acting, invitation: Invitation): Promise<void> {
  const { line, record, random } = acting;
  const { space, person } = invitation;
  const token = (invitation.token ??= await readToken(acting, invitation));
  if (token === undefined) return waitForMail();
  const plain: Sent = { method: "POST", path: "/v1/invitations/accept", body: { token }, person };
  const sent: Sent = { ...plain, kind: "accept", trace: { sql: "select 1 from invitations where id = ? and accepted_at is not null", values: [invitation.id] } };
  if (random() < 0.5) {
    await insistWithKey(acting, { ...sent, idempotencyKey: randomUUID() }, { status: 200, of: [space, person] });
  } else {
    const first = await line.send(sent);
    const answered = first ?? (await line.insist(sent));
    if (!expectAnswer(acting, sent, answered, ...(first === null ? [200, 409] : [200]))) return;
    record.count("accept");
  }
  invitation.accepted = true;
  space.members.set(person, "developer");
  const again = await line.insist(plain);
  if (again.status !== 409) record.violate("twice", `invitation ${invitation.id} was accepted again: ${again.status} ${again.text}`);
}

/** Hands a team to another member. Where the answer is lost, what the owner is by now tells. */
export async function transfer(acting: Acting, space: Space, heir: Person): Promise<void> {
  const { line, record } = acting;
  const { owner } = space;
  await prove(acting, owner);
  const sent: Sent = { kind: "transfer", method: "POST", path: `/v1/workspaces/${space.id}/transfer`, body: { user_id: heir.id }, person: owner, trace: { sql: "select 1 from members where workspace_id = ? and user_id = ? and role = 'owner'", values: [space.id, heir.id] } };
  const answered = await line.send(sent);
  if (answered === null) {
    if ((await readRole(acting, owner, space)) === "owner") return;
  } else if (!expectAnswer(acting, sent, answered, 200)) return;
  record.count("transfer");
  space.owner = heir;
  space.members.set(owner, "admin").set(heir, "owner");
}

/** Deletes a team at once. Where the answer is lost, it is whole or it is gone. */
export async function deleteWorkspace(acting: Acting, space: Space): Promise<void> {
  const { line, record } = acting;
  await prove(acting, space.owner);
  const sent: Sent = { kind: "delete_workspace", method: "DELETE", path: `/v1/workspaces/${space.id}?now=true`, person: space.owner, trace: { sql: "select 1 where not exists (select 1 from workspaces where id = ? and deleting_at is null)", values: [space.id] } };
  const told = [...space.members.keys()].map((person) => ({ to: person.email, subject: `The workspace Team ${space.word} was deleted`, unlessGone: person }));
  const answered = await line.send(sent);
  if (answered === null) {
    if ((await readRole(acting, space.owner, space)) !== null) return;
  } else if (!expectAnswer(acting, sent, answered, 200)) return;
  record.count("delete_workspace");
  record.dueMails.push(...told);
  record.removeSpace(space);
}

/** Deletes an account at once. Where the answer is lost, it is whole, its session too, or it opens no more in any way. */
export async function deleteAccount(acting: Acting, person: Person): Promise<void> {
  const { line, record } = acting;
  await prove(acting, person);
  const sent: Sent = { kind: "delete_account", method: "DELETE", path: "/v1/account?now=true", person, trace: { sql: "select 1 where not exists (select 1 from users where email = ? and deleting_at is null)", values: [person.email] } };
  const answered = await line.send(sent);
  if (answered === null) {
    const { status } = await line.insist({ method: "GET", path: "/v1/account", person });
    if (status === 200) return;
    if ((await signIn(acting, person)) !== null) return record.violate("half", `${person.email}: the deletion ended the session and not the account`);
  } else if (!expectAnswer(acting, sent, answered, 200)) return;
  record.count("delete_account");
  record.dueMails.push({ to: person.email, subject: "Your Loci account was deleted" });
  record.removePerson(person);
}

/** Sends it under its key until it is answered, unless it was already, and keeps it to be sent again later. */
async function insistWithKey(acting: Acting, sent: Sent, { status, of, first = null }: { status: number; of: (Person | Space)[]; first?: Answered | null }): Promise<Answered> {
  const answered = first ?? (await acting.line.insist(sent));
  // What follows needs its answer; the worker that stops here stops the run.
  if (!expectAnswer(acting, sent, answered, status)) throw new Error(`${sent.method} ${sent.path} was answered with ${answered.status}: ${answered.text}`);
  if (sent.kind !== undefined) acting.record.count(sent.kind);
  acting.record.repeatable.push({ sent, answered, of });
  return answered;
}

/** A mail whose job ran when the server was killed comes seconds later. */
async function waitForMail(putBack: () => void = () => undefined): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50));
  putBack();
}
