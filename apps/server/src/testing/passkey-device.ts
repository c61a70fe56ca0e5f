import type { Browser } from "playwright-core";

/** A device that keeps passkeys and checks who holds it: Chromium with its virtual authenticator. What it says is sent elsewhere. */
export interface PasskeyDevice {
  /** A new passkey, by the options of POST /v1/account/passkeys/options. */
  create(options: object): Promise<object>;
  /** Signs the options of POST /v1/auth/passkey/options. */
  sign(options: object): Promise<object>;
}

export async function openPasskeyDevice(browser: Browser, url: string): Promise<PasskeyDevice> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  // Passkeys belong to a site, so one of its pages has to ask for them.
  await page.goto(`${url}/sign-in`);
  return {
    create: (options) => page.evaluate(async (json) => ((await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(json) })) as PublicKeyCredential).toJSON(), options as PublicKeyCredentialCreationOptionsJSON),
    sign: (options) => page.evaluate(async (json) => ((await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(json) })) as PublicKeyCredential).toJSON(), options as PublicKeyCredentialRequestOptionsJSON),
  };
}
