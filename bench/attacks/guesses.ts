import { randomBytes } from "node:crypto";
import { PasskeyDevice } from "./devices.ts";
import { type Browser, type Person, type Reply, requireStatus, type Site } from "./site.ts";
import { countOf, countStatuses, type Verdicts } from "./verdicts.ts";

// What SECURITY 3.6 promises.
const FAILS_PER_ACCOUNT = 10;
const FAILS_PER_ADDRESS = 100;
const TRIES_PER_CODE = 5;
const MAILS_PER_ACCOUNT = 3;
const SIGN_UPS_PER_ADDRESS = 50;
const HOUR_S = 3_600;

const CONNECTIONS_PER_ATTACK = 8;
export const NEW_PASSWORD = "staple by the window";

/** From how many addresses an attack comes, and over which connections. */
interface Attackers {
  from: string;
  browsers: Browser[];
}

/** From one address over some connections, and from fifty over one each. */
export const openAttackers = (site: Site): Attackers[] => [openOne(site), { from: "50 addresses", browsers: site.newBrowsers(50) }];

function openOne(site: Site, address = site.newAddress()): Attackers {
  return { from: "1 address", browsers: Array.from({ length: CONNECTIONS_PER_ATTACK }, () => site.newBrowser(address)) };
}

/** So many tries, all connections at once, each with one at a time. */
export async function attack({ browsers }: Pick<Attackers, "browsers">, tries: number, makeTry: (browser: Browser, number: number) => Promise<Reply>): Promise<Reply[]> {
  const replies: Reply[] = [];
  let begun = 0;
  await Promise.all(browsers.map(async (browser) => {
    while (begun < tries) {
      begun += 1;
      replies.push(await makeTry(browser, begun));
    }
  }));
  return replies;
}

export const guess = (): string => randomBytes(32).toString("base64url");
const signIn = (browser: Browser, email: string, password: string): Promise<Reply> => browser.post("/v1/auth/sign-in", { email, password });

/** Adds a passkey to the account of who is signed in. */
export async function addPasskey({ browser }: Person, site: Site): Promise<PasskeyDevice> {
  const device = new PasskeyDevice();
  const { body } = requireStatus(200, await browser.post("/v1/account/passkeys/options"));
  requireStatus(201, await browser.post("/v1/account/passkeys", { credential: device.create(body as never, toOrigin(site)) }));
  return device;
}

export async function signInByPasskey(site: Site, device: PasskeyDevice): Promise<Reply> {
  const browser = site.newBrowser();
  const { body } = requireStatus(200, await browser.post("/v1/auth/passkey/options"));
  return browser.post("/v1/auth/passkey/verify", { credential: device.sign(body as never, toOrigin(site)) });
}

// Browsers have no passkeys for addresses in digits.
const toOrigin = ({ server: { port } }: Site): string => `http://localhost:${port}`;

/** Tries passwords of one account, then whether the lock holds and shuts out nobody but who guesses. */
export async function guessPasswords(site: Site, verdicts: Verdicts): Promise<void> {
  const people = await site.newPeople(2);
  const devices = [];
  for (const person of people) devices.push(await addPasskey(person, site));
  await site.restart();
  for (const [index, attackers] of openAttackers(site).entries()) {
    const [person, device] = [people[index], devices[index]];
    if (person === undefined || device === undefined) throw new TypeError("There is a person for each attack.");
    const { email, password } = person;
    const { from } = attackers;
    const tries = 200;
    const replies = await attack(attackers, tries, (browser) => signIn(browser, email, guess()));
    verdicts.add(`password, ${from}: of ${tries} guesses ${FAILS_PER_ACCOUNT} are answered, nothing but 401 and 429`, isLocked(replies, 401, FAILS_PER_ACCOUNT), countStatuses(replies));

    const right = await signIn(site.newBrowser(), email, password);
    const waitS = right.body.error?.retry_after ?? 0;
    verdicts.add(`password, ${from}: then the right one is refused too, for the rest of an hour`, right.status === 429 && waitS > HOUR_S - 120 && waitS <= HOUR_S, `${right.status}, retry after ${waitS} s`);
    verdicts.expect(`password, ${from}: a passkey, a code and a link stay open`, [await signInByPasskey(site, device), await signInByCode(site, email), await signInByLink(site, email)], [200, 200, 200]);
    verdicts.expect(`password, ${from}: a reset stays open and ends the lock`, [await reset(site, email), await signIn(site.newBrowser(), email, NEW_PASSWORD)], [204, 200]);

    const strangers = index === 0 ? openOne(site) : { ...attackers, browsers: site.newBrowsers(50) };
    const unknown = site.newEmail();
    const unanswered = await attack(strangers, tries, (browser) => signIn(browser, unknown, guess()));
    verdicts.add(`password of an unknown address, ${from}: the same`, isLocked(unanswered, 401, FAILS_PER_ACCOUNT), countStatuses(unanswered));
  }
}

