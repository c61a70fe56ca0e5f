import { z } from "zod";
import { displayName } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";

const PasskeyName = displayName(100).describe("What its owner calls it: the device, or where it is kept.").meta({ examples: ["Ada's laptop"] });

// Browsers say more with every year; what they say is checked by the verifier, field by field.
export const Credential = z.looseObject({
  id: z.string().max(2_048).describe("The credential's id."),
  type: z.literal("public-key").describe("Always public-key."),
  response: z.looseObject({}).describe("What the device signed."),
}).meta({ id: "Credential", description: "What `credential.toJSON()` gives in the browser." });
export type Credential = z.output<typeof Credential>;

export const CeremonyOptions = z.looseObject({ challenge: z.string().describe("What the device has to sign.") })
  .meta({ id: "CeremonyOptions", description: "For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.", examples: [{ challenge: "dGhpcyBpcyBhIGNoYWxsZW5nZQ", rpId: "loci.example.com", userVerification: "required", timeout: 60_000 }] });

const CREDENTIAL = { id: "dGhlIGNyZWRlbnRpYWw", rawId: "dGhlIGNyZWRlbnRpYWw", type: "public-key", clientExtensionResults: {} };

export const NewPasskey = z.strictObject({ name: PasskeyName.optional(), credential: Credential.describe("What `navigator.credentials.create` gave, by its `toJSON()`.") })
  .meta({ id: "NewPasskey", description: "What the device made, and what to call it.", examples: [{ name: "Ada's laptop", credential: { ...CREDENTIAL, response: { clientDataJSON: "…", attestationObject: "…" } } }] });

export const PasskeyChange = z.strictObject({ name: PasskeyName }).meta({ id: "PasskeyChange", description: "Its new name.", examples: [{ name: "Ada's laptop" }] });

export const PasskeySignIn = z.strictObject({ credential: Credential.describe("What `navigator.credentials.get` gave, by its `toJSON()`.") }).meta({ id: "PasskeySignIn", description: "What the device signed.", examples: [{ credential: { ...CREDENTIAL, response: { clientDataJSON: "…", authenticatorData: "…", signature: "…" } } }] });

export const PasskeyParams = z.strictObject({ id: z.string().describe("The passkey's id.") });

export const Passkey = z.strictObject({
  id: z.string().describe("The passkey's id."),
  name: z.string().describe("What its owner calls it; else what kept it, as far as that is known."),
  synced: z.boolean().describe("Whether it is copied to other devices of its owner, as password managers do."),
  created_at: WireTime.nullable().describe("When it was added."),
}).meta({ id: "Passkey", description: "A passkey of the account.", examples: [{ id: "psk_019aa5d27c4c7d1eb8a3c0d94b1f8e52", name: "Ada's laptop", synced: true, created_at: "2026-11-21T07:00:00.000Z" }] });
export type Passkey = z.output<typeof Passkey>;

export const PasskeyList = z.strictObject({ items: z.array(Passkey).describe("All of them, the oldest first.") })
  .meta({ id: "PasskeyList", description: "The passkeys of the account.", examples: [{ items: [] }] });
