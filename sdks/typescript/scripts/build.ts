// Builds what is published: node scripts/build.ts [folder]
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const ROOT = path.join(import.meta.dirname, "..");
const out = path.resolve(process.argv[2] ?? path.join(ROOT, "dist"));
const require = createRequire(import.meta.url);
const TSC = path.join(path.dirname(require.resolve("typescript/package.json")), "bin/tsc");

rmSync(out, { recursive: true, force: true });
compile("esm", []);
// To read it as CommonJS the compiler wants nothing of package.json's "type": hence the module and its own package.json.
compile("cjs", ["--module", "commonjs", "--moduleResolution", "bundler", "--verbatimModuleSyntax", "false"]);
writeFileSync(path.join(out, "cjs/package.json"), '{"type":"commonjs"}\n');
writeFileSync(path.join(out, "package.json"), `${JSON.stringify(toPublished(), null, 2)}\n`);
cpSync(path.join(ROOT, "README.md"), path.join(out, "README.md"));
cpSync(path.join(ROOT, "../../LICENSE"), path.join(out, "LICENSE"));

function compile(form: "esm" | "cjs", more: string[]): void {
  const folder = path.join(out, form);
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync(process.execPath, [TSC, "--project", path.join(ROOT, "tsconfig.json"), "--outDir", folder, ...more], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  nameOutput(folder);
}

/**
 * The compiler leaves `.ts` in the imports of declarations, which only its newer versions find, and wraps an import of a
 * computed name into code that hides from bundlers that they should leave it alone.
 */
function nameOutput(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts") || name.endsWith(".js"))) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const named = file.endsWith(".ts")
      ? text.replaceAll(/((?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"')
      : text.replace(/^var __rewriteRelativeImportExtension = .*?^};\n/ms, "").replaceAll(/__rewriteRelativeImportExtension\(([^()]*)\)/g, "$1");
    if (named !== text) writeFileSync(path.join(folder, file), named);
  }
}

/** The source's package.json, with the built files in the place of the sources. */
function toPublished(): Record<string, unknown> {
  const { private: _private, scripts: _scripts, exports: _exports, ...rest } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as Record<string, unknown>;
  const entry = (form: string) => ({ types: `./${form}/index.d.ts`, default: `./${form}/index.js` });
  return {
    ...rest,
    main: "./cjs/index.js",
    module: "./esm/index.js",
    types: "./cjs/index.d.ts",
    exports: { ".": { import: entry("esm"), require: entry("cjs") }, "./package.json": "./package.json" },
    files: ["esm", "cjs"],
  };
}
