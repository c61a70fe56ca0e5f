import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";
import type { Parameters } from "./authorization.ts";

/** A key by which an app proves itself. */
export interface ClientKey {
  alg: string;
  kid: string;
  /** For a document or key set. */
  jwk: JWK;
  privateKey: CryptoKey;
}

export async function newClientKey(alg = "ES256", kid: string = randomUUID()): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" }, privateKey };
}

/** A header that an assertion may hold, and that no server knows. */
export const UNKNOWN_EXTENSION = "https://app.example/extension";

interface Claims {
  client_id: string;
  aud: string;
  at: Date;
}

/** A new assertion (RFC 7523), as it should be but for what a test wants to be otherwise; `undefined` takes something out. */
export function signAssertion({ alg, kid, privateKey }: ClientKey, { client_id, aud, at }: Claims, { claims = {}, header = {} }: { claims?: object; header?: object } = {}): Promise<string> {
  const iat = Math.floor(at.getTime() / 1_000);
  const payload = JSON.parse(JSON.stringify({ iss: client_id, sub: client_id, aud, iat, exp: iat + 60, jti: randomUUID(), ...claims })) as JWTPayload;
  return new SignJWT(payload).setProtectedHeader(JSON.parse(JSON.stringify({ alg, kid, ...header })) as { alg: string }).sign(privateKey, { crit: { [UNKNOWN_EXTENSION]: true } });
}

/** What an app sends with an assertion. */
export const toProof = (client_assertion: string): Parameters => ({ client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion });
