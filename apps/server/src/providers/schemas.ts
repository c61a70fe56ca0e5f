import { z } from "zod";
import { WireTime } from "../memories/memory.ts";
import { PROVIDER_IDS, ProviderId } from "./methods.ts";
import { isOwnPath } from "./redirects.ts";

export const ProviderParams = z.strictObject({ provider: ProviderId.describe("github, google or oidc.") });

const Redirect = z.string().max(8_000).refine(isOwnPath, "must be a path of this server, such as /accept-invitation.")
  .describe("Where to go afterwards: a path of this server. / unless said.").meta({ examples: ["/"] });

export const ProviderStart = z.strictObject({ redirect: Redirect.optional() }).meta({ id: "ProviderStart", description: "What comes after the sign-in.", examples: [{ redirect: "/" }] });

export const NewSignIn = z.strictObject({ provider: ProviderId.describe("github, google or oidc."), redirect: Redirect.optional() })
  .meta({ id: "NewSignIn", description: "The provider to link.", examples: [{ provider: "github" }] });

export const ProviderUrl = z.strictObject({ url: z.string().describe("Send the browser there. The way back works in this browser only, for ten minutes.") })
  .meta({ id: "ProviderUrl", description: "Where the provider asks who it is.", examples: [{ url: "https://github.com/login/oauth/authorize?client_id=…" }] });

/** What a provider sends along; other parameters that it has are left alone. */
export const CallbackQuery = z.looseObject({
  code: z.string().optional().describe("What is exchanged for the person's address and name."),
  state: z.string().optional().describe("What this server sent."),
  error: z.string().optional().describe("Why there is no code."),
  iss: z.string().optional().describe("Who answers."),
});

export const SignInParams = z.strictObject({ id: z.string().describe("The id of the way to sign in.") });

export const SignInWay = z.strictObject({
  id: z.string().describe("The id of the way to sign in."),
  kind: z.enum(["password", ...PROVIDER_IDS]).describe("A password, or the provider whose account is linked."),
  created_at: WireTime.describe("When it was added."),
}).meta({ id: "SignInWay", description: "A way to sign in. Passkeys have a list of their own.", examples: [{ id: "acc_019aa5d27c4c7d1eb8a3c0d94b1f8e52", kind: "github", created_at: "2026-11-21T07:00:00.000Z" }] });
export type SignInWay = z.output<typeof SignInWay>;

export const SignInWayList = z.strictObject({ items: z.array(SignInWay).describe("All of them, the oldest first.") })
  .meta({ id: "SignInWayList", description: "The ways to sign in to the account.", examples: [{ items: [] }] });
