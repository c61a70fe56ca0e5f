import { AppError } from "@loci/kit/errors";
import { guarded, json, stream, type Route } from "../http/route.ts";
import { streamLines } from "../http/lines.ts";
import { toPageBody } from "../memories/page.ts";
import type { Actor } from "../policy/actor.ts";
import { appendAudit, type AuditParts } from "./append.ts";
import { AuditExportQuery, AuditListQuery, AuditPage } from "./schemas.ts";
import { listAudit, toExportLines } from "./service.ts";

export function auditRoutes(parts: AuditParts): Route[] {
  const { control } = parts;

  const list = guarded("audit:read", {
    id: "listAudit", method: "get", path: "/v1/audit", tags: ["Audit"], repeat: "safe",
    summary: "Read the audit log", description: "What was done in the workspace, by whom and from where: a page at a time, the newest first. Kept for two years.",
    request: { query: AuditListQuery },
    responses: { 200: json(AuditPage, "A page of events.") },
  }, async ({ actor, query }) => ({ status: 200, body: toPageBody(await listAudit(control.reads, chainOf(actor), query)) }));

  const exportAll = guarded("audit:read", {
    id: "exportAudit", method: "get", path: "/v1/audit/export", tags: ["Audit"], repeat: "safe",
    summary: "Export the audit log",
    description: "Streams JSON Lines, the oldest event first; the export itself is the last. Each line is an event in RFC 8785 form with two fields more than in the list. To verify a file without us: `seq` counts up without gaps; `previous_hash` is the `hash` of the line before (64 zeros for the first of all); `private_hash` is the SHA-256 (hex) of the RFC 8785 form of `{details, ip, private_salt, user_agent}` unless all four are null, which says that they were erased; `hash` is the SHA-256 of the line without `hash`, `details`, `ip`, `private_salt` and `user_agent`.",
    request: { query: AuditExportQuery },
    responses: { 200: stream("application/x-ndjson", "JSON Lines: an event a line.") },
  }, async ({ actor, origin, query: { after } }) => {
    const chain = chainOf(actor);
    await appendAudit(parts, origin, { chain, action: "audit.exported", details: { after } });
    return { status: 200, stream: streamLines(toExportLines(control.reads, chain, after)), headers: { "content-disposition": 'attachment; filename="loci-audit.jsonl"' } };
  });

  const listOwn = guarded("account", {
    id: "listAccountAudit", method: "get", path: "/v1/account/audit", tags: ["Account"], repeat: "safe",
    summary: "Read the audit log of your account", description: "Sign-ins, proofs and changes of the account that is signed in, the newest first.",
    request: { query: AuditListQuery },
    responses: { 200: json(AuditPage, "A page of events.") },
  }, async ({ person, query }) => ({ status: 200, body: toPageBody(await listAudit(control.reads, person.user_id, query)) }));

  return [list, exportAll, listOwn];
}

/** The log tells of the whole workspace, so a key that sees one group of it may not read it. */
function chainOf({ workspace_id, group }: Actor): string {
  if (group === null) return workspace_id;
  throw new AppError("forbidden", `This key is bound to the group "${group}", and the audit log is that of the whole workspace. Use a key without a group.`);
}
