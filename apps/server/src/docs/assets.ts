import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { ERRORS_STYLE, START_SCRIPT, type AssetPaths } from "./pages.ts";

interface Asset {
  type: string;
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

type Encoding = "br" | "gzip" | "identity";

export interface Assets {
  paths: AssetPaths;
  /** The bytes of an asset by the last part of its path, or `undefined`. */
  find(name: string, accepted: string | null): Promise<{ type: string; encoding: Encoding; bytes: Uint8Array<ArrayBuffer> }> | undefined;
}

export const ASSET_PATH = "/docs/assets";

/** The files of the docs pages, each under a name that changes with its content, so that browsers may keep it for ever. */
export function openAssets(): Assets {
  const manifest = findPackageJSON("@scalar/api-reference", import.meta.url);
  if (manifest === undefined) throw new Error("@scalar/api-reference is not installed. Run npm ci.");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };

  const names = { scalar: `scalar-${version}.js`, start: toName("start", START_SCRIPT, "js"), style: toName("errors", ERRORS_STYLE, "css") };
  const script = "text/javascript; charset=utf-8";
  const files = new Map<string, Asset>([
    [names.scalar, { type: script, read: async () => new Uint8Array(await readFile(join(manifest, "../dist/browser/standalone.js"))) }],
    [names.start, { type: script, read: async () => new TextEncoder().encode(START_SCRIPT) }],
    [names.style, { type: "text/css; charset=utf-8", read: async () => new TextEncoder().encode(ERRORS_STYLE) }],
  ]);
  // Read and compressed when first asked for: most servers are never asked.
  const kept = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  return {
    paths: { scalar: `${ASSET_PATH}/${names.scalar}`, start: `${ASSET_PATH}/${names.start}`, style: `${ASSET_PATH}/${names.style}` },
    find(name, accepted) {
      const asset = files.get(name);
      if (asset === undefined) return undefined;
      const encoding = chooseEncoding(accepted);
      const key = `${encoding} ${name}`;
      const bytes = kept.get(key) ?? asset.read().then((raw) => compress(raw, encoding));
      kept.set(key, bytes);
      return bytes.then((ready) => ({ type: asset.type, encoding, bytes: ready }));
    },
  };
}

const toName = (name: string, content: string, extension: string): string =>
  `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}.${extension}`;

function chooseEncoding(accepted: string | null): Encoding {
  const names = new Set((accepted ?? "").toLowerCase().split(",").filter((item) => !/;\s*q=0(\.0*)?\s*$/.test(item)).map((item) => item.split(";")[0]?.trim()));
  if (names.has("br")) return "br";
  return names.has("gzip") ? "gzip" : "identity";
}

async function compress(raw: Uint8Array<ArrayBuffer>, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  if (encoding === "identity") return raw;
  // Quality 5 is a sixth of the time of the best for a tenth more bytes.
  const packed = encoding === "gzip" ? await promisify(gzip)(raw) : await promisify(brotliCompress)(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  return new Uint8Array(packed);
}
