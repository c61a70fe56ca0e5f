import { type Browser, type Person, type Reply, requireStatus, type Site } from "./site.ts";
import type { Verdicts } from "./verdicts.ts";

/** A call that takes an address, and must not tell whether it has an account. */
export interface AddressCall {
  name: string;
  path: string;
  status: number;
  toBody(email: string): object;
}

export const ADDRESS_CALLS: AddressCall[] = [
  { name: "sign-in", path: "/v1/auth/sign-in", status: 401, toBody: (email) => ({ email, password: "not the password" }) },
  { name: "sign-up", path: "/v1/auth/sign-up", status: 202, toBody: (email) => ({ email, password: "a password of nobody" }) },
  { name: "code", path: "/v1/auth/code", status: 202, toBody: (email) => ({ email }) },
  { name: "magic link", path: "/v1/auth/magic-link", status: 202, toBody: (email) => ({ email }) },
  { name: "forgot", path: "/v1/auth/password/forgot", status: 202, toBody: (email) => ({ email }) },
];

// Chosen by the caller, so that it is the same in both answers.
const REQUEST_ID = "req_alike_alike";
const FAILS_PER_ACCOUNT = 10;
const MAILS_PER_ACCOUNT = 3;

/** Compares what known and unknown addresses are answered with: status, headers in their order, and body. */
export async function compareAnswers(site: Site, verdicts: Verdicts): Promise<void> {
  const [known, bare] = [await site.newPerson(), await site.newPerson({ password: null })];
  await site.restart();
  const addresses = { known: known.email, "known without a password": bare.email, unknown: site.newEmail() };
  for (const call of ADDRESS_CALLS) {
    // Three mails an address, so each call finds a server that has sent none.
    await site.restart();
    const texts: string[] = [];
    for (const email of Object.values(addresses)) texts.push(toComparable(requireStatus(call.status, await send(site.newBrowser(), call, email))));
    addComparison(verdicts, `${call.name}: ${Object.keys(addresses).join(", ")} addresses are answered with the same bytes`, texts);
    await compareLocked(site, verdicts, call, [known, bare]);
  }
}

const send = (browser: Browser, { path, toBody }: AddressCall, email: string): Promise<Reply> => browser.send("POST", path, toBody(email), { "X-Request-Id": REQUEST_ID });

/** The same once there were too many. */
async function compareLocked(site: Site, verdicts: Verdicts, call: AddressCall, people: Person[]): Promise<void> {
  const texts: string[] = [];
  for (const email of [...people.map(({ email }) => email), site.newEmail()]) {
    for (let i = 0; i < (call.name === "sign-in" ? FAILS_PER_ACCOUNT : MAILS_PER_ACCOUNT); i += 1) await send(site.newBrowser(), call, email);
    texts.push(toComparable(requireStatus(429, await send(site.newBrowser(), call, email))));
  }
  addComparison(verdicts, `${call.name}, too often: the same bytes`, texts);
}

function addComparison(verdicts: Verdicts, promise: string, texts: string[]): void {
  const [first = ""] = texts;
  const other = texts.find((text) => text !== first);
  verdicts.add(promise, other === undefined, other === undefined ? `${first.length} of ${first.length} alike` : `${first} / ${other}`);
}

/** An answer without what differs between any two: the time, when to come back, and the secret in a cookie, whose shape stays. */
function toComparable({ status, headers, text }: Reply): string {
  const kept = Object.entries(headers).map(([name, value]) => `${name}: ${toShape(name, value)}`);
  return [status, ...kept, "", text.replace(/"retry_after":\d+/, '"retry_after":…').replace(/Wait .+? before/, "Wait … before")].join("\n");
}

function toShape(name: string, value: string): string {
  if (name === "date" || name === "retry-after") return "…";
  return name === "set-cookie" ? value.replaceAll(/(?<==prf_)[0-9a-f]{32}\.[\w-]{43}(?=;)/g, "…") : value;
}
