import { defineCommand } from "../arguments/command.ts";
import { CliError } from "../exit.ts";
import { toPairs } from "./shown.ts";

export const status = defineCommand({
  about: "Shows whether the server is well. Nobody need be signed in.",
  options: {},
  run: async (desk) => {
    const { baseUrl } = await desk.choose();
    const { askServer } = await import("../doctor/ask.ts");
    const { body, tookMs, status: code } = await askServer(`${baseUrl}/readyz`);
    const { checks = {} } = body as { checks?: Record<string, string> };
    await desk.output.answer({ base_url: baseUrl, ready: code === 200, took_ms: tookMs, checks }, () =>
      toPairs([["server", baseUrl], ["ready", code === 200 ? "yes" : "no"], ["answered in", `${tookMs} ms`], ...Object.entries(checks)]));
    if (code !== 200) throw new CliError("network", `${baseUrl} is there, and not ready.`, { hint: "Its log says why." });
  },
});
