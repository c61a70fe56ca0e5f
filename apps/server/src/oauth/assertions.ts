import { createHash } from "node:crypto";
import { MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { createLocalJWKSet, decodeJwt, errors, jwtVerify, type JSONWebKeySet, type JWTPayload, type JWTVerifyOptions } from "jose";
import type { Parts } from "../parts.ts";
import { ASSERTION_ALGORITHMS } from "./client-keys.ts";
import { OAuthError } from "./errors.ts";
import type { Form } from "./form.ts";

/** RFC 7523 2.2. */
const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const LIFE_MAX_MS = 5 * MINUTE_MS;
const TOLERANCE_MS = 30 * SECOND_MS;
const CHARS_MAX = 8_192;
const ID_CHARS_MAX = 500;
// What else the keys of a client sign is for something else (RFC 8725 3.11).
const TYPES: ReadonlySet<string> = new Set(["jwt", "client-authentication+jwt"]);

const refused = (reason: string): OAuthError => new OAuthError("invalid_client", `The client_assertion cannot be used: ${reason}`);

/** What a client shows to prove itself, or `null`; throws `invalid_client` for something else than RFC 7523 has. */
export function readAssertion(form: Form): string | null {
  const [type, assertion] = [form.find("client_assertion_type"), form.find("client_assertion")];
  if (type === null && assertion === null) return null;
  if (assertion === null || type !== ASSERTION_TYPE) throw refused(`send it together with client_assertion_type=${ASSERTION_TYPE}.`);
  if (assertion.length > CHARS_MAX) throw refused(`it has more than ${CHARS_MAX} characters.`);
  return assertion;
}

/** Whom an assertion is about by its own words, which nobody has checked yet. */
export function readSubject(assertion: string): string {
  try {
    const { sub } = decodeJwt(assertion);
    if (typeof sub === "string") return sub;
  } catch {
    // Told below.
  }
  throw refused("it must be a JWT whose sub is the client_id.");
}

/** An assertion that holds, and has to be spent. */
export interface Proof {
  client_id: string;
  id: string;
  endsMs: number;
}

interface Expected {
  client_id: string;
  /** The issuer of this server, then what it is called besides. */
  audiences: string[];
  keys: JSONWebKeySet;
  /** The one algorithm that the client signs with, or `null` for each that its keys are for. */
  alg: string | null;
  at: Date;
}

/** Checks an assertion (RFC 7523 3); `null` when none of the keys fits, and throws `invalid_client` for whatever else is wrong. */
export async function checkAssertion(assertion: string, { client_id, audiences, keys, alg, at }: Expected): Promise<Proof | null> {
  const options: JWTVerifyOptions = {
    algorithms: alg === null ? [...ASSERTION_ALGORITHMS] : [alg], issuer: client_id, subject: client_id, audience: audiences,
    requiredClaims: ["exp", "jti"], clockTolerance: TOLERANCE_MS / SECOND_MS, currentDate: at,
  };
  try {
    const verified = await verify(assertion, keys, options);
    return verified === null ? null : toProof(verified, { client_id, audiences, at });
  } catch (error) {
    throw error instanceof OAuthError ? error : toRefusal(error, { client_id, audiences });
  }
}

type Verified = Pick<Awaited<ReturnType<typeof jwtVerify>>, "payload" | "protectedHeader">;

/** With the key that it names, or with each that it could be. */
async function verify(assertion: string, keys: JSONWebKeySet, options: JWTVerifyOptions): Promise<Verified | null> {
  try {
    return await jwtVerify(assertion, createLocalJWKSet(keys), options);
  } catch (error) {
    if (isUnfit(error)) return null;
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      const verified = await jwtVerify(assertion, key, options).catch((thrown: unknown) => (isUnfit(thrown) ? null : Promise.reject(thrown)));
      if (verified !== null) return verified;
    }
    return null;
  }
}

const isUnfit = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed;

function toProof({ payload, protectedHeader }: Verified, { client_id, audiences, at }: Pick<Expected, "client_id" | "audiences" | "at">): Proof {
  const type = String(protectedHeader.typ ?? "jwt").toLowerCase().replace(/^application\//, "");
  if (!TYPES.has(type)) throw refused("its typ must be JWT or client-authentication+jwt, or left out.");
  // One that another server takes as well could come from there.
  if (![payload.aud ?? []].flat().every((audience) => audiences.includes(audience))) throw refused(wordsOf("aud", { client_id, audiences }));
  const id = readId(payload);
  const endsMs = (payload.exp ?? 0) * SECOND_MS + TOLERANCE_MS;
  if (endsMs > at.getTime() + LIFE_MAX_MS + 2 * TOLERANCE_MS) throw refused(wordsOf("exp", { client_id, audiences }));
  return { client_id, id, endsMs };
}

function readId({ jti }: JWTPayload): string {
  if (typeof jti !== "string" || jti === "" || jti.length > ID_CHARS_MAX) throw refused(`its jti must be a text of 1 to ${ID_CHARS_MAX} characters.`);
  return jti;
}

function toRefusal(error: unknown, expected: Pick<Expected, "client_id" | "audiences">): OAuthError {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) return refused(wordsOf(error.claim, expected));
  if (error instanceof errors.JOSEAlgNotAllowed) return refused(`its alg must be one of ${ASSERTION_ALGORITHMS.join(", ")}, and the one that the document of the client names.`);
  if (error instanceof errors.JOSEError) return refused(`${error.message}.`);
  // Keys are the client's, and so is what cannot be made of them.
  return refused("its key cannot be used. RSA needs 2,048 bits or more.");
}

function wordsOf(claim: string, { client_id, audiences }: Pick<Expected, "client_id" | "audiences">): string {
  switch (claim) {
    case "iss":
    case "sub":
      return `its ${claim} must be the client_id, ${client_id}.`;
    case "aud":
      return `its aud must be ${audiences.join(" or ")}, and nothing else.`;
    case "exp":
      return `its exp must be ahead, and by ${LIFE_MAX_MS / MINUTE_MS} minutes at most, in seconds since 1970.`;
    case "jti":
      return "its jti is missing: a new one for each request.";
    default:
      return `its ${claim} does not hold.`;
  }
}

/** Notes that an assertion was used; throws `invalid_client` when it was before. Of many at once, one counts. */
export async function spendAssertion({ control: { db } }: Pick<Parts, "control">, { client_id, id, endsMs }: Proof): Promise<void> {
  // A hash, for whatever characters a client may put in there.
  const assertion_hash = createHash("sha256").update(JSON.stringify([client_id, id])).digest("base64url");
  const { numInsertedOrUpdatedRows } = await db.insertInto("spent_assertions").values({ assertion_hash, expires_at: new Date(endsMs).toISOString() })
    .onConflict((spent) => spent.doNothing()).executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) throw refused("it was used before. Sign a new one, with a new jti, for each request.");
}
