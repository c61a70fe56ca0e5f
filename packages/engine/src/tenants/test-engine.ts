import type { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import type { Filter } from "../filter.ts";
import type { Engine, MemoryListQuery, NewMemory, Operation, RecallQuery, StoreReceipt, Workspace } from "../index.ts";

/** What a test gets: an engine over an empty database of the kind under test, whose clock it owns. */
export interface TestEngine {
  engine: Engine;
  /** Moves the engine's clock on. */
  advanceMs(ms: number): void;
  /** Closes the engine and opens it again over the same data. */
  reopen(): Promise<void>;
  /** Everything that lies on the disk, to look for what must not be there. */
  readDisk(): Promise<Buffer>;
}

export const operation = (more: Partial<Operation> = {}): Operation => ({ id: newId("op"), ...more });

export async function openWorkspace({ engine }: TestEngine, bounds: { group?: string } = {}, id = newId("wsp")): Promise<Workspace> {
  await engine.createStore(id);
  return engine.open(id, bounds);
}

export const store = (workspace: Workspace, input: NewMemory, more: Partial<Operation> = {}): Promise<StoreReceipt> =>
  workspace.write({ verb: "store", input }, operation(more));

export const recall = async (workspace: Workspace, query: string, more: Partial<RecallQuery> = {}) =>
  (await workspace.recall({ query, limit: 10, ...more }, operation())).memories;

export const list = (workspace: Workspace, more: Partial<MemoryListQuery> = {}) =>
  workspace.listMemories({ order: "newest", limit: 50, ...more });

export const forget = (workspace: Workspace, target: { id?: string; ids?: string[]; group?: string; filter?: Filter }, more: { dry_run?: boolean; permanent?: boolean } = {}) =>
  workspace.write({ verb: "forget", target, dry_run: more.dry_run ?? false, permanent: more.permanent ?? false }, operation());

export const faultOf = (promise: Promise<unknown>): Promise<AppError> => promise.then(() => Promise.reject(new Error("it did not fail")), (error: AppError) => error);

export const DAY_MS = 86_400_000;

