import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import type { ControlDb } from "../control/database.ts";
import { toLine, type JsonValue, type Link } from "./link.ts";
import { readLinks } from "./links.ts";

export interface AuditQuery {
  /** A whole action, or all of a noun: `key.*`. */
  action?: string | undefined;
  actor?: string | undefined;
  target?: string | undefined;
  /** From this time on. */
  since?: string | undefined;
  /** Before this time. */
  until?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** A link as its readers see it. */
export interface AuditEvent extends Omit<Link, "chain" | "details" | "private_salt" | "private_hash"> {
  /** `null` once erased. */
  details: Record<string, JsonValue> | null;
}

/** A page of a chain, the newest first. */
export async function listAudit(db: ControlDb, chain: string, { action, actor, target, since, until, limit, cursor }: AuditQuery): Promise<Page<AuditEvent>> {
  let query = db.selectFrom("audit").selectAll().where("chain", "=", chain);
  if (action?.endsWith("*") === true) query = query.where("action", ">=", action.slice(0, -1)).where("action", "<", `${action.slice(0, -1)}\uffff`);
  else if (action !== undefined) query = query.where("action", "=", action);
  if (actor !== undefined) query = query.where("actor", "=", actor);
  if (target !== undefined) query = query.where("target", "=", target);
  if (since !== undefined) query = query.where("at", ">=", since);
  if (until !== undefined) query = query.where("at", "<", until);
  if (cursor !== undefined) query = query.where("seq", "<", readCursor(cursor, ["number"])[0]);
  const rows = await query.orderBy("seq", "desc").limit(limit + 1).execute();
  return toPage(rows, limit, toAuditEvent, ({ seq }) => toCursor(seq));
}

/** The lines of an export; the format is that of `Link`. */
export async function* toExportLines(db: ControlDb, chain: string, after: number): AsyncGenerator<string> {
  for await (const link of readLinks(db, chain, after)) yield toLine(link);
}

function toAuditEvent({ chain: _chain, private_salt: _salt, private_hash: _hash, details, ...link }: Link): AuditEvent {
  return { ...link, details: details === null ? null : (JSON.parse(details) as Record<string, JsonValue>) };
}
