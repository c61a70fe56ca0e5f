import { defineCommand } from "../arguments/command.ts";
import { openClient } from "../client.ts";
import { readTextOrInput, type Desk } from "../desk.ts";
import { usageError } from "../exit.ts";
import { chooseServer, DEFAULT_PROFILE, readApiKey, toLoginCommand, type Choice, type LoginTerms } from "../profiles/choice.ts";
import type { Profile } from "../profiles/file.ts";
import { keepProfile } from "../profiles/store.ts";
import { endSignIn } from "./logout.ts";
import { toCallerLines } from "./whoami.ts";

export const login = defineCommand({
  about: `Signs in to a server and keeps that for the commands to come, for this user of this machine alone. A browser is
opened, in which you choose the workspace and what may be done. With --api-key the key is kept instead; - reads it
from standard input, so that it does not stand in the history of the shell.`,
  options: {
    headless: { type: "boolean", means: "Show a code to enter in a browser on any machine" },
  },
  examples: ["loci login --base-url https://loci.example.com", "loci login --headless --profile work", "loci login --api-key - < key.txt"],
  run: async (desk, { values }) => {
    const { globals, environment, output } = desk;
    const given = globals["api-key"];
    if (given !== undefined && values.headless === true) throw usageError("--api-key and --headless contradict each other. Give one of them.");
    // A key given here is to be kept, and `-` is none yet.
    const choice = chooseServer({ ...globals, "api-key": undefined }, environment);
    const { baseUrl, profileName } = choice;
    const profile: Profile = given === undefined ? await signIn(desk, { baseUrl, profileName, headless: values.headless === true }) : { kind: "key", base_url: baseUrl, api_key: readApiKey(await readTextOrInput(desk, given, "the key")) };
    // What does not open the server is not kept.
    const who = profile.kind === "key" ? await readCaller(desk, choice, profile.api_key) : await readCaller(desk, choice, profile.access_token);
    const before = await keepProfile(environment.configDir, profileName, profile);
    if (before?.kind === "sign_in") await endSignIn(before);
    if (environment.apiKey !== undefined) output.note(`LOCI_API_KEY is set, and goes before this sign-in. Unset it, or say --profile ${profileName}.`);
    await output.answer({ profile: profileName, base_url: baseUrl, ...who }, () => [`Signed in${profileName === DEFAULT_PROFILE ? "" : ` as profile ${profileName}`}.`, ...toCallerLines(baseUrl, who)]);
  },
});

async function readCaller({ output, environment, globals }: Desk, choice: Choice, secret: string) {
  const loci = await openClient({ ...choice, credentials: { from: "--api-key", apiKey: secret } }, { output, environment, verbose: globals.verbose === true });
  return loci.request("GET /v1/whoami");
}

async function signIn({ output, environment: { browser } }: Desk, terms: LoginTerms): Promise<Profile> {
  const { discoverSite } = await import("../sign-in/site.ts");
  const { toProfile } = await import("../sign-in/tokens.ts");
  const site = await discoverSite(terms);
  if (terms.headless === true) {
    const { signInByDevice } = await import("../sign-in/device.ts");
    return toProfile(site, await signInByDevice(site, async ({ verification_uri, verification_uri_complete, user_code, expires_in }) => {
      if (output.json) await output.answer({ verification_uri, verification_uri_complete, user_code, expires_in }, () => "");
      else output.note(`Open ${verification_uri} in a browser and enter the code ${user_code} within ${Math.floor(expires_in / 60)} minutes.`);
    }));
  }
  const { signInByBrowser } = await import("../sign-in/browser.ts");
  const { openInBrowser } = await import("../sign-in/open-browser.ts");
  return toProfile(site, await signInByBrowser(site, {
    tell: (url) => output.note(`Opening your browser. If it does not open, go there yourself:\n${url}\nOn a machine without a browser: ${toLoginCommand({ ...terms, headless: true })}`),
    open: (url) => openInBrowser(url, browser),
  }));
}
