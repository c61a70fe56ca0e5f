import { createHmac } from "node:crypto";
import { afterEach, beforeEach, vi } from "vitest";
import type { TestPerson } from "./people.ts";

const PERIOD_S = 30;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An authenticator app (RFC 6238) that was given a secret in Base32. */
export interface Authenticator {
  /** What it shows now, or so many half minutes later. */
  code(later?: number): string;
  recoveryCodes: string[];
}

/** The bytes of a secret as authenticator apps are told it. */
export function readBase32(base32: string): Buffer {
  const bits = [...base32].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

function toCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

export function openAuthenticator({ secret, recovery_codes }: { secret: string; recovery_codes: string[] }): Authenticator {
  const bytes = readBase32(secret);
  return { code: (later = 0) => toCode(bytes, Math.floor(Date.now() / 1_000 / PERIOD_S) + later), recoveryCodes: recovery_codes };
}

/** Stops the clock amid the half minute of a code for each test of a file: none may fail because the next one began. */
export function stopClock(): void {
  const periodMs = PERIOD_S * 1_000;
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Math.floor(Date.now() / periodMs) * periodMs + periodMs / 2 }));
  afterEach(() => void vi.useRealTimers());
}

/** Sets up a second factor over HTTP. It spends the code before the present one, so that those of now and next are left. */
export async function setUpSecondFactor({ call }: Pick<TestPerson, "call">): Promise<Authenticator> {
  const begun = await call("POST", "/v1/account/totp");
  const authenticator = openAuthenticator(begun.body);
  const done = await call("POST", "/v1/account/totp/verify", { code: authenticator.code(-1) });
  if (done.status !== 204) throw new Error(`Turning the second factor on answered ${done.status}: ${JSON.stringify(done.body)}`);
  return authenticator;
}

/** Six digits that none of the codes around now are. */
export function wrongCode(authenticator: Authenticator): string {
  const right = new Set([-2, -1, 0, 1, 2].map((later) => authenticator.code(later)));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !right.has(code)) ?? "666666";
}
