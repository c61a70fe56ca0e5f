import type { BenchServer } from "../server.ts";
import { signUp } from "../person.ts";
import { type Target, TRIVIAL } from "./client-thread.ts";
import { type Bench, type Case, measureInTurn } from "./measures.ts";

/** p50 of each round, milliseconds, at one connection. */
export interface Access {
  open_ms: number[];
  key_ms: number[];
  same_by_key_ms: number[];
  same_by_session_ms: number[];
  /** Round by round, for what the machine does meanwhile hits both. */
  key_over_open_ms: number[];
  session_over_key_ms: number[];
}

/** What it costs to find out who calls: an open route beside one with a key, and one route called by a key and by a person. */
export async function measureAccess(bench: Bench, server: BenchServer): Promise<Access> {
  const person = await signUp(server);
  const none = { groups: [], groupSize: 0 };
  const open: Target = { ...none };
  const key: Target = { ...none, key: server.key };
  const personsKey: Target = { ...none, key: person.key };
  const signedIn: Target = { ...none, headers: person.headers };
  const workspace = { path: `/v1/workspaces/${person.workspace_id}` };
  const cases: Case[] = [
    { target: open, ask: { path: "/livez" }, connections: 1 },
    { target: key, ask: TRIVIAL, connections: 1 },
    { target: personsKey, ask: workspace, connections: 1 },
    { target: signedIn, ask: workspace, connections: 1 },
  ];
  const [open_ms = [], key_ms = [], same_by_key_ms = [], same_by_session_ms = []] = (await measureInTurn(bench, cases)).map(({ p50s }) => p50s);
  return {
    open_ms, key_ms, same_by_key_ms, same_by_session_ms,
    key_over_open_ms: subtract(key_ms, open_ms),
    session_over_key_ms: subtract(same_by_session_ms, same_by_key_ms),
  };
}

const subtract = (values: number[], others: number[]): number[] => values.map((value, index) => value - (others[index] ?? 0));
