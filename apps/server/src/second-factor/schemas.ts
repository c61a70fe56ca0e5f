import { z } from "zod";

/** People write codes with a gap, and copy what is around them. */
const digits = z.string().max(20).transform((text) => text.replaceAll(/\s/g, ""))
  .pipe(z.string().regex(/^\d{6}$/, { error: "must be six digits." }))
  .describe("The six digits that the authenticator app shows now.")
  .meta({ examples: ["492039"] });

const RecoveryCode = z.string().trim().min(1).max(40).describe("A recovery code, as it was shown; each works once.").meta({ examples: ["mP4xR-9cKqZ"] });

export const TotpCode = z.strictObject({ code: digits }).meta({ id: "TotpCode", description: "A code of an authenticator app.", examples: [{ code: "492039" }] });

export const SecondFactorAnswer = z.strictObject({ code: digits.optional(), recovery_code: RecoveryCode.optional() })
  .refine(({ code, recovery_code }) => (code === undefined) !== (recovery_code === undefined), { error: "needs exactly one of `code` and `recovery_code`.", path: ["code"] })
  .meta({ id: "SecondFactorAnswer", description: "The second factor, as a code of the app or a recovery code.", examples: [{ code: "492039" }, { recovery_code: "mP4xR-9cKqZ" }] });
export type SecondFactorAnswer = z.output<typeof SecondFactorAnswer>;

const RecoveryCodeList = z.array(z.string()).describe("Codes for the day on which the app is lost. Each works once, and they are shown here for the only time.");

export const SecondFactorSetup = z.strictObject({
  secret: z.string().describe("The shared secret in Base32, to type into an app by hand."),
  uri: z.string().describe("The same as a URI, for a QR code: six digits, every 30 seconds, SHA-1."),
  recovery_codes: RecoveryCodeList,
}).meta({
  id: "SecondFactorSetup",
  description: "What an authenticator app needs. It counts only once a code of it was sent to POST /v1/account/totp/verify.",
  examples: [{ secret: "JBSWY3DPEHPK3PXP", uri: "otpauth://totp/Loci:ada%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Loci&digits=6&period=30", recovery_codes: ["mP4xR-9cKqZ"] }],
});
export type SecondFactorSetup = z.output<typeof SecondFactorSetup>;

export const SecondFactorState = z.strictObject({
  enabled: z.boolean().describe("Whether signing in asks for a second factor."),
  recovery_codes_left: z.int().min(0).describe("How many recovery codes have not been used."),
}).meta({ id: "SecondFactorState", description: "Whether there is a second factor.", examples: [{ enabled: true, recovery_codes_left: 9 }] });
export type SecondFactorState = z.output<typeof SecondFactorState>;

export const RecoveryCodes = z.strictObject({ recovery_codes: RecoveryCodeList })
  .meta({ id: "RecoveryCodes", description: "New recovery codes; the old ones work no more.", examples: [{ recovery_codes: ["mP4xR-9cKqZ"] }] });
