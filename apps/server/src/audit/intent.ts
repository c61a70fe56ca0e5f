import { createHash } from "node:crypto";
import type { MemberCall } from "../http/route.ts";
import { appendAudit, type AuditParts } from "./append.ts";
import type { AuditAction } from "./actions.ts";
import type { Details } from "./details.ts";

/** What a call is about to do where the log's transaction cannot reach: in the store of a workspace. */
export interface Intent {
  action: AuditAction;
  target?: string;
  /** The group that it is about. */
  group?: string | undefined;
  details?: Details;
}

/** Writes an intent to the log, before anything happens; the operation's id finds what came of it. */
export function appendIntent(parts: AuditParts, { actor, operation, origin }: MemberCall, { action, target, group = actor.group ?? undefined, details }: Intent): Promise<void> {
  const { workspace_id: chain, mode } = actor;
  return appendAudit(parts, origin, {
    chain, action,
    ...(target !== undefined && { target }),
    details: { operation_id: operation.id, mode, ...(group !== undefined && { group: toGroupMark(chain, group) }), ...details },
  });
}

/** A group is often a person's name, and its erasure must not leave it here: who knows the name can still tell that it was this one. */
export const toGroupMark = (workspaceId: string, group: string): string => `sha256:${createHash("sha256").update(`${workspaceId}\n${group}`).digest("hex")}`;
