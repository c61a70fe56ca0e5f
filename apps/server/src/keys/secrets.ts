import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "@loci/kit/errors";
import type { Kysely } from "kysely";
import type { ControlTables } from "../control/tables.ts";

/** The secrets that key hashes are made with; the previous one is still believed while a rotation goes on. */
export interface Peppers {
  current: string;
  previous: string | null;
}

/** Refuses peppers that the keys of this installation were not made with; at the first start they are noted. */
export async function requireKnownPepper(db: Kysely<ControlTables>, { current, previous }: Peppers): Promise<void> {
  const toMark = (pepper: string): string => toHash(pepper, "the mark of a pepper").toString("base64url");
  const known = await db.selectFrom("marks").select("value").where("name", "=", "pepper").executeTakeFirst();
  if (known?.value === toMark(current)) return;
  if (known && (previous === null || known.value !== toMark(previous))) {
    throw new AppError("unavailable", "The keys in this DATA_DIR were made with another KEY_PEPPER, and none of them would work. Start with that one, or give it as KEY_PEPPER_PREVIOUS to change over.");
  }
  const value = toMark(current);
  await db.insertInto("marks").values({ name: "pepper", value }).onConflict((conflict) => conflict.column("name").doUpdateSet({ value })).execute();
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