/** So many were answered, and all others refused as too many. */
export const isLocked = (replies: readonly Reply[], refusal: number, answered: number): boolean => countOf(replies, refusal) === answered && countOf(replies, 429) === replies.length - answered;

async function signInByCode(site: Site, email: string): Promise<Reply> {
  const browser = site.newBrowser();
  const asked = await browser.post("/v1/auth/code", { email });
  return asked.status === 202 ? browser.post("/v1/auth/code/verify", { code: await site.codeTo(email) }) : asked;
}

async function signInByLink(site: Site, email: string): Promise<Reply> {
  const browser = site.newBrowser();
  const asked = await browser.post("/v1/auth/magic-link", { email });
  return asked.status === 202 ? browser.post("/v1/auth/magic-link/verify", { token: await site.tokenTo(email) }) : asked;
}

async function reset(site: Site, email: string): Promise<Reply> {
  const browser = site.newBrowser();
  const asked = await browser.post("/v1/auth/password/forgot", { email });
  return asked.status === 202 ? browser.post("/v1/auth/password/reset", { token: await site.tokenTo(email), password: NEW_PASSWORD }) : asked;
}

/** One address that tries many accounts, however it writes its address. */
export async function guessFromOneAddress(site: Site, verdicts: Verdicts): Promise<void> {
  const tries = 150;
  const trySome = (attackers: Pick<Attackers, "browsers">) => attack(attackers, tries, (browser) => signIn(browser, site.newEmail(), "guess"));
  const one = openOne(site, "192.0.2.1");
  const plain = await trySome(one);
  verdicts.add(`many accounts, 1 address: ${FAILS_PER_ADDRESS} guesses are answered`, isLocked(plain, 401, FAILS_PER_ADDRESS), countStatuses(plain));
  const [browser] = one.browsers;
  if (browser === undefined) throw new TypeError("There is an attacker.");
  const others = [
    await browser.post("/v1/auth/code/verify", { code: "000000" }), await browser.post("/v1/auth/magic-link/verify", { token: guess() }), await browser.post("/v1/auth/password/reset", { token: guess(), password: NEW_PASSWORD }),
    await browser.post("/v1/auth/owner-link", { token: guess(), email: site.newEmail() }),
  ];
  verdicts.expect("many accounts, 1 address: then no code, link, reset or owner link is taken from it", others, others.map(() => 429));

  const network = { browsers: Array.from({ length: CONNECTIONS_PER_ATTACK }, (_, host) => site.newBrowser(`2001:db8:7:1::${host + 1}`)) };
  const byNetwork = await trySome(network);
  verdicts.add("many accounts, many addresses of one IPv6 /64: they count as one", isLocked(byNetwork, 401, FAILS_PER_ADDRESS), countStatuses(byNetwork));

  const forged = await attack(openOne(site), tries, (sender, number) => sender.send("POST", "/v1/auth/sign-in", { email: site.newEmail(), password: "guess" }, { "X-Forwarded-For": `198.51.100.${number}, 192.0.2.2` }));
  verdicts.add("many accounts, 1 address that forges X-Forwarded-For: the last hop counts", isLocked(forged, 401, FAILS_PER_ADDRESS), countStatuses(forged));

  const signUps = await attack(openOne(site), 60, (sender) => sender.post("/v1/auth/sign-up", { email: site.newEmail() }));
  verdicts.add(`sign-ups, 1 address: ${SIGN_UPS_PER_ADDRESS} an hour`, isLocked(signUps, 202, SIGN_UPS_PER_ADDRESS), countStatuses(signUps));
}

/** Asks for codes of somebody and tries digits. */
export async function guessCodes(site: Site, verdicts: Verdicts): Promise<void> {
  const people = await site.newPeople(4);
  const devices = [];
  for (const person of people) devices.push(await addPasskey(person, site));
  await site.restart();
  for (const tries of [TRIES_PER_CODE - 1, TRIES_PER_CODE]) {
    const { code, verify } = await askForCode(site, people[tries - TRIES_PER_CODE + 1]);
    const wrong = [];
    for (let i = 0; i < tries; i += 1) wrong.push(await verify(site.newBrowser(), toWrong(code, i)));
    const right = await verify(site.newBrowser(), code);
    const isKept = countOf(wrong, 401) === tries && right.status === (tries < TRIES_PER_CODE ? 200 : 401);
    verdicts.add(`code: after ${tries} wrong ones the right one is ${tries < TRIES_PER_CODE ? "taken" : "refused"}`, isKept, `${countStatuses(wrong)}, then ${right.status}`);
  }
  for (const [index, attackers] of openAttackers(site).entries()) await guessCodesOf(site, verdicts, { attackers, person: people[index + 2], device: devices[index + 2] });
}

interface CodeAttack {
  attackers: Attackers;
  person: Person | undefined;
  device: PasskeyDevice | undefined;
}

