import { randomInt } from "node:crypto";
import type { ControlDb } from "../control/database.ts";

const CHARS_MIN = 3;
const SLUG_CHARS_MAX = 40;

/** 3 to 40 characters: letters, digits and hyphens, none of which stands at an end. */
const SLUG = /^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$/;

/** Words that stand for something else in URLs, or that would pass for the instance itself. */
const RESERVED = new Set([
  "about", "accept-invitation", "account", "admin", "api", "app", "assets", "auth", "billing", "blog", "contact", "dashboard", "dev", "docs", "health", "help", "instance", "invitations", "keys",
  "legal", "loci", "login", "logout", "mail", "mcp", "members", "metrics", "mine", "new", "nobody", "null", "oauth", "operator", "personal", "plans", "pricing", "privacy", "public", "reset-password",
  "root", "second-factor", "security", "settings", "sign-in", "sign-out", "sign-up", "static", "status", "support", "system", "team", "teams", "terms", "undefined", "well-known", "workspace", "workspaces", "www",
]);

export const isSlug = (text: string): boolean => SLUG.test(text);
export const isReserved = (slug: string): boolean => RESERVED.has(slug);

/** A name as it stands in URLs: `Ada's Workspace` becomes `ada-s-workspace`. What is too short or reserved gets a word more. */
export function toSlug(name: string): string {
  const slug = toWords(name).slice(0, SLUG_CHARS_MAX).replace(/-+$/, "");
  return slug.length < CHARS_MIN || isReserved(slug) ? `${slug}-workspace`.replace(/^-/, "the-") : slug;
}

const toWords = (name: string): string => name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "");

const ENDING_CHARS = 6;
const ENDING_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

/** A slug that begins with the name and ends in letters that nobody can guess: it tells nothing of who else is here. */
export function toUniqueSlug(name: string): string {
  const ending = Array.from({ length: ENDING_CHARS }, () => ENDING_ALPHABET[randomInt(ENDING_ALPHABET.length)]).join("");
  const start = toWords(name).slice(0, SLUG_CHARS_MAX - ENDING_CHARS - 1).replace(/-+$/, "");
  return `${start === "" ? "workspace" : start}-${ending}`;
}

/** The workspace that has this slug. */
export const findBySlug = (db: ControlDb, slug: string): Promise<{ id: string } | undefined> =>
  db.selectFrom("workspaces").select("id").where("slug", "=", slug).executeTakeFirst();
