import { AppError, fromWireError } from "@loci/kit/errors";
import type { Operation, Outcome, Workspace, WriteCommand } from "@loci/engine";
import type { z } from "zod";
import { parseWith } from "../http/parse.ts";
import { requireGranted, type Actor } from "../policy/actor.ts";
import type { StorePermission } from "../policy/permissions.ts";
import { findTarget, toStoreCommands, toStoreReply } from "../memories/service.ts";
import { OPERATION_SCHEMAS, OperationHead, type OperationName } from "./schemas.ts";

export interface Answer {
  status: number;
  body: unknown;
}

/** What an operation comes to: commands for the writer, something to ask on its own, or a fault. */
export type Plan =
  | { kind: "write"; commands: WriteCommand[]; toAnswer(outcomes: Outcome<unknown>[]): Answer }
  | { kind: "ask"; writes: boolean; ask(workspace: Workspace, operation: Operation): Promise<Answer> }
  | { kind: "fault"; error: AppError };

type Parsed = { [Name in OperationName]: z.output<(typeof OPERATION_SCHEMAS)[Name]> };

const PERMISSION_OF: Record<OperationName, StorePermission> = {
  store: "memories:write", recall: "memories:read", forget: "memories:delete", update: "memories:write", relate: "relationships:write",
};

/** Reads one operation of a batch; what is wrong with it is its own fault and nobody else's. */
export function readPlan(value: unknown, index: number, actor: Actor): Plan {
  try {
    const at = ["operations", index];
    const { op } = parseWith(OperationHead, value, at);
    requireGranted(actor, PERMISSION_OF[op]);
    return PLANNERS[op](parseWith(OPERATION_SCHEMAS[op], value, at) as never);
  } catch (error) {
    if (error instanceof AppError) return { kind: "fault", error };
    throw error;
  }
}

const PLANNERS: { [Name in OperationName]: (parsed: Parsed[Name]) => Plan } = {
  store: ({ op: _, ...body }) => ({
    kind: "write",
    commands: toStoreCommands(body),
    toAnswer: (outcomes) => ({ status: 200, body: toStoreReply(body, outcomes) }),
  }),
  recall: ({ op: _, ...body }) => ({
    kind: "ask",
    writes: false,
    ask: async (workspace, operation) => ({ status: 200, body: await workspace.recall(body, operation) }),
  }),
  forget: ({ op: _, ...body }) => {
    const { matching, dry_run, permanent, ...target } = body;
    if (matching === undefined) return writeOne({ verb: "forget", target, dry_run, permanent });
    return {
      kind: "ask",
      writes: true,
      ask: async (workspace, operation) => {
        const command = { verb: "forget" as const, target: await findTarget(workspace, operation, body), dry_run, permanent };
        return toAnswer(await workspace.writeAll([command], operation));
      },
    };
  },
  update: ({ op: _, id, version, ...patch }) => writeOne({ verb: "update", id, patch, version }),
  relate: ({ op: _, ...input }) => writeOne({ verb: "relate", input }, (result) => (result.status === "created" ? 201 : 200)),
};

function writeOne(command: WriteCommand, statusOf?: (result: { status?: string }) => number): Plan {
  return { kind: "write", commands: [command], toAnswer: (outcomes) => toAnswer(outcomes, statusOf) };
}

/** The outcome of a single command as the answer of its call. */
function toAnswer([outcome]: Outcome<unknown>[], statusOf: (result: { status?: string }) => number = () => 200): Answer {
  if (outcome === undefined) throw new Error("The writer answered fewer commands than it was given.");
  if (!outcome.ok) throw fromWireError(outcome.error);
  const body = outcome.result as { status?: string };
  return { status: statusOf(body), body };
}
