import { randomBytes, randomInt } from "node:crypto";
import { MINUTE_MS, type Clock } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { sql } from "kysely";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Digest } from "./digests.ts";

/** What a code is for; it is worth nothing for anything else. */
export type Purpose = "sign_up" | "sign_in" | "change_email" | "prove";

export const PROOF_LIFE_MS = 10 * MINUTE_MS;
const TRIES_MAX = 5;
// In `tries`: this one was used.
const SPENT = 99;
const CODES = 1_000_000;
const CODE_DIGITS = 6;

interface ProofParts {
  control: Control;
  sealer: Sealer;
  digest: Digest;
  now: Clock;
}

interface Wanted {
  purpose: Purpose;
  email: string;
  payload?: unknown;
}

interface NewProof {
  /** For the mail. */
  code: string;
  /** For a cookie of the browser that asked. */
  cookie: string;
}

export interface SpentProof {
  email: string;
  payload: unknown;
}

/** Codes of six digits that prove an address: ten minutes, one use, five tries, in the browser that asked. */
export class Proofs {
  private readonly parts: ProofParts;

  constructor(parts: ProofParts) {
    this.parts = parts;
  }

  /** One asking, one row: nobody else's asking or guessing can spoil it. */
  async create({ purpose, email, payload }: Wanted): Promise<NewProof> {
    const { control, sealer, digest, now } = this.parts;
    const id = newId("prf");
    const browser = randomBytes(32).toString("base64url");
    const code = String(randomInt(CODES)).padStart(CODE_DIGITS, "0");
    const at = now();
    await control.db.insertInto("proofs").values({
      id, purpose, email,
      browser_hash: digest("browser", browser),
      code_hash: digest("code", `${id}\n${code}`),
      payload: payload === undefined ? null : sealer.seal(JSON.stringify(payload)),
      created_at: at.toISOString(), expires_at: new Date(at.getTime() + PROOF_LIFE_MS).toISOString(),
    }).execute();
    return { code, cookie: `${id}.${browser}` };
  }

  /** The address that a code of this browser is for, while it has tries left. */
  async findAddress(purpose: Purpose, cookie: string): Promise<string | null> {
    const { id, browser_hash } = this.readCookie(cookie);
    const row = await this.parts.control.db.selectFrom("proofs").select("email").where("id", "=", id).where("purpose", "=", purpose).where("browser_hash", "=", browser_hash)
      .where("tries", "<", TRIES_MAX).where("expires_at", ">", this.parts.now().toISOString()).executeTakeFirst();
    return row?.email ?? null;
  }

  /**
   * Uses a code up: one statement, so of many at once one wins. A wrong one counts as a try and answers `null`: throw
   * only after the transaction, or the rollback forgets the try.
   */
  async spend(purpose: Purpose, cookie: string, code: string): Promise<SpentProof | null> {
    const { control, sealer, digest, now } = this.parts;
    const { id, browser_hash } = this.readCookie(cookie);
    const { rows } = await sql<{ tries: number; email: string; payload: string | null }>`
      update proofs set tries = case when code_hash = ${digest("code", `${id}\n${code}`)} then cast(${SPENT} as integer) else tries + 1 end
      where id = ${id} and purpose = ${purpose} and browser_hash = ${browser_hash} and tries < ${TRIES_MAX} and expires_at > ${now().toISOString()}
      returning tries, email, payload`.execute(control.db);
    const row = rows[0];
    if (row?.tries !== SPENT) return null;
    return { email: row.email, payload: row.payload === null ? null : JSON.parse(sealer.open(row.payload)) };
  }

  private readCookie(cookie: string): { id: string; browser_hash: string } {
    const [id = "", browser = ""] = cookie.split(".");
    return { id, browser_hash: this.parts.digest("browser", browser) };
  }
}
