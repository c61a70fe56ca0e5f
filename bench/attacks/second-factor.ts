import { toTotp, toWrongTotp } from "./devices.ts";
import { addPasskey, attack, signInByPasskey } from "./guesses.ts";
import { type Browser, type Person, type Reply, requireStatus, type Site } from "./site.ts";
import { countOf, countStatuses, type Verdicts } from "./verdicts.ts";

const TRIES_PER_CHALLENGE = 5;
const FAILS_PER_ACCOUNT = 10;
const FAILS_PER_ADDRESS = 100;
const LOCK_S = 900;

export interface Guarded extends Person {
  /** Of the authenticator app, in Base32. */
  secret: string;
  recoveryCodes: string[];
}

/** Turns the second factor on. It spends the code before the present one, so that those of now and next are left. */
export async function guard(person: Person): Promise<Guarded> {
  const { body } = requireStatus(200, await person.browser.post("/v1/account/totp"));
  const secret = String(body["secret"]);
  requireStatus(204, await person.browser.post("/v1/account/totp/verify", { code: toTotp(secret, -1) }));
  return { ...person, secret, recoveryCodes: body["recovery_codes"] as string[] };
}

/** Gives the right password, so that the second factor is all that is missing. */
export async function openChallenge(browser: Browser, { email, password }: Person): Promise<Browser> {
  requireStatus(200, await browser.post("/v1/auth/sign-in", { email, password }));
  return browser;
}

const answer = (browser: Browser, code: string): Promise<Reply> => browser.post("/v1/auth/second-factor", { code });
const isWrongCode = ({ body }: Reply): boolean => body.error?.details?.reason === "wrong_code";

/** Somebody who has the password tries codes of the authenticator. */
export async function guessSecondFactors(site: Site, verdicts: Verdicts): Promise<void> {
  const people: Guarded[] = [];
  for (const person of await site.newPeople(4)) people.push(await guard(person));
  for (const tries of [TRIES_PER_CHALLENGE - 1, TRIES_PER_CHALLENGE]) {
    const person = people[tries - TRIES_PER_CHALLENGE + 1];
    if (person === undefined) throw new TypeError("There is a person for each attack.");
    const browser = await openChallenge(site.newBrowser(), person);
    const wrong = [];
    for (let i = 0; i < tries; i += 1) wrong.push(await answer(browser, toWrongTotp(person.secret)));
    const right = await answer(browser, toTotp(person.secret));
    const isKept = wrong.every(isWrongCode) && right.status === (tries < TRIES_PER_CHALLENGE ? 200 : 401);
    verdicts.add(`second factor: after ${tries} wrong codes on one challenge the right one is ${tries < TRIES_PER_CHALLENGE ? "taken" : "refused"}`, isKept, `${countStatuses(wrong)}, then ${right.status}`);
  }
  const address = site.newAddress();
  await guessFactorOf(site, verdicts, { from: "1 address", person: people[2], open: () => site.newBrowser(address) });
  await guessFactorOf(site, verdicts, { from: "50 addresses", person: people[3], open: () => site.newBrowser() });
}

interface FactorAttack {
  from: string;
  person: Guarded | undefined;
  open(): Browser;
}

async function guessFactorOf(site: Site, verdicts: Verdicts, { from, person, open }: FactorAttack): Promise<void> {
  if (person === undefined) throw new TypeError("There is a person for each attack.");
  const device = await addPasskey(person, site);
  const browsers: Browser[] = [];
  for (let i = 0; i < 50; i += 1) browsers.push(await openChallenge(open(), person));
  const tries = 150;
  const replies = await attack({ browsers }, tries, (browser) => answer(browser, toWrongTotp(person.secret)));
  const weighed = replies.filter(isWrongCode).length;
  verdicts.add(`second factor, ${from}: of ${tries} guesses on 50 challenges ${FAILS_PER_ACCOUNT} are weighed, nothing but 401 and 429`, weighed === FAILS_PER_ACCOUNT && countOf(replies, 401) + countOf(replies, 429) === tries, `${weighed} weighed; ${countStatuses(replies)}`);
  const late = await openChallenge(site.newBrowser(), person);
  const right = await answer(late, toTotp(person.secret));
  const recovered = await late.post("/v1/auth/second-factor", { recovery_code: person.recoveryCodes[0] });
  const waitS = right.body.error?.retry_after ?? 0;
  verdicts.add(`second factor, ${from}: then the right code and a recovery code are refused for a quarter of an hour`, right.status === 429 && recovered.status === 429 && waitS > LOCK_S - 60, `${right.status} and ${recovered.status}, retry after ${waitS} s`);
  verdicts.expect(`second factor, ${from}: a passkey stays open`, [await signInByPasskey(site, device)], [200]);
}

/** One address that has the passwords of many accounts. */
export async function guessFactorsFromOneAddress(site: Site, verdicts: Verdicts): Promise<void> {
  const people: Guarded[] = [];
  for (const person of await site.newPeople(FAILS_PER_ADDRESS / FAILS_PER_ACCOUNT + 2)) people.push(await guard(person));
  const address = site.newAddress();
  const replies: Reply[] = [];
  for (const person of people) {
    for (let challenge = 0; challenge < FAILS_PER_ACCOUNT / TRIES_PER_CHALLENGE; challenge += 1) {
      const browser = site.newBrowser(address);
      const begun = await browser.post("/v1/auth/sign-in", { email: person.email, password: person.password });
      for (let i = 0; i < TRIES_PER_CHALLENGE; i += 1) replies.push(begun.status === 200 ? await answer(browser, toWrongTotp(person.secret)) : begun);
    }
  }
  const weighed = replies.filter(isWrongCode).length;
  verdicts.add(`second factors of many accounts, 1 address: of ${replies.length} guesses ${FAILS_PER_ADDRESS} are weighed`, weighed === FAILS_PER_ADDRESS, `${weighed} weighed; ${countStatuses(replies)}`);
}
