import type { Operation, Workspace } from "@loci/engine";

/**
 * The answer of a request that is more than one command, as JSON text. Under an idempotency key the first answer is kept
 * and given to every repeat; the commands have records of their own, so work that a crash cut short is not done twice.
 */
export async function answerOnce(workspace: Workspace, operation: Operation, work: () => Promise<string>): Promise<string> {
  const { idempotency } = operation;
  if (idempotency === undefined) return work();
  const known = await workspace.findAnswer(idempotency);
  return known ?? workspace.keepAnswer(idempotency, await work(), operation);
}
