import type { WhoAmI } from "@loci/sdk";
import { defineCommand } from "../arguments/command.ts";
import { toPairs, toShownTime } from "./shown.ts";

export const whoami = defineCommand({
  about: "Shows which server is called, as whom, and what may be done there.",
  options: {},
  run: async (desk) => {
    const { baseUrl } = await desk.choose();
    const loci = await desk.connect();
    const who = await loci.request("GET /v1/whoami");
    await desk.output.answer({ base_url: baseUrl, ...who }, () => toCallerLines(baseUrl, who));
  },
});

export const toCallerLines = (baseUrl: string, { kind, id, name, workspace, person, permissions, group, mode, expires_at }: WhoAmI): string[] => toPairs([
  ["server", baseUrl],
  ["person", person?.name],
  ["workspace", `${workspace.name} (${workspace.slug})`],
  [kind, `${name} (${id})`],
  ["group", group ?? "all"],
  ["mode", mode === "test" ? "test" : undefined],
  ["may", permissions.join(", ")],
  ["ends", expires_at === null ? "never" : toShownTime(expires_at)],
]);
