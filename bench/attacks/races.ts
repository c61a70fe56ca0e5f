import { toTotp } from "./devices.ts";
import { guard, openChallenge } from "./second-factor.ts";
import { type Browser, PASSWORD, type Person, type Reply, requireStatus, type Site } from "./site.ts";
import { invite } from "./tokens.ts";
import { countOf, countStatuses, type Verdicts } from "./verdicts.ts";

const USES = 100;
const CHALLENGES_OPENED_AT_ONCE = 4;

interface Race {
  what: string;
  win: number;
  /** What all others may be answered with. */
  losses: number[];
  browsers: Browser[];
  use(browser: Browser, number: number): Promise<Reply>;
}

/** Uses one thing a hundred times at once, over connections that stand already. */
async function race(verdicts: Verdicts, { what, win, losses, browsers, use }: Race): Promise<Reply[]> {
  await Promise.all(browsers.map((browser) => browser.send("GET", "/livez")));
  const replies = await Promise.all(browsers.map(use));
  const wins = countOf(replies, win);
  const lost = replies.filter(({ status }) => losses.includes(status)).length;
  verdicts.add(`${USES} uses at once of one ${what}: exactly one wins, the others are answered with ${losses.join(" or ")}`, wins === 1 && lost === USES - 1, countStatuses(replies));
  return replies;
}

/** Everything that may be used once is used a hundred times at once. */
export async function runRaces(site: Site, verdicts: Verdicts): Promise<void> {
  const owner = await site.findOwnerLink();
  const people = await site.newPeople(4);
  const [byCode, byLink, forgetful, host] = people;
  if (byCode === undefined || byLink === undefined || forgetful === undefined || host === undefined) throw new TypeError("There is a person for each race.");
  await race(verdicts, { what: "owner link", win: 201, losses: [400], browsers: site.newBrowsers(USES), use: (browser) => browser.post("/v1/auth/owner-link", { token: owner, email: site.newEmail() }) });
  await raceSignUp(site, verdicts);
  await raceCode(site, verdicts, byCode);
  await raceLink(site, verdicts, byLink);
  await raceReset(site, verdicts, forgetful);
  await raceInvitation(site, verdicts, host);
  await raceSecondFactors(site, verdicts);
}

async function raceSignUp(site: Site, verdicts: Verdicts): Promise<void> {
  const email = site.newEmail();
  const asking = site.newBrowser();
  requireStatus(202, await asking.post("/v1/auth/sign-up", { email, password: PASSWORD }));
  const code = await site.codeTo(email);
  await race(verdicts, { what: "sign-up code", win: 201, losses: [401, 429], browsers: site.newBrowsers(USES, asking.cookies), use: (browser) => browser.post("/v1/auth/sign-up/verify", { code }) });
}

async function raceCode(site: Site, verdicts: Verdicts, { email }: Person): Promise<void> {
  const asking = site.newBrowser();
  requireStatus(202, await asking.post("/v1/auth/code", { email }));
  const code = await site.codeTo(email);
  await race(verdicts, { what: "sign-in code", win: 200, losses: [401, 429], browsers: site.newBrowsers(USES, asking.cookies), use: (browser) => browser.post("/v1/auth/code/verify", { code }) });
}

async function raceLink(site: Site, verdicts: Verdicts, { email }: Person): Promise<void> {
  requireStatus(202, await site.newBrowser().post("/v1/auth/magic-link", { email }));
  const token = await site.tokenTo(email);
  await race(verdicts, { what: "sign-in link", win: 200, losses: [400], browsers: site.newBrowsers(USES), use: (browser) => browser.post("/v1/auth/magic-link/verify", { token }) });
}

async function raceReset(site: Site, verdicts: Verdicts, { email }: Person): Promise<void> {
  requireStatus(202, await site.newBrowser().post("/v1/auth/password/forgot", { email }));
  const token = await site.tokenTo(email);
  const toPassword = (number: number): string => `a password of try ${number}`;
  const replies = await race(verdicts, { what: "reset token", win: 204, losses: [400], browsers: site.newBrowsers(USES), use: (browser, number) => browser.post("/v1/auth/password/reset", { token, password: toPassword(number) }) });
  const winner = replies.findIndex(({ status }) => status === 204);
  const opens = [await site.newBrowser().post("/v1/auth/sign-in", { email, password: toPassword(winner) }), await site.newBrowser().post("/v1/auth/sign-in", { email, password: toPassword((winner + 1) % USES) })];
  verdicts.expect("reset token: the winner's password opens the account, a loser's does not", opens, [200, 401]);
}

async function raceInvitation(site: Site, verdicts: Verdicts, host: Person): Promise<void> {
  const [guest] = await site.newPeople(1);
  if (guest === undefined) throw new TypeError("There is a guest.");
  const { body: team } = requireStatus(201, await host.browser.post("/v1/workspaces", { name: "Acme" }));
  const token = await invite(site, host, String(team["id"]), guest.email);
  await race(verdicts, { what: "invitation", win: 200, losses: [409], browsers: site.newBrowsers(USES, guest.browser.cookies), use: (browser) => browser.post("/v1/invitations/accept", { token }) });
  const { body } = await host.browser.send("GET", `/v1/workspaces/${String(team["id"])}/members`);
  const members = (body["items"] as object[]).length;
  verdicts.add("invitation: the team has one member more", members === 2, `${members} members`);
}

async function raceSecondFactors(site: Site, verdicts: Verdicts): Promise<void> {
  const [byRecovery, byTotp] = await site.newPeople(2);
  if (byRecovery === undefined || byTotp === undefined) throw new TypeError("There is a person for each race.");
  const recovering = await guard(byRecovery);
  const [recovery_code] = recovering.recoveryCodes;
  await race(verdicts, { what: "recovery code, on as many challenges", win: 200, losses: [401, 429], browsers: await openChallenges(site, recovering), use: (browser) => browser.post("/v1/auth/second-factor", { recovery_code }) });
  const guarded = await guard(byTotp);
  const browsers = await openChallenges(site, guarded);
  // Reckoned once: all show the same, also when the half minute ends meanwhile.
  const code = toTotp(guarded.secret);
  await race(verdicts, { what: "authenticator code, on as many challenges", win: 200, losses: [401, 429], browsers, use: (browser) => browser.post("/v1/auth/second-factor", { code }) });
}

async function openChallenges(site: Site, person: Person): Promise<Browser[]> {
  const waiting = site.newBrowsers(USES);
  const browsers = [...waiting];
  await Promise.all(Array.from({ length: CHALLENGES_OPENED_AT_ONCE }, async () => {
    for (let browser = waiting.pop(); browser !== undefined; browser = waiting.pop()) await openChallenge(browser, person);
  }));
  return browsers;
}
