import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.join(import.meta.dirname, "runtimes");
const PLACES = { node: { packages: /^node-/, program: "bin/node" }, deno: { packages: /^@deno\//, program: "deno" }, bun: { packages: /^@oven\//, program: "bin/bun" } };

/** A runtime that `npm test` puts into a folder of its own: each is a package for each platform, of which one is there. */
export function findInstalled(runtime: keyof typeof PLACES): string {
  const { optionalDependencies } = JSON.parse(readFileSync(path.join(FOLDER, "package.json"), "utf8")) as { optionalDependencies: Record<string, string> };
  const { packages, program } = PLACES[runtime];
  const file = process.platform === "win32" ? `${program}.exe` : program;
  const places = Object.keys(optionalDependencies).filter((name) => packages.test(name)).map((name) => path.join(FOLDER, "node_modules", name, file));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`These tests need ${runtime}. Install it: node scripts/setup-runtimes.mjs.`);
  return found;
}
