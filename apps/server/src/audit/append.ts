import { randomBytes } from "node:crypto";
import type { Clock } from "@loci/kit/clock";
import type { Control } from "../control/database.ts";
import type { AuditAction } from "./actions.ts";
import { toKeptDetails, type Details } from "./details.ts";
import { GENESIS_HASH, hashLink, hashPrivatePart, toCanonical, type Link } from "./link.ts";
import type { Origin } from "./origin.ts";

// More than one transaction ever appends side by side; it holds up every other writer.
const TRIES_MAX = 1_000;

export interface AuditParts {
  control: Control;
  now: Clock;
}

export interface AuditEntry {
  /** A workspace (`wsp_…`), an account (`usr_…`) or `instance`. */
  chain: string;
  action: AuditAction;
  /** The id of what it happened to; never a name or an address. */
  target?: string | null;
  /** What else matters: ids, roles, counts. No addresses of people, no secrets. */
  details?: Details;
}

/** Adds a link to a chain, in the transaction of what it tells of: both stand, or neither. */
export function appendAudit(parts: AuditParts, origin: Origin, entry: AuditEntry): Promise<void> {
  return parts.control.transaction(async () => {
    for (let tries = 0; tries < TRIES_MAX; tries++) if (await tryAppend(parts, origin, entry)) return;
    throw new Error(`The audit chain ${entry.chain} has links beyond its end, so nothing can follow: it was changed by hand. "loci-admin audit verify" says where.`);
  });
}

/** False when another append of the same transaction took the place between the look and the write. */
async function tryAppend({ control: { db }, now }: AuditParts, origin: Origin, entry: AuditEntry): Promise<boolean> {
  const { chain } = entry;
  const head = await db.selectFrom("audit_heads").select(["last_seq", "last_hash"]).where("chain", "=", chain).executeTakeFirst();
  const link = toLink(origin, entry, { seq: (head?.last_seq ?? 0) + 1, previous_hash: head?.last_hash ?? GENESIS_HASH, at: now().toISOString() });
  const { numInsertedOrUpdatedRows } = await db.insertInto("audit").values(link).onConflict((taken) => taken.doNothing()).executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

function toLink(origin: Origin, { chain, action, target, details = {} }: AuditEntry, place: Pick<Link, "seq" | "previous_hash" | "at">): Link {
  const { actor, key_id, address, user_agent, request_id } = origin;
  const secret = { ip: address, user_agent: toText(user_agent), details: toCanonical(toKeptDetails(details)), private_salt: randomBytes(16).toString("base64url") };
  const open = { ...place, chain, action, actor, key_id, target: toText(target), request_id: toText(request_id), private_hash: hashPrivatePart(secret) };
  return { ...open, ...secret, hash: hashLink(open) };
}

/** Halves of characters cannot be written as UTF-8, so the hash would not be that of what is kept. */
const toText = (text: string | null | undefined): string | null => text?.toWellFormed() ?? null;
