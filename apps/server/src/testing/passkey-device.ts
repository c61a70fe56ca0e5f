import type { Browser, CDPSession, Page } from "playwright-core";

/** A device that keeps passkeys and checks who holds it, if it can: Chromium with its virtual authenticator. What it says is sent elsewhere. */
export interface PasskeyDevice {
  /** A page of the site, in a browser profile of its own. Closing its context ends the device. */
  page: Page;
  /** A new passkey, by the options of POST /v1/account/passkeys/options. */
  create(options: object): Promise<object>;
  /** Signs the options of POST /v1/auth/passkey/options. */
  sign(options: object): Promise<object>;
  /** Whether it checks from now on. */
  setVerifying(verifying: boolean): Promise<void>;
}

export async function openPasskeyDevice(browser: Browser, url: string, { canVerify = true } = {}): Promise<PasskeyDevice> {
  const context = await browser.newContext({ baseURL: url });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  const authenticatorId = await addAuthenticator(cdp, canVerify);
  // Passkeys belong to a site, so one of its pages has to ask for them.
  await page.goto("/sign-in");
  return {
    page,
    create: (options) => page.evaluate(async (json) => ((await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) })) as PublicKeyCredential).toJSON(), options as PublicKeyCredentialCreationOptionsJSON),
    sign: (options) => page.evaluate(async (json) => ((await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) })) as PublicKeyCredential).toJSON(), options as PublicKeyCredentialRequestOptionsJSON),
    setVerifying: async (isUserVerified) => void (await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified })),
  };
}

async function addAuthenticator(cdp: CDPSession, canVerify: boolean): Promise<string> {
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: canVerify, isUserVerified: canVerify, automaticPresenceSimulation: true },
  });
  return authenticatorId;
}
