import { readFileSync } from "node:fs";
import path from "node:path";
import { zipSync, type Zippable } from "fflate";
import { rolldown } from "rolldown";
import { toManifest } from "./manifest.ts";

const ROOT = path.join(import.meta.dirname, "../..");
// The first day that ZIP can tell, in local time as ZIP has it: the same bytes wherever and whenever it is built.
const EPOCH = new Date(1980, 0, 1);

/** The desktop extension (`.mcpb`): a ZIP of a manifest and one script with all that it needs. */
export async function makeDesktopBundle(): Promise<Uint8Array> {
  const { version, license } = JSON.parse(readFileSync(path.join(ROOT, "packages/mcp/package.json"), "utf8")) as { version: string; license: string };
  const files: Zippable = {
    "manifest.json": Buffer.from(`${JSON.stringify(toManifest({ version, license }), null, 2)}\n`),
    "server/index.mjs": Buffer.from(await makeServerScript()),
    "icon.png": readFileSync(path.join(import.meta.dirname, "icon.png")),
    "LICENSE": readFileSync(path.join(ROOT, "LICENSE")),
  };
  return zipSync(files, { mtime: EPOCH, level: 9 });
}

async function makeServerScript(): Promise<string> {
  const bundle = await rolldown({ input: path.join(ROOT, "packages/mcp/src/desktop/main.ts"), platform: "node", cwd: ROOT, logLevel: "warn" });
  try {
    const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
    const [script, ...more] = output;
    if (more.length > 0) throw new Error(`The extension is one script, and this made ${output.length}: ${output.map(({ fileName }) => fileName).join(", ")}.`);
    return script.code;
  } finally {
    await bundle.close();
  }
}
