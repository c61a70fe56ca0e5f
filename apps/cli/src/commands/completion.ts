import { defineCommand } from "../arguments/command.ts";
import { SCRIPTS, SHELLS } from "../completion/scripts.ts";
import { usageError } from "../exit.ts";

export const completion = defineCommand({
  takes: SHELLS.join("|"),
  count: [1, 1],
  completes: SHELLS,
  about: "Prints what makes a shell complete commands, options and the names of your groups.",
  options: {},
  examples: [
    "source <(loci completion bash)       # in ~/.bashrc",
    "source <(loci completion zsh)        # in ~/.zshrc, after compinit",
    "loci completion fish | source        # in ~/.config/fish/config.fish",
    "loci completion powershell | Out-String | Invoke-Expression",
  ],
  run: async ({ output }, { positionals: [given = ""] }) => {
    const shell = SHELLS.find((name) => name === given);
    if (shell === undefined) throw usageError(`There is no completion for "${given}". It can be ${SHELLS.join(", ")}.`);
    await output.raw(SCRIPTS[shell]);
  },
});
