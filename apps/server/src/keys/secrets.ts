import { createHmac, timingSafeEqual } from "node:crypto";

/** The secrets that key hashes are made with; the previous one is still believed while a rotation goes on. */
export interface Peppers {
  current: string;
  previous: string | null;
}

const toHash = (pepper: string, secret: string): Buffer => createHmac("sha256", pepper).update(secret).digest();

/** What is kept of a secret. 190 random bits need no slow hash. */
export const hashSecret = ({ current }: Peppers, secret: string): string => toHash(current, secret).toString("base64url");

export type Match = "current" | "previous" | "none";

/** Whether `secret` is the one behind `hash`, in time that does not tell how near it came. */
export function matchSecret({ current, previous }: Peppers, secret: string, hash: Buffer): Match {
  if (equal(toHash(current, secret), hash)) return "current";
  return previous !== null && equal(toHash(previous, secret), hash) ? "previous" : "none";
}

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
