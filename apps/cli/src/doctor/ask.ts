import { CliError } from "../exit.ts";

const ASK_MAX_MS = 10_000;

export interface Asked {
  status: number;
  headers: Headers;
  /** The JSON, or null where the answer is none. */
  body: unknown;
  tookMs: number;
}

/** A request without credentials. Throws what to do where nothing answers. */
export async function askServer(url: string, init: RequestInit = {}): Promise<Asked> {
  const startedMs = performance.now();
  try {
    const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(ASK_MAX_MS) });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, headers: response.headers, body, tookMs: Math.round(performance.now() - startedMs) };
  } catch (cause) {
    throw new CliError("network", `${new URL(url).origin} was not reached: ${toReason(cause)}.`, { hint: "Is Loci running there? Another address goes into --base-url or LOCI_BASE_URL.", cause });
  }
}

function toReason(thrown: unknown): string {
  const { name, message, cause } = thrown as Error;
  if (name === "TimeoutError") return `no answer came within ${ASK_MAX_MS / 1_000} seconds`;
  return cause instanceof Error && cause.message !== "" ? cause.message : message;
}
