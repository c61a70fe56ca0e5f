import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { AppError } from "@loci/kit/errors";
import type { Operation, Workspace } from "@loci/engine";
import type { Call } from "../http/route.ts";
import { answerOnce } from "../memories/answer-once.ts";
import type { Actor } from "../policy/actor.ts";
import { readPlan, type Answer, type Plan } from "./plan.ts";

/** What a batch needs of its call. */
type BatchCall = Pick<Call, "workspace" | "operation" | "actor" | "toError">;

/** Answers grow with the memories found, not with the batch: beyond this, an operation is refused and asks for a batch of its own. */
const ANSWER_BYTES_MAX = 32_000_000;
/** An update answers with a memory of up to 1 MB: this many in one run bound what is held at once. */
const RUN_COMMANDS_MAX = { update: 50, other: 1_000 };

/**
 * Runs the operations in order and gives the answer as JSON text. Runs of writes are one transaction each; a repeat
 * under the same key finds the answer that was kept, and after a crash redoes only what is missing.
 */
export function runBatch({ workspace, actor, toError, operation: asked }: BatchCall, operations: unknown[]): Promise<string> {
  const operation = toOwn(asked, actor);
  return answerOnce(workspace, operation, async () => {
    const plans = operations.map((value, index) => readPlan(value, index, actor));
    const results = await new BatchRun({ workspace, actor, toError, operation }, plans).run();
    return `{"results":[${results.join(",")}]}`;
  });
}

/** What a batch answers hangs on what its caller may do: from a key that may less, the same batch is another request. */
function toOwn({ idempotency, ...operation }: Operation, { may }: Actor): Operation {
  if (idempotency === undefined) return operation;
  const rights = createHash("sha256").update([...may].toSorted().join(" ")).digest("base64url");
  return { ...operation, idempotency: { ...idempotency, fingerprint: `${idempotency.fingerprint} ${rights}` } };
}

type Indexed<Kind extends Plan["kind"]> = { index: number; plan: Extract<Plan, { kind: Kind }> };

/** One walk over a batch. How it is cut into parts depends on the operations alone, so a repeat is cut alike. */
class BatchRun {
  private readonly call: BatchCall;
  private readonly workspace: Workspace;
  private readonly plans: Plan[];
  private readonly results: string[] = [];
  private readonly bytes = { written: 0, read: 0 };
  private waiting: Indexed<"write">[] = [];
  private part = 0;

  constructor(call: BatchCall, plans: Plan[]) {
    this.call = call;
    this.workspace = call.workspace;
    this.plans = plans;
  }

  async run(): Promise<string[]> {
    for (const [index, plan] of this.plans.entries()) {
      if (plan.kind === "fault") this.fail(index, plan.error);
      else if (plan.kind === "ask") await this.ask({ index, plan });
      else await this.queue({ index, plan });
    }
    await this.flush();
    return this.results;
  }

  private async queue(write: Indexed<"write">): Promise<void> {
    const isUpdate = ({ plan }: Indexed<"write">) => plan.commands[0]?.verb === "update";
    const commands = this.waiting.reduce((sum, { plan }) => sum + plan.commands.length, 0);
    const full = commands >= RUN_COMMANDS_MAX.other || (isUpdate(write) && this.waiting.filter(isUpdate).length >= RUN_COMMANDS_MAX.update);
    if (full) await this.flush();
    this.waiting.push(write);
  }

  /** Writes what waits, in one transaction. */
  private async flush(): Promise<void> {
    const run = this.waiting;
    this.waiting = [];
    if (run.length === 0) return;
    const operation = this.nextPart();
    if (this.bytes.written > ANSWER_BYTES_MAX) return run.forEach(({ index }) => this.fail(index, tooMuch()));

    const commands = run.flatMap(({ plan }) => plan.commands);
    // Unless told, the writer counts each command; a conversation is many commands and one call.
    const outcomes = await this.workspace.writeAll(commands, commands.length === run.length ? operation : { ...operation, calls: run.length });
    let from = 0;
    for (const { index, plan } of run) {
      const own = outcomes.slice(from, (from += plan.commands.length));
      this.bytes.written += this.keep(index, () => plan.toAnswer(own));
    }
  }

  private async ask({ index, plan }: Indexed<"ask">): Promise<void> {
    // A search never waits for anything, so a batch of them would keep everybody else waiting.
    await setImmediate();
    await this.flush();
    const operation = this.nextPart();
    const meter = plan.writes ? "written" : "read";
    if (this.bytes[meter] > ANSWER_BYTES_MAX) return this.fail(index, tooMuch());
    try {
      const answer = await plan.ask(this.workspace, operation);
      this.bytes[meter] += this.keep(index, () => answer);
    } catch (error) {
      this.fail(index, error);
    }
  }

  private nextPart(): Operation {
    return { ...this.call.operation, part: this.part++ };
  }

  /** Puts an answer in its place, and gives its length. */
  private keep(index: number, toAnswer: () => Answer): number {
    try {
      const text = JSON.stringify(toAnswer());
      this.results[index] = text;
      return text.length;
    } catch (error) {
      this.fail(index, error);
      return 0;
    }
  }

  /** What is not an answer to the caller is ours, and fails the whole call. */
  private fail(index: number, thrown: unknown): void {
    if (!(thrown instanceof AppError)) throw thrown;
    const { status, body } = this.call.toError(inOperation(index, thrown));
    this.results[index] = JSON.stringify({ status, body });
  }
}

const tooMuch = (): AppError =>
  new AppError("too_large", `This operation was not run: the answers before it hold more than ${ANSWER_BYTES_MAX / 1_000_000} MB. Send it, and those after it, in another batch.`);

/** The field at fault, from the top of the request. */
function inOperation(index: number, error: AppError): AppError {
  const at = `operations[${index}]`;
  if (error.param?.startsWith(at)) return error;
  const { code, message, param, retry_after, details, cause } = error;
  return new AppError(code, message, { param: param === undefined ? at : `${at}.${param}`, retry_after, details, cause });
}