async function guessCodesOf(site: Site, verdicts: Verdicts, { attackers, person, device }: CodeAttack): Promise<void> {
  if (person === undefined || device === undefined) throw new TypeError("There is a person for each attack.");
  const { from } = attackers;
  const tries = 100;
  // Wide of the right one, so that only being quick could help.
  const burst = async () => {
    const { code, verify } = await askForCode(site, person);
    const replies = await attack(attackers, tries, (browser, number) => verify(browser, number === tries / 2 ? code : toWrong(code, number)));
    return { replies, late: await verify(site.newBrowser(), code) };
  };
  const { replies, late } = await burst();
  verdicts.add(`code, ${from}: of ${tries} guesses at once with the right one amid them none gets in`, countOf(replies, 200) === 0 && late.status !== 200, `${countStatuses(replies)}, then ${late.status}`);
  verdicts.add(`code, ${from}: nothing but 401 and 429`, countOf(replies, 401) + countOf(replies, 429) === tries, countStatuses(replies));
  const second = await askForCode(site, person);
  for (let i = 0; i < TRIES_PER_CODE; i += 1) await second.verify(site.newBrowser(), toWrong(second.code, i));
  const signedIn = [await signIn(site.newBrowser(), person.email, person.password), await signInByPasskey(site, device), await signInByLink(site, person.email)];
  verdicts.expect(`code, ${from}: after ten wrong ones the password, a passkey and a link stay open`, signedIn, [200, 200, 200]);
}

async function askForCode(site: Site, person: Pick<Person, "email"> | undefined) {
  if (person === undefined) throw new TypeError("There is a person for each attack.");
  const { email } = person;
  const asking = site.newBrowser();
  requireStatus(202, await asking.post("/v1/auth/code", { email }));
  const cookie = [...asking.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  return { code: await site.codeTo(email), verify: (browser: Browser, code: string) => browser.send("POST", "/v1/auth/code/verify", { code }, { Cookie: cookie }) };
}

/** A wrong code for every number, none twice. */
const toWrong = (code: string, number: number): string => String((Number(code) + 1 + number) % 1_000_000).padStart(6, "0");

/** After ten wrong codes over two askings the third asking's right one is refused: the account is what is counted. */
export async function guessCodesOverAskings(site: Site, verdicts: Verdicts): Promise<void> {
  const [person] = await site.newPeople(1);
  await site.restart();
  for (let asking = 0; asking < FAILS_PER_ACCOUNT / TRIES_PER_CODE; asking += 1) {
    const { code, verify } = await askForCode(site, person);
    for (let i = 0; i < TRIES_PER_CODE; i += 1) await verify(site.newBrowser(), toWrong(code, i));
  }
  const { code, verify } = await askForCode(site, person);
  verdicts.expect("code: after ten wrong ones of two askings the right one of a third is refused", [await verify(site.newBrowser(), code)], [429]);
}

/** Has mails sent to somebody who did not ask. */
export async function floodMailbox(site: Site, verdicts: Verdicts): Promise<void> {
  const [flooded, unasked] = await site.newPeople(2);
  await site.restart();
  if (flooded === undefined || unasked === undefined) throw new TypeError("There is a person for each attack.");
  const replies = await attack({ browsers: site.newBrowsers(50) }, 50, (browser) => browser.post("/v1/auth/code", { email: flooded.email }));
  verdicts.add(`mails, 50 addresses: of 50 askings for a code of one account ${MAILS_PER_ACCOUNT} are taken`, isLocked(replies, 202, MAILS_PER_ACCOUNT), countStatuses(replies));
  const guesses = await attack({ browsers: site.newBrowsers(FAILS_PER_ACCOUNT) }, FAILS_PER_ACCOUNT, (browser) => signIn(browser, flooded.email, guess()));
  const open = [await signInByLink(site, flooded.email), await reset(site, flooded.email)];
  verdicts.add("lock-out: ten wrong passwords and three askings for codes by strangers leave the person a link or a reset", countOf(guesses, 401) === FAILS_PER_ACCOUNT && open.some(({ status }) => status < 300), `link ${open[0]?.status}, reset ${open[1]?.status}`);
  const paths = ["sign-up", "code", "magic-link", "password/forgot"];
  const asked: Reply[] = [];
  for (const path of paths) asked.push(...(await attack({ browsers: site.newBrowsers(50) }, 50, (browser) => browser.post(`/v1/auth/${path}`, { email: unasked.email }))));
  const links = await site.listTokens(unasked.email, "magic_link");
  const opened = [];
  for (const token of links) opened.push(await site.newBrowser().post("/v1/auth/magic-link/verify", { token }));
  const found = `${countStatuses(asked)}; of ${links.length} links ${countOf(opened, 200)} open the account`;
  verdicts.add("lock-out: strangers who use up every mail of a person have mailed them links that open the account", countOf(asked, 202) === MAILS_PER_ACCOUNT * paths.length && countOf(opened, 200) === MAILS_PER_ACCOUNT, found);
}
