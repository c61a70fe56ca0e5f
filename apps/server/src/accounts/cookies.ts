import { SECOND_MS } from "@loci/kit/clock";
import { PROOF_LIFE_MS, type Purpose } from "./proofs.ts";

const isSecure = (publicUrl: string): boolean => publicUrl.startsWith("https:");

/** The cookie that binds a code to the browser that asked for it; one per purpose, so that two can be under way. */
export const proofCookieOf = (publicUrl: string, purpose: Purpose): string => `${isSecure(publicUrl) ? "__Host-" : ""}loci.${purpose}`;

export const setProofCookie = (publicUrl: string, purpose: Purpose, value: string): string => toCookie(publicUrl, proofCookieOf(publicUrl, purpose), value, PROOF_LIFE_MS / SECOND_MS);

/** Takes a cookie back. */
export const clearCookie = (publicUrl: string, name: string): string => toCookie(publicUrl, name, "", 0);

const toCookie = (publicUrl: string, name: string, value: string, maxAgeS: number): string =>
  `${name}=${value}; Max-Age=${maxAgeS}; Path=/; HttpOnly; ${isSecure(publicUrl) ? "Secure; " : ""}SameSite=Lax`;
