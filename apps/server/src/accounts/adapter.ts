import type { DBAdapter, DBAdapterInstance, Where } from "@better-auth/core/db/adapter";
import { kyselyAdapter } from "@better-auth/kysely-adapter";
import type { BetterAuthOptions } from "better-auth";
import type { Clock } from "@loci/kit/clock";
import type { Control } from "../control/database.ts";
import { createTokenHasher } from "../sessions/token.ts";
import { IDLE_MAX_MS } from "../sessions/verifier.ts";

type Adapter = DBAdapter;
type Row = Record<string, unknown>;

interface AdapterParts {
  control: Control;
  authSecret: string;
  now: Clock;
  /** Runs in the transaction that makes the row. */
  onCreate(model: string, row: Row): Promise<void>;
}

/** better-auth's adapter over the control database: it joins the transaction that runs, and session tokens reach the disk only as hashes. */
export function joinedAdapter({ control, authSecret, now, onCreate }: AdapterParts): DBAdapterInstance {
  const tokens = hashedTokens(createTokenHasher(authSecret));
  return (options) => {
    const at = adapterPerDatabase(control, options);
    const self: Adapter = {
      id: "loci",
      create: (input) =>
        control.transaction(async () => {
          const row = await at().create({ ...input, data: tokens.hashRow(input.model, input.data) });
          await onCreate(input.model, row as Row);
          return (input.model === "session" ? { ...row, token: (input.data as Row)["token"] } : row) as never;
        }),
      findOne: async (input) => {
        const row = tokens.show(input.model, input.where, await at().findOne<Row>({ ...input, where: tokens.hashWhere(input.model, input.where) }));
        return (input.model === "session" && row !== null && isIdle(row, now) ? null : row) as never;
      },
      findMany: (input) => at().findMany({ ...input, ...tokens.hashAnyWhere(input) }),
      count: (input) => at().count({ ...input, ...tokens.hashAnyWhere(input) }),
      update: async (input) => {
        const update = tokens.hashRow(input.model, input.update);
        return tokens.show(input.model, input.where, await at().update<Row>({ ...input, where: tokens.hashWhere(input.model, input.where), update })) as never;
      },
      updateMany: (input) => at().updateMany({ ...input, where: tokens.hashWhere(input.model, input.where), update: tokens.hashRow(input.model, input.update) }),
      delete: (input) => at().delete({ ...input, where: tokens.hashWhere(input.model, input.where) }),
      deleteMany: (input) => at().deleteMany({ ...input, where: tokens.hashWhere(input.model, input.where) }),
      consumeOne: (input) => at().consumeOne({ ...input, where: tokens.hashWhere(input.model, input.where) }),
      incrementOne: (input) => at().incrementOne({ ...input, where: tokens.hashWhere(input.model, input.where) }),
      transaction: (work) => control.transaction(() => work(self)),
    };
    return self;
  };
}

/** better-auth's own adapter, for the transaction that runs or for the database. */
function adapterPerDatabase(control: Control, options: BetterAuthOptions): () => Adapter {
  const made = new WeakMap<object, Adapter>();
  return () => {
    const { db } = control;
    const known = made.get(db);
    if (known !== undefined) return known;
    // "sqlite" for Postgres too: times stay text and flags 0 or 1, so that both hold the same rows.
    const adapter = kyselyAdapter(db as unknown as Parameters<typeof kyselyAdapter>[0], { type: "sqlite", transaction: false })(options);
    made.set(db, adapter);
    return adapter;
  };
}

const isTokenOf = (model: string, { field }: Where): boolean => model === "session" && field === "token";

function hashedTokens(hash: (token: string) => string) {
  const hashWhere = (model: string, where: Where[]): Where[] =>
    where.map((part) => {
      if (!isTokenOf(model, part)) return part;
      return { ...part, value: Array.isArray(part.value) ? part.value.map((token) => hash(String(token))) : hash(String(part.value)) };
    });
  return {
    hashWhere,
    hashAnyWhere: ({ model, where }: { model: string; where?: Where[] | undefined }) => (where === undefined ? {} : { where: hashWhere(model, where) }),
    hashRow: <R extends Row>(model: string, row: R): R => (model === "session" && typeof row["token"] === "string" ? { ...row, token: hash(row["token"]) } : row),
    /** The caller gets the token back that it asked with: what is stored opens nothing. */
    show: (model: string, where: Where[], row: Row | null): Row | null => {
      const asked = where.find((part) => isTokenOf(model, part))?.value;
      return row === null || typeof asked !== "string" ? row : { ...row, token: asked };
    },
  };
}

function isIdle({ updatedAt }: Row, now: Clock): boolean {
  const usedMs = updatedAt instanceof Date ? updatedAt.getTime() : Date.parse(String(updatedAt));
  return now().getTime() - usedMs > IDLE_MAX_MS;
}
