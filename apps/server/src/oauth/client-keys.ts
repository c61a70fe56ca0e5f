import type { JSONWebKeySet } from "jose";
import { z } from "zod";
import { findUrlFault } from "./client-files.ts";
import { OAuthError } from "./errors.ts";

/** What assertions may be signed with: each has a public key alone to check it. Ed25519 is the name that EdDSA has since RFC 9864. */
export const ASSERTION_ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"] as const;

/** What a client proves itself by: keys in its document, or at a URL that it names. */
export type ClientKeys = { alg: string | null } & ({ jwks: JSONWebKeySet } | { jwks_uri: string });

const KEYS_MAX = 20;
// RSA of 8,192 bits: what is larger takes seconds to check.
const MODULUS_CHARS_MAX = 1_366;

const Base64Url = (charsMax: number) => z.string().max(charsMax).regex(/^[A-Za-z0-9_-]+$/);
const Common = z.object({ kid: z.string().max(500).optional(), use: z.literal("sig").optional(), alg: z.enum(ASSERTION_ALGORITHMS).optional(), key_ops: z.array(z.string().max(50)).max(10).optional() });

/** A public key that can be used here, without what else may stand beside it. */
const PublicKey = z.discriminatedUnion("kty", [
  Common.extend({ kty: z.literal("EC"), crv: z.literal("P-256"), x: Base64Url(43), y: Base64Url(43) }),
  // The curve says all, and the algorithm has two names.
  Common.omit({ alg: true }).extend({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: Base64Url(43) }),
  Common.extend({ kty: z.literal("RSA"), n: Base64Url(MODULUS_CHARS_MAX), e: Base64Url(11) }),
]);

const KeySet = z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(KEYS_MAX) });

// RFC 7518 6: members of private and of symmetric keys.
const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const refused = (reason: string): OAuthError => new OAuthError("invalid_client_metadata", reason);

/** The keys of a set (RFC 7517 5) that can be used here; throws `invalid_client_metadata` for one with none, or with a secret, in words about `subject`. */
export function readKeySet(said: unknown, subject: string): JSONWebKeySet {
  const set = KeySet.safeParse(said);
  if (!set.success) throw refused(`${subject} must be a JWK set: {"keys": [...]} with 1 to ${KEYS_MAX} keys.`);
  if (set.data.keys.some((key) => SECRET_MEMBERS.some((name) => name in key))) throw refused(`${subject} holds a private or a symmetric key. Take it out, and make a new one: everybody may know this one.`);
  // Others may be for something else (RFC 7517 5).
  const keys = set.data.keys.map((key) => PublicKey.safeParse(key)).flatMap(({ data }) => data ?? []);
  if (keys.length === 0) throw refused(`${subject} holds no public key for ${ASSERTION_ALGORITHMS.join(", ")}.`);
  return { keys: keys as JSONWebKeySet["keys"] };
}

/** What a document says of how its client proves itself. */
export const KeyMetadata = z.looseObject({
  token_endpoint_auth_method: z.string().max(100).optional(),
  token_endpoint_auth_signing_alg: z.string().max(20).optional(),
  jwks: z.unknown().optional(),
  jwks_uri: z.string().optional(),
});

/** The keys of a client by its document, or `null` for a public one; throws `invalid_client_metadata` for whatever else, as for a secret. */
export function readClientKeys(said: z.output<typeof KeyMetadata>): ClientKeys | null {
  const { token_endpoint_auth_method: method = "none", token_endpoint_auth_signing_alg: alg = null, jwks, jwks_uri } = said;
  if ("client_secret" in said || "client_secret_expires_at" in said) throw refused("it must hold no secret.");
  if (method === "none") return null;
  if (method !== "private_key_jwt") throw refused("its token_endpoint_auth_method must be none or private_key_jwt.");
  if (alg !== null && !(ASSERTION_ALGORITHMS as readonly string[]).includes(alg)) throw refused(`its token_endpoint_auth_signing_alg must be one of ${ASSERTION_ALGORITHMS.join(", ")}.`);
  if ((jwks === undefined) === (jwks_uri === undefined)) throw refused("private_key_jwt needs its keys in jwks, or a jwks_uri, and not both.");
  if (jwks_uri === undefined) return { alg, jwks: readKeySet(jwks, "its jwks") };
  const fault = findUrlFault(jwks_uri);
  if (fault !== null) throw refused(`its jwks_uri ${fault}`);
  return { alg, jwks_uri };
}
