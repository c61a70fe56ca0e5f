import { defineCommand } from "../arguments/command.ts";
import { examine, type Finding } from "../doctor/checks.ts";
import { CliError } from "../exit.ts";
import { toShown } from "../output/clean.ts";
import type { Output } from "../output/output.ts";
import { countOf } from "./shown.ts";

const COLORS = { ok: "green", warning: "yellow", failed: "red" } as const;

export const doctor = defineCommand({
  about: "Looks at what stands between you and your memories, and says what to mend: the program, the sign-in, the server, MCP.",
  options: {},
  run: async (desk) => {
    const failed: Finding[] = [];
    for await (const finding of examine(desk)) {
      const { outcome: _, ...shown } = finding;
      await desk.output.answer(shown, () => toLines(desk.output, finding));
      if (finding.state === "failed") failed.push(finding);
    }
    if (failed.length > 0) throw new CliError(failed[0]?.outcome ?? "unexpected", `${countOf(failed.length, "check", "checks")} failed.`);
  },
});

function toLines(output: Output, { check, state, message, fix }: Finding): string[] {
  return [`${output.style(COLORS[state], state.padEnd(7))}  ${check.padEnd(11)}  ${toShown(message)}`, ...(fix === undefined ? [] : fix.split("\n").map((line) => `${" ".repeat(22)}${line}`))];
}
