import { AppError } from "@loci/kit/errors";

/** What a key may do. A route names one; a key holds some. */
export const SCOPES = [
  "memories:read",
  "memories:write",
  "memories:delete",
  "relationships:read",
  "relationships:write",
  "relationships:delete",
  "groups:read",
  "groups:delete",
  "usage:read",
  "data:export",
  "data:import",
] as const;
export type Scope = (typeof SCOPES)[number];

export const isScope = (text: string): text is Scope => (SCOPES as readonly string[]).includes(text);

/** Live keys and test keys see different stores of the same workspace. */
export type KeyMode = "live" | "test";

/** Who is calling: the key, and what it is bound to. */
export interface Actor {
  key_id: string;
  workspace_id: string;
  /** The only group that the key sees, or `null` for all of the workspace. */
  group: string | null;
  scopes: ReadonlySet<Scope>;
  mode: KeyMode;
}

export function requireScope({ scopes }: Actor, scope: Scope): void {
  if (scopes.has(scope)) return;
  throw new AppError("forbidden", `This key may not do that: it lacks the scope ${scope}. Use a key that has it.`, {
    details: { scope },
  });
}
