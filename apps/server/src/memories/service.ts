import { createHash } from "node:crypto";
import { fromWireError } from "@loci/kit/errors";
import type { ForgetReceipt, ForgetTarget, NewMemory, Operation, Outcome, StoreReceipt, Workspace, WriteCommand } from "@loci/engine";
import { answerOnce } from "./answer-once.ts";
import type { ForgetBody, StoreBody } from "./schemas.ts";

type StoreReply = StoreReceipt | { results: StoreReceipt[] };
type StoreCommand = Extract<WriteCommand, { verb: "store" }>;

/** Keeps one memory, or the messages of a conversation in one transaction. */
export async function store(workspace: Workspace, operation: Operation, body: StoreBody): Promise<{ body: StoreReceipt } | { text: string }> {
  const commands = toStoreCommands(body);
  const [only] = commands;
  if (body.messages === undefined && only !== undefined) return { body: await workspace.write(only, operation) };
  const text = await answerOnce(workspace, operation, async () =>
    JSON.stringify(toStoreReply(body, await workspace.writeAll(commands, { ...operation, calls: 1 }))));
  return { text };
}

/** A body of store as what the engine is to do: one command, or one for each message. */
export function toStoreCommands({ messages, content, ...fields }: StoreBody): StoreCommand[] {
  // The schema lets one of the two through.
  if (messages === undefined) return [{ verb: "store", input: { ...fields, content: content ?? "" } }];

  const session = fields.session ?? sessionOf(messages);
  const inputs: NewMemory[] = messages.map((message) => ({ type: "conversation", ...fields, ...message, session }));
  return inputs.map((input) => ({ verb: "store", input }));
}

/** The outcomes of `toStoreCommands` as the answer to the body; a message that failed fails the call and is named. */
export function toStoreReply({ messages }: StoreBody, outcomes: Outcome<unknown>[]): StoreReply {
  const receipts = outcomes.map((outcome, index) => {
    if (outcome.ok) return outcome.result as StoreReceipt;
    const { error } = outcome;
    const at = messages === undefined || error.param === undefined || !["content", "speaker", "occurred_at"].includes(error.param) ? "" : `messages[${index}].`;
    throw fromWireError({ ...error, ...(error.param !== undefined && { param: `${at}${error.param}` }) });
  });
  const [only] = receipts;
  return messages === undefined && only !== undefined ? only : { results: receipts };
}

/**
 * A conversation without a session is named by its opening, so that it stays one sitting when it is sent again
 * with more messages at its end.
 */
function sessionOf(messages: NonNullable<StoreBody["messages"]>): string {
  const [opening] = messages;
  const words = JSON.stringify([opening?.role, opening?.speaker, opening?.occurred_at, opening?.content]);
  return `conversation-${createHash("sha256").update(words).digest("hex").slice(0, 16)}`;
}

/** Forgets by what the body says; by meaning it forgets what a recall finds. */
export async function forget(workspace: Workspace, operation: Operation, body: ForgetBody): Promise<ForgetReceipt> {
  const { dry_run, permanent } = body;
  // A repeat under a known key searches nothing and counts nothing.
  if (operation.idempotency !== undefined && (await workspace.findAnswer(operation.idempotency)) !== null) {
    return workspace.write({ verb: "forget", target: { ids: [] }, dry_run, permanent }, operation);
  }
  return workspace.write({ verb: "forget", target: await findTarget(workspace, operation, body), dry_run, permanent }, operation);
}

export async function findTarget(workspace: Workspace, operation: Operation, { matching, id, ids, group, filter }: ForgetBody): Promise<ForgetTarget> {
  if (matching === undefined) return { id, ids, group, filter };
  const { query, min_score, max } = matching;
  // The write counts the call, so the search counts as a search only.
  const { memories } = await workspace.recall({ query, group: matching.group, min_score, limit: max }, { ...operation, calls: 0 });
  return { ids: memories.map((memory) => memory.id) };
}
