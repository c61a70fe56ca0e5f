import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.join(import.meta.dirname, "node18");

/** The Node 18 that `npm test` puts into a folder of its own: one package for each platform, of which one is there. */
export function findNode18(): string {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(FOLDER, "package.json"), "utf8")) as { optionalDependencies: Record<string, string> };
  const program = process.platform === "win32" ? "node.exe" : "node";
  const places = Object.keys(optionalDependencies).map((name) => path.join(FOLDER, "node_modules", name, "bin", program));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error("These tests need Node 18. Install it: node scripts/setup-node18.mjs.");
  return found;
}
