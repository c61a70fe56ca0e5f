import { invalid } from "./errors.ts";

export interface Page<Item> {
  items: Item[];
  /** Give it back as `cursor` for what follows; `null` on the last page. */
  next: string | null;
}

/** A cursor holds the sort key of the last item seen, so a page is stable while others insert. */
export const toCursor = (...key: (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString("base64url");

interface CursorKinds {
  string: string;
  number: number;
}

/** Reads a cursor that `toCursor` made of parts of these kinds. */
export function readCursor<Kind extends keyof CursorKinds>(cursor: string, kinds: readonly [Kind]): [CursorKinds[Kind]] {
  const fault = invalid("cursor", "This cursor was not made by this list. Leave it out to start from the first page.");
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw fault;
  }
  if (!Array.isArray(key) || key.length !== kinds.length || !key.every((part, at) => typeof part === kinds[at])) throw fault;
  return key as [CursorKinds[Kind]];
}

/** Cuts a page out of rows that were asked for with `limit + 1`. */
export function toPage<Row, Item>(rows: Row[], limit: number, toItem: (row: Row) => Item, cursorOf: (row: Row) => string): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return { items: kept.map(toItem), next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}
