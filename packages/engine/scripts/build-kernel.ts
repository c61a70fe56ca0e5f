// Writes src/kernel/kernel.gen.ts from kernel.wat; with --check it only fails when that file is not fresh.
import { readFileSync, writeFileSync } from "node:fs";
import wabt from "wabt";

const source = new URL("../src/kernel/kernel.wat", import.meta.url);
const target = new URL("../src/kernel/kernel.gen.ts", import.meta.url);

const { parseWat } = await wabt();
const module = parseWat("kernel.wat", readFileSync(source, "utf8"), { simd: true });
module.validate();
const { buffer } = module.toBinary({});
const generated = `// Generated from kernel.wat by packages/engine/scripts/build-kernel.ts. Do not edit.
/** The WebAssembly binary of kernel.wat, ${buffer.length} bytes. */
export const KERNEL_BASE64 =
  "${Buffer.from(buffer).toString("base64")}";
`;

if (!process.argv.includes("--check")) {
  writeFileSync(target, generated);
} else if (readFileSync(target, "utf8") !== generated) {
  process.stderr.write("kernel.gen.ts is not fresh. Run: node packages/engine/scripts/build-kernel.ts\n");
  process.exitCode = 1;
}
