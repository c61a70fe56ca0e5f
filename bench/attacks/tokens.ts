import { attack, guess, isLocked, NEW_PASSWORD, openAttackers } from "./guesses.ts";
import { type Browser, type Person, type Reply, requireStatus, type Site } from "./site.ts";
import { countOf, countStatuses, type Verdicts } from "./verdicts.ts";

const FAILS_PER_ADDRESS = 100;
const TRIES = 150;

/** Somewhere to show a token. */
interface Door {
  what: string;
  /** What a token that nobody made is answered with. */
  refusal: number;
  show(browser: Browser, token: string): Promise<Reply>;
  /** A right one, and what it is answered with. */
  right: { token: string; status: number };
}

/** Tries tokens that nobody made at every door that takes one; then shows the right one. */
export async function guessTokens(site: Site, verdicts: Verdicts): Promise<void> {
  const owner = await site.findOwnerLink();
  const [forgetful, linked, inviting] = await site.newPeople(3);
  if (forgetful === undefined || linked === undefined || inviting === undefined) throw new TypeError("There is a person for each attack.");
  const team = requireStatus(201, await inviting.browser.post("/v1/workspaces", { name: "Acme" })).body;
  const doors: Door[] = [
    { what: "reset token", refusal: 400, show: (browser, token) => browser.post("/v1/auth/password/reset", { token, password: NEW_PASSWORD }), right: { token: await askByMail(site, forgetful, "password/forgot"), status: 204 } },
    { what: "sign-in link", refusal: 400, show: (browser, token) => browser.post("/v1/auth/magic-link/verify", { token }), right: { token: await askByMail(site, linked, "magic-link"), status: 200 } },
    { what: "owner link", refusal: 400, show: (browser, token) => browser.post("/v1/auth/owner-link", { token, email: site.newEmail() }), right: { token: owner, status: 201 } },
    { what: "invitation", refusal: 404, show: (browser, token) => browser.post("/v1/invitations/read", { token }), right: { token: await invite(site, inviting, String(team["id"])), status: 200 } },
  ];
  for (const door of doors) await tryDoor(site, verdicts, door);
}

async function askByMail(site: Site, { email }: Person, path: string): Promise<string> {
  requireStatus(202, await site.newBrowser().post(`/v1/auth/${path}`, { email }));
  return site.tokenTo(email);
}

export async function invite(site: Site, { browser }: Person, workspace: string, email = site.newEmail()): Promise<string> {
  requireStatus(201, await browser.post(`/v1/workspaces/${workspace}/invitations`, { email, role: "developer" }));
  return site.tokenTo(email);
}

async function tryDoor(site: Site, verdicts: Verdicts, { what, refusal, show, right }: Door): Promise<void> {
  const [one, fifty] = openAttackers(site);
  if (one === undefined || fifty === undefined) throw new TypeError("There are attackers.");
  const fromOne = await attack(one, TRIES, (browser) => show(browser, guess()));
  verdicts.add(`${what}, ${one.from}: of ${TRIES} guesses ${FAILS_PER_ADDRESS} are answered (${refusal})`, isLocked(fromOne, refusal, FAILS_PER_ADDRESS), countStatuses(fromOne));
  const fromFifty = await attack(fifty, TRIES, (browser) => show(browser, guess()));
  verdicts.add(`${what}, ${fifty.from}: nothing but ${refusal} and 429; there are 2^${toBits(right.token)} tokens`, countOf(fromFifty, refusal) + countOf(fromFifty, 429) === TRIES && toBits(right.token) >= 128, countStatuses(fromFifty));
  verdicts.expect(`${what}: then the right one is taken from another address`, [await show(site.newBrowser(), right.token)], [right.status]);
}

/** Of a token in base64url, whole bytes. */
const toBits = (token: string): number => Buffer.from(token, "base64url").length * 8;
