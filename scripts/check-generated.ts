import { existsSync, readFileSync } from "node:fs";
import { makeGeneratedFiles } from "./generated.ts";

for (const [file, content] of await makeGeneratedFiles()) {
  if (existsSync(file) && readFileSync(file, "utf8") === content) continue;
  console.error(`${file} is not what the code says. Run: npm run generate`);
  process.exitCode = 1;
}
