// Builds the desktop extension: node scripts/build-desktop.ts [file]
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeDesktopBundle } from "./desktop/bundle.ts";

const file = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "../data/loci.mcpb"));
const bytes = await makeDesktopBundle();
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, bytes);
console.log(`${file}\n${bytes.length} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex")}`);
