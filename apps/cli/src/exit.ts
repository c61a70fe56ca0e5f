/** What a shell learns of how it went. Documented in docs/cli.md, so no number changes its meaning. */
export const EXIT = { ok: 0, unexpected: 1, usage: 2, not_found: 3, auth: 4, refused: 5, rate_limited: 6, network: 7 } as const;

export type Outcome = keyof typeof EXIT;

interface More {
  /** What to do, where the message does not say it already. */
  hint?: string | undefined;
  cause?: unknown;
}

/** A failure that the command line found itself. */
export class CliError extends Error {
  readonly outcome: Outcome;
  /** As errors of the server have one: an assistant that calls over MCP is told it. */
  readonly code: string;
  readonly hint: string | undefined;

  constructor(outcome: Outcome, message: string, { hint, cause }: More = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CliError";
    this.outcome = outcome;
    this.code = outcome === "auth" ? "unauthenticated" : outcome;
    this.hint = hint;
  }
}

export const usageError = (message: string, more?: More) => new CliError("usage", message, more);
