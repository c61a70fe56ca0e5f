import { type Acting, expectAnswer, signIn } from "./asking.ts";
import type { Sent } from "./line.ts";
import type { PostOffice } from "./post-office.ts";
import { WORD, type PeopleRecord, type Person, type Space } from "./record.ts";
import type { Structure } from "./structure.ts";

const REPEATS_PER_ROUND = 20;
const GONE_ASKED_PER_ROUND = 10;

/** Asks through the API whether everything is as it was acknowledged. Nobody does anything meanwhile. */
export async function checkRound(acting: Acting): Promise<void> {
  const { record } = acting;
  for (const person of record.people.filter(({ touched }) => touched)) await (person.gone ? checkGonePerson(acting, person) : checkPerson(acting, person));
  for (const space of record.spaces.filter(({ touched }) => touched)) await (space.gone ? checkGoneSpace(acting, space) : checkSpace(acting, space));
  await checkRepeats(acting);
}

/** The same for everybody and everything that ever was; and every password still opens its account. */
export async function checkAll(acting: Acting): Promise<void> {
  const { record } = acting;
  for (const person of record.livingPeople) {
    await checkPerson(acting, person);
    if ((await signIn(acting, person)) === null) record.violate("lost", `${person.email}: the password opens the account no more`);
  }
  for (const space of record.livingSpaces) await checkSpace(acting, space);
  // A wrong password is counted against the address that it comes from: a few are enough.
  for (const person of record.people.filter(({ gone }) => gone).slice(-GONE_ASKED_PER_ROUND)) await checkGonePerson(acting, person);
}

/** What only holds once all jobs have run: nothing is left of what is gone, and every mail was sent. */
export function checkAtRest({ record }: Pick<Acting, "record">, structure: Structure, office: PostOffice): void {
  const left = new Set(record.livingSpaces.filter(({ unknown }) => unknown.length > 0).map(({ id }) => id));
  for (const { kind, what } of structure.findFaultsAtRest(left)) record.violate(kind, what);
  for (const { word, where } of structure.findWords(record.goneWords)) {
    record.violate("back", `of what was deleted: ${word} in ${where}`);
    // Said once, however long it stays.
    record.goneWords.delete(word);
  }
  for (const due of record.dueMails) {
    if (due.unlessGone?.gone !== true && !office.has(due)) record.violate("mail", `nobody was sent "${due.subject}" at ${due.to}`);
  }
}

async function checkPerson(acting: Acting, person: Person): Promise<void> {
  const { record } = acting;
  const account = await get(acting, { path: "/v1/account", person });
  if (account?.["email"] !== person.email) return record.violate("lost", `the account of ${person.email}, or its session: ${JSON.stringify(account)}`);
  const { items = [] } = (await get(acting, { path: "/v1/workspaces?limit=200", person })) as { items?: { id: string; role: string }[] };
  compare(record, `the workspaces of ${person.email}`, items.map(({ id, role }) => `${id} ${role}`), [...record.placesOf(person)].map(([id, role]) => `${id} ${role}`));
}

async function checkSpace(acting: Acting, { id, kind, owner, members, keys, memories, unknown, invitations }: Space): Promise<void> {
  const { record } = acting;
  const listed = async <Item>(path: string): Promise<Item[]> => ((await get(acting, { path, person: owner, workspace: id })) as { items?: Item[] } | null)?.items ?? [];
  const url = `/v1/workspaces/${id}`;
  // Who has just deleted their account leaves the teams of others when its job runs.
  const gone = new Set(record.people.flatMap(({ gone, id, email }) => (gone ? [id, email] : [])));
  const foundMembers = (await listed<{ id: string; role: string }>(`${url}/members?limit=200`)).filter(({ id }) => !gone.has(id));
  compare(record, `the members of ${id}`, foundMembers.map(({ id, role }) => `${id} ${role}`), [...members].map(([person, role]) => `${person.id} ${role}`));
  compare(record, `the keys of ${id}`, (await listed<{ name: string }>("/v1/api-keys?limit=200")).map(({ name }) => name), keys.map(({ name }) => name));
  for (const { name, secret } of keys) {
    if ((await get(acting, { path: "/v1/key", key: secret })) === null) record.violate("lost", `the key ${name} of ${id} opens nothing`);
  }
  // Whoever looks into a workspace that was never used makes its store.
  if (memories.length > 0) {
    const found = await listed<{ content: string }>("/v1/memories?limit=200");
    compare(record, `the memories of ${id}`, found.map(({ content }) => content.match(WORD)?.[0] ?? content).filter((word) => !unknown.includes(word)), memories);
  }
  if (kind === "personal") return;
  const foundInvitations = (await listed<{ id: string; email: string; state: string }>(`${url}/invitations?limit=200`)).filter(({ email }) => !gone.has(email));
  compare(record, `the invitations of ${id}`, foundInvitations.map(({ id, state }) => `${id} ${state}`), invitations.map(({ id, accepted }) => `${id} ${accepted ? "accepted" : "open"}`));
}

async function checkGonePerson(acting: Acting, person: Person): Promise<void> {
  if ((await get(acting, { path: "/v1/account", person })) !== null) acting.record.violate("back", `the session of ${person.email}, whose account was deleted, still opens it`);
  if ((await signIn(acting, person)) !== null) acting.record.violate("back", `the password of ${person.email}, whose account was deleted, still opens it`);
}

async function checkGoneSpace(acting: Acting, { id, kind, owner, keys }: Space): Promise<void> {
  if (kind === "team" && !owner.gone && (await get(acting, { path: `/v1/workspaces/${id}`, person: owner })) !== null) acting.record.violate("back", `workspace ${id} was deleted and is there`);
  for (const { name, secret } of keys) {
    if ((await get(acting, { path: "/v1/key", key: secret })) !== null) acting.record.violate("back", `the key ${name} of ${id}, which was deleted, still opens it`);
  }
}

/** The same request under the same key once more: the same answer, to the byte. */
async function checkRepeats(acting: Acting): Promise<void> {
  const { record, line } = acting;
  for (const { sent, answered } of record.repeatable.filter(({ of }) => of.every(({ gone }) => !gone)).slice(-REPEATS_PER_ROUND)) {
    const again = await line.insist(sent);
    if (again.status !== answered.status || again.text !== answered.text) {
      record.violate("answer", `a repeat of ${sent.method} ${sent.path} was answered with ${again.status} ${again.text}, first with ${answered.status} ${answered.text}`);
    }
  }
}

/** The body of the answer, or `null` for what is not there or not open to this caller. */
async function get(acting: Acting, asked: Pick<Sent, "path" | "person" | "key" | "workspace">): Promise<Record<string, unknown> | null> {
  const sent: Sent = { method: "GET", ...asked };
  const answered = await acting.line.insist(sent);
  return expectAnswer(acting, sent, answered, 200, 401, 404) && answered.status === 200 ? answered.body : null;
}

function compare(record: PeopleRecord, what: string, found: string[], known: string[]): void {
  const [there, due] = [new Set(found), new Set(known)];
  for (const one of due) if (!there.has(one)) record.violate("lost", `of ${what}: ${one}`);
  for (const one of there) if (!due.has(one)) record.violate("back", `among ${what}: ${one}, which nobody was told of`);
  if (there.size < found.length) record.violate("twice", `among ${what}: ${found.join(", ")}`);
}
