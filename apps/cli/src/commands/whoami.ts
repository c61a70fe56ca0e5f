import { defineCommand } from "../arguments/command.ts";
import { toPairs } from "./shown.ts";

export const whoami = defineCommand({
  about: "Shows which server is called, as whom, and what may be done there.",
  options: {},
  run: async (desk) => {
    const { baseUrl } = await desk.choose();
    const loci = await desk.connect();
    const key = await loci.keys.own();
    await desk.output.answer({ base_url: baseUrl, ...key }, () => toPairs([
      ["server", baseUrl], ["key", key.key_id], ["workspace", key.workspace_id], ["group", key.group ?? "all"], ["mode", key.mode], ["may", key.scopes.join(", ")],
    ]));
  },
});
