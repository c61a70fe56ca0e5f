import type { Answer, Arguments, Route } from "@loci/sdk";

/** What the tools need of the SDK: a `Loci` is one, and the server gives one that stays in its process. */
export interface Caller {
  /** Throws an error with `code` and `message`, as `LociError` and the server's own errors have them. */
  request<R extends Route>(route: R, ...args: Arguments<R>): Promise<Answer<R>>;
}
