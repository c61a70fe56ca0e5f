import { createHash } from "node:crypto";
import type { Selectable } from "kysely";
import type { ControlTables } from "../control/tables.ts";

/** Whatever JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/**
 * One link of an audit chain, as it rests in the database and, line by line, in an export.
 *
 * A line is the RFC 8785 form of the link: names sorted, no white space, UTF-8. To verify an export, go through its
 * lines and hold each to four things:
 *
 * 1. `seq` is one more than on the line before (the first of a chain has 1).
 * 2. `previous_hash` is the `hash` of the line before (the first of a chain has 64 zeros).
 * 3. `private_hash` is the SHA-256, in hex, of the RFC 8785 form of `{ details, ip, private_salt, user_agent }`.
 *    Where `private_salt` is null, all four are null: they were erased with a person's account.
 * 4. `hash` is the SHA-256, in hex, of the RFC 8785 form of the line without `hash`, `details`, `ip`, `private_salt`
 *    and `user_agent`. What is private thus counts by its hash, and can be erased without breaking the chain.
 *
 * A file that begins at a later `seq` follows on what retention took away; one that does not end with `audit.exported` was cut.
 */
export type Link = Selectable<ControlTables["audit"]>;

/** What the first link of a chain has before it. */
export const GENESIS_HASH = "0".repeat(64);

/** The part of a link that can be erased, as it is hashed. `details` is JSON text in RFC 8785 form. */
export type PrivatePart = Pick<Link, "ip" | "user_agent" | "details" | "private_salt">;
/** The part that stays for ever. */
export type PublicPart = Omit<Link, keyof PrivatePart | "hash">;

export const hashPrivatePart = ({ ip, user_agent, details, private_salt }: PrivatePart): string =>
  sha256(writeObject([["details", details ?? "null"], ["ip", write(ip)], ["private_salt", write(private_salt)], ["user_agent", write(user_agent)]]));

export const hashLink = (link: PublicPart): string => sha256(writeObject(publicFieldsOf(link)));

/** A link as a line of an export. */
export function toLine(link: Link): string {
  const fields = publicFieldsOf(link);
  fields.push(["details", link.details ?? "null"], ["hash", write(link.hash)], ["ip", write(link.ip)], ["private_salt", write(link.private_salt)], ["user_agent", write(link.user_agent)]);
  return `${writeObject(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)))}\n`;
}

/** JSON text in RFC 8785 form: names in the order of their UTF-16 units, numbers and texts as JavaScript writes them. */
export function toCanonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(toCanonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return write(value);
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return writeObject(fields.map(([name, field]) => [name, toCanonical(field)]));
}

type Field = [name: string, text: string];

const publicFieldsOf = ({ action, actor, at, chain, key_id, previous_hash, private_hash, request_id, seq, target }: PublicPart): Field[] =>
  Object.entries({ action, actor, at, chain, key_id, previous_hash, private_hash, request_id, seq, target }).map(([name, value]) => [name, write(value)]);

const writeObject = (fields: Field[]): string => `{${fields.map(([name, text]) => `${write(name)}:${text}`).join(",")}}`;
const write = (value: string | number | boolean | null): string => JSON.stringify(value);
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
