import { createHmac, randomBytes } from "node:crypto";
import { DAY_MS, MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import type { Peppers } from "../keys/secrets.ts";

/** What each kind of token begins with, so that people and scanners tell them apart. */
const PREFIXES = { access: "mt", refresh: "mr", code: "mc", device: "md" } as const;
export type TokenKind = keyof typeof PREFIXES;

/** How long each holds (SECURITY 3.3): a refresh token until the absolute end of its sign-in, which no rotation moves. */
export const TOKEN_LIFE_MS = { access: 15 * MINUTE_MS, refresh: 90 * DAY_MS, code: 60 * SECOND_MS, device: 10 * MINUTE_MS } as const satisfies Record<TokenKind, number>;

const SECRET_BYTES = 32;

/** A new secret of 256 random bits. */
export const mintToken = (kind: TokenKind): string => `${PREFIXES[kind]}_${randomBytes(SECRET_BYTES).toString("base64url")}`;

const hashWith = (pepper: string, token: string): string => createHmac("sha256", pepper).update(`oauth\n${token}`).digest("base64url");

/** What is kept of a token: a copy of the database opens nothing. */
export const hashToken = ({ current }: Peppers, token: string): string => hashWith(current, token);

/** Under which a token may be kept, while a rotation of the pepper goes on. */
export const hashesOfToken = ({ current, previous }: Peppers, token: string): string[] =>
  previous === null ? [hashWith(current, token)] : [hashWith(current, token), hashWith(previous, token)];
