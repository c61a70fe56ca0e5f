import { defineCommand } from "../arguments/command.ts";
import { usageError } from "../exit.ts";

const PROFILES = ["full", "minimal"] as const;

export const mcp = defineCommand({
  about: `Serves MCP on standard input and output, for assistants that start a program. The memories are those of the server
that you are signed in to, or with --local those of a folder of this machine, without a server and an account.
Assistants that take an address need no program: loci mcp add.`,
  options: {
    tools: { type: "string", value: "SET", completes: PROFILES, means: "full, or minimal: add, search, list and delete; full unless said" },
  },
  examples: ["claude mcp add loci -- loci mcp", "claude mcp add loci -- loci mcp --local"],
  run: async (desk, { values }) => {
    const tools = PROFILES.find((name) => name === (values.tools ?? "full"));
    if (tools === undefined) throw usageError(`--tools must be full or minimal, not "${values.tools}".`);
    const loci = await desk.connect();
    const { serveMcp } = await import("../mcp/serve.ts");
    await serveMcp(loci, { tools, output: desk.output });
  },
});
