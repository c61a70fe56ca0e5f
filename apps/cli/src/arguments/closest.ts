/** The word that was meant, or null where none is near: two letters may be wrong, added or missing, fewer in short words. */
export function findClosest(typed: string, words: readonly string[]): string | null {
  const ranked = words.map((word) => ({ word, distance: toDistance(typed, word) })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.min(2, Math.floor(typed.length / 2)) ? best.word : null;
}

/** Levenshtein's distance, row by row. */
function toDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const line = [row + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (b[column - 1] === letter ? 0 : 1);
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
