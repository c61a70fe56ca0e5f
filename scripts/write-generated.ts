import { writeFileSync } from "node:fs";
import { makeGeneratedFiles } from "./generated.ts";

for (const [file, content] of await makeGeneratedFiles()) {
  writeFileSync(file, content);
  console.log(`wrote ${file}`);
}
