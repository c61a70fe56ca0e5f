import { TOOL_LIST } from "@loci/mcp";

/** What a desktop app reads of the extension before it starts it, and what it asks the person for. */
export const toManifest = ({ version, license }: { version: string; license: string }): Record<string, unknown> => ({
  manifest_version: "0.3",
  name: "loci",
  display_name: "Loci memory",
  version,
  description: "Memory for AI agents: store, recall and forget, on your own server.",
  long_description: "Keeps what should be remembered on a Loci server of yours, recalls it when it matters, and forgets on request. Every assistant that is connected to the same server shares the same memory.",
  author: { name: "The Loci authors" },
  license,
  keywords: ["memory", "recall", "agents"],
  icon: "icon.png",
  server: {
    type: "node",
    entry_point: "server/index.mjs",
    mcp_config: {
      command: "node",
      args: ["${__dirname}/server/index.mjs"],
      env: { LOCI_BASE_URL: "${user_config.base_url}", LOCI_API_KEY: "${user_config.api_key}" },
    },
  },
  tools: TOOL_LIST.full.map(({ name, title }) => ({ name, description: title ?? name })),
  user_config: {
    base_url: { type: "string", title: "Server", description: "Where your Loci answers.", default: "http://127.0.0.1:8080", required: true },
    api_key: { type: "string", title: "API key", description: "Begins with mk_. It decides which workspace, and what may be done there.", sensitive: true, required: true },
  },
  compatibility: { platforms: ["darwin", "linux", "win32"], runtimes: { node: ">=20" } },
});
