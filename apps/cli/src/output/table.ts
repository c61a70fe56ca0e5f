import { toOneLine } from "./clean.ts";
import { cutToWidth, padToWidth, toWidth } from "./width.ts";

const GAP = "  ";
const LAST_MIN = 20;

/** Columns below their heads. On a terminal the last one gives way, so that a row stays a line. */
export function toTable(head: readonly string[], rows: readonly (readonly string[])[], columnsMax: number | null): string[] {
  const cells = [head, ...rows.map((row) => row.map(toOneLine))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => toWidth(row[column] ?? ""))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const lastMax = columnsMax === null ? Infinity : Math.max(LAST_MIN, columnsMax - before);
  return cells.map((row) => {
    const last = row.length - 1;
    return row.map((cell, column) => (column === last ? cutToWidth(cell, lastMax) : padToWidth(cell, widths[column] ?? 0))).join(GAP).trimEnd();
  });
}
