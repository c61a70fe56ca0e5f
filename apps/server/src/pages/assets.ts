import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Asset {
  type: string;
  text: string;
}

/** The styles and scripts of the pages, under a folder whose name changes with them, so that browsers may keep them for ever. */
export interface PageAssets {
  /** The path of a file: `sign-in.js`. */
  pathOf(name: string): string;
  find(version: string, name: string): Asset | undefined;
}

export const ASSET_PATH = "/pages";

const TYPES: Record<string, string> = { ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml" };

export function readAssets(): PageAssets {
  const folder = path.join(import.meta.dirname, "browser");
  const files = new Map<string, Asset>();
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).toSorted()) {
    const type = TYPES[path.extname(name)];
    if (type === undefined) continue;
    const text = readFileSync(path.join(folder, name), "utf8");
    files.set(name, { type, text });
    hash.update(`${name}\n${text}\n`);
  }
  const present = hash.digest("hex").slice(0, 12);
  return {
    pathOf: (name) => {
      if (!files.has(name)) throw new TypeError(`There is no ${name} in ${folder}.`);
      return `${ASSET_PATH}/${present}/${name}`;
    },
    find: (version, name) => (version === present ? files.get(name) : undefined),
  };
}
