import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Every file below a folder, by its whole name. */
export const listFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));

/** Which of these words stand in which file below a folder or in its name, whatever their case: `canary in control.db-wal`. */
export function findWords(folder: string, words: readonly string[]): string[] {
  return listFiles(folder).flatMap((file) => {
    const name = path.relative(folder, file);
    const text = `${name}\n${readFileSync(file, "latin1")}`.toLowerCase();
    return words.filter((word) => text.includes(word.toLowerCase())).map((word) => `${word} in ${name}`);
  });
}
