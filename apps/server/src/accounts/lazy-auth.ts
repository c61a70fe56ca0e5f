import type { Auth, AuthParts } from "./auth.ts";

/** better-auth, loaded when it is first asked something: that takes 0.4 s and 60 MB, which a server without people need not spend. */
export interface LazyAuth {
  /** Its calls, as they are; the first one waits for the loading. */
  readonly api: Auth["api"];
  /** To be waited for before a transaction: loading inside one would hold up whoever wants to write. */
  load(): Promise<Auth>;
}

type AnyCall = (...input: unknown[]) => unknown;

export function openAuth(parts: AuthParts): LazyAuth {
  let loading: Promise<Auth> | undefined;
  const load = (): Promise<Auth> => (loading ??= import("./auth.ts").then(({ createAuth }) => createAuth(parts)));
  const call = async (name: string | symbol, input: unknown[]): Promise<unknown> => {
    const { api } = await load();
    return (api as unknown as Record<string | symbol, AnyCall>)[name]?.(...input);
  };
  const api = new Proxy({}, { get: (_, name) => (...input: unknown[]) => call(name, input) }) as Auth["api"];
  return { api, load };
}
