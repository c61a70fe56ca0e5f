import { z } from "zod";
import { sendsMail } from "../accounts/charged-mails.ts";
import type { Config } from "../config.ts";
import type { Control } from "../control/database.ts";

export const PROVIDER_IDS = ["github", "google", "oidc"] as const;
export const ProviderId = z.enum(PROVIDER_IDS);
export type ProviderId = z.output<typeof ProviderId>;

export const SignInMethods = z.strictObject({
  password: z.boolean().describe("By address and password."),
  code: z.boolean().describe("By a six-digit code, or a link, from a mail. False where mail cannot be sent."),
  passkey: z.boolean().describe("By a passkey."),
  providers: z.array(z.strictObject({
    id: ProviderId.describe("What the paths of the API call it."),
    name: z.string().describe("What people call it."),
  })).describe("By an account somewhere else; those that are set up here."),
  sign_up: z.enum(["open", "invite", "closed"]).describe("Who may make an account: anybody, who was invited, or nobody. The first account of an instance can always be made."),
}).meta({ id: "SignInMethods", description: "The ways to sign in that this instance has." });
export type SignInMethods = z.output<typeof SignInMethods>;

interface Parts {
  control: Control;
  config: Pick<Config, "mode" | "mail" | "signup" | "providers">;
}

/** The ways to sign in that this instance has. Without mail a development server still prints codes and links. */
export async function readSignInMethods({ control, config: { mode, mail, signup, providers } }: Parts): Promise<SignInMethods> {
  const first = signup !== "open" && (await control.reads.selectFrom("users").select("id").limit(1).executeTakeFirst()) === undefined;
  const canMail = sendsMail({ mode, mail });
  const names: Record<ProviderId, string | null> = {
    github: providers.github === null ? null : "GitHub",
    google: providers.google === null ? null : "Google",
    oidc: providers.oidc?.name ?? null,
  };
  // Whoever cannot be sent a code comes in by an invitation, which vouches for the address, or by a provider.
  const reachable = canMail || PROVIDER_IDS.some((id) => names[id] !== null);
  return {
    password: true,
    code: canMail,
    passkey: true,
    providers: PROVIDER_IDS.flatMap((id) => (names[id] === null ? [] : [{ id, name: names[id] }])),
    sign_up: reachable ? (first ? "open" : signup) : (signup === "closed" ? "closed" : "invite"),
  };
}
