import type { LociError } from "@loci/sdk";
import { CliError, EXIT, type Outcome } from "./exit.ts";
import { toShown } from "./output/clean.ts";
import type { Output } from "./output/output.ts";
import { toLoginCommand, type Choice } from "./profiles/choice.ts";

/** By the code of an answer, or of what the SDK found. */
const OUTCOME_OF: Readonly<Record<string, Outcome>> = {
  invalid_request: "usage", too_large: "usage", conflict: "usage", idempotency_mismatch: "usage",
  unauthenticated: "auth", not_found: "not_found",
  forbidden: "refused", quota_exceeded: "refused", rate_limited: "rate_limited",
  connection_failed: "network", timed_out: "network", unexpected_answer: "network", upstream_failed: "network", unavailable: "network",
};

interface Failure {
  outcome: Outcome;
  /** From the server's closed list of codes, or the outcome. */
  code: string;
  message: string;
  hint?: string | undefined;
  param?: string | undefined;
  request_id?: string | undefined;
  retry_after?: number | undefined;
}

/** Says what went wrong and what to do, and answers the exit code. `choice` is null before one was made. */
export async function reportFailure(error: unknown, output: Output, choice: Choice | null): Promise<number> {
  const { outcome, ...failure } = await toFailure(error, choice);
  if (output.json) output.failure({ error: { ...failure, exit_code: EXIT[outcome] } });
  else output.note(toLines(failure));
  return EXIT[outcome];
}

function toLines({ message, param, request_id, retry_after, hint }: Omit<Failure, "outcome">): string {
  const about = [param === undefined ? "" : `field ${param}`, request_id === undefined ? "" : `request ${request_id}`, retry_after === undefined ? "" : `again in ${retry_after} s`].filter((part) => part !== "");
  return toShown([`${message}${about.length === 0 ? "" : ` (${about.join(", ")})`}`, ...(hint === undefined ? [] : [hint])].join("\n"));
}

/** For what a server, or the SDK, refused. */
export function toRefusal(error: LociError, choice: Choice | null): Failure {
  const { code, param, request_id, retry_after } = error;
  const outcome = OUTCOME_OF[code] ?? "unexpected";
  return { outcome, code, message: toMessage(error), hint: toHint(error, outcome, choice), param: param ?? undefined, request_id: request_id ?? undefined, retry_after: retry_after ?? undefined };
}

async function toFailure(error: unknown, choice: Choice | null): Promise<Failure> {
  if (error instanceof CliError) return { outcome: error.outcome, code: error.outcome, message: error.message, hint: error.hint };
  const { LociError } = await import("@loci/sdk");
  if (error instanceof LociError) return toRefusal(error, choice);
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { outcome: "unexpected", code: "unexpected", message: stack, hint: "This is a fault of loci. Please report it." };
}

/** All that is wrong, a sentence for each field: the rest stands in what no terminal shows. */
function toMessage({ message, details }: LociError): string {
  const faults = readFaults(details);
  if (faults.length < 2) return message;
  return faults.filter(({ param }, index) => faults.findIndex((fault) => fault.param === param) === index).map((fault) => fault.message).join(" ");
}

interface Fault {
  param: string;
  message: string;
}

function readFaults(details: Record<string, unknown> | null): Fault[] {
  const faults = details?.["faults"];
  if (!Array.isArray(faults)) return [];
  return faults.filter((fault: Partial<Fault> | null): fault is Fault => typeof fault?.param === "string" && typeof fault.message === "string");
}

/** What is for keys however much a person allowed when they signed in. */
const FOR_KEYS = /^(?:data|keys):/;

function toForbiddenHint({ code, details }: LociError, { credentials }: Choice): string | undefined {
  const permission = details?.["permission"];
  if (code !== "forbidden" || typeof permission !== "string" || !FOR_KEYS.test(permission)) return undefined;
  if (credentials?.from !== "profile" || credentials.profile.kind !== "sign_in") return undefined;
  return `It needs an API key with the scope ${permission}: --api-key KEY, or LOCI_API_KEY. What loci login keeps lets this command line only read, store and forget.`;
}

function toHint(error: LociError, outcome: Outcome, choice: Choice | null): string | undefined {
  if (outcome === "refused" && choice !== null) return toForbiddenHint(error, choice);
  if (outcome === "network") return `Is Loci running at ${choice?.baseUrl ?? "that address"}? Another goes into --base-url or LOCI_BASE_URL. To look closer: loci doctor`;
  if (outcome !== "auth" || choice === null || choice.credentials === null) return undefined;
  const { baseUrl, credentials } = choice;
  if (credentials.from !== "profile") return `${credentials.from} holds no key that ${baseUrl} takes. Make one there, or sign in: ${toLoginCommand(choice)}`;
  return `Sign in again: ${toLoginCommand(choice)}`;
}
