import { toClaudeLink, toCursorLink, toCursorWebLink, toJsonConfig, toShellWord, toTomlConfig, toVsCodeJson, toVsCodeLink, toVsCodeWebLink } from "./encode.ts";
import type { FilePlaces, InstallClient, NamedServer } from "./guide.ts";

const CLAUDE_DESKTOP_FILES: FilePlaces = {
  macos: "~/Library/Application Support/Claude/claude_desktop_config.json",
  linux: "~/.config/Claude/claude_desktop_config.json",
  windows: String.raw`~\AppData\Roaming\Claude\claude_desktop_config.json`,
};
const ZED_FILES: FilePlaces = { macos: "~/.config/zed/settings.json", linux: "~/.config/zed/settings.json", windows: String.raw`~\AppData\Roaming\Zed\settings.json` };

/** Starts mcp-remote, which speaks stdio to the client and HTTP to the server, and signs in by the browser. */
function toBridge({ url }: NamedServer): { command: string; args: string[] } {
  const { protocol, hostname } = new URL(url);
  // Its own rule: plain http only to these two, unless told otherwise.
  const plain = protocol === "http:" && hostname !== "localhost" && hostname !== "127.0.0.1";
  return { command: "npx", args: ["-y", "mcp-remote", url, ...(plain ? ["--allow-http"] : [])] };
}

const toBridgeCommand = (server: NamedServer): string => {
  const { command, args } = toBridge(server);
  return [command, ...args].map(toShellWord).join(" ");
};

/** Every client that Loci has written instructions for, in the order in which people are shown them. */
export const INSTALL_CLIENTS: readonly InstallClient[] = [
  {
    slug: "claude", title: "Claude", calls_from: "cloud",
    toWays: ({ name, url }) => [
      { kind: "link", label: "Add to Claude", url: toClaudeLink({ name, url }) },
      {
        kind: "steps", label: "By hand, on the web or in the desktop app",
        steps: ["Open Customize, then Connectors.", "Press +, then Add custom connector.", `Name it ${name} and paste the address: ${url}`, "Press Add, then Connect, and sign in."],
      },
    ],
  },
  {
    slug: "claude-desktop", title: "Claude Desktop", calls_from: "device",
    toWays: (server) => [
      toJsonConfig({
        label: "For a server that only this device reaches (Settings, Developer, Edit Config)", files: CLAUDE_DESKTOP_FILES, keys: ["mcpServers", server.name], value: toBridge(server),
        afterwards: "Quit Claude and start it again. It needs Node.js on this device.",
      }),
    ],
  },
  {
    slug: "claude-code", title: "Claude Code", calls_from: "device",
    toWays: ({ name, url }) => [
      { kind: "command", label: "In a terminal", text: `claude mcp add --transport http --scope user ${name} ${toShellWord(url)}`, afterwards: `In Claude Code, type /mcp, choose ${name}, then Authenticate.` },
      toJsonConfig({ label: "For one project", files: ".mcp.json", keys: ["mcpServers", name], value: { type: "http", url } }),
    ],
  },
  {
    slug: "chatgpt", title: "ChatGPT", calls_from: "cloud",
    toWays: ({ name, url }) => [{
      kind: "steps", label: "On the web",
      steps: [
        "Open Settings, then Security and login, and turn on Developer mode.",
        "Open chatgpt.com/plugins, press +, then Add custom MCP server.",
        `Name it ${name}, choose OAuth and paste the server URL: ${url}`,
        "Press Create as a plugin, and sign in.",
      ],
    }],
  },
  {
    slug: "cursor", title: "Cursor", calls_from: "device",
    toWays: (server) => [
      { kind: "link", label: "Add to Cursor", url: toCursorLink(server), web_url: toCursorWebLink(server) },
      toJsonConfig({ label: "In its settings file", files: "~/.cursor/mcp.json", keys: ["mcpServers", server.name], value: { url: server.url } }),
    ],
  },
  {
    slug: "vscode", title: "VS Code", calls_from: "device",
    toWays: (server) => [
      { kind: "link", label: "Add to VS Code", url: toVsCodeLink(server), web_url: toVsCodeWebLink(server) },
      { kind: "command", label: "In a terminal", text: `code --add-mcp ${toShellWord(toVsCodeJson(server))}` },
      toJsonConfig({ label: "For one project", files: ".vscode/mcp.json", keys: ["servers", server.name], value: { type: "http", url: server.url } }),
    ],
  },
  {
    slug: "windsurf", title: "Windsurf", calls_from: "device",
    toWays: ({ name, url }) => [
      toJsonConfig({ label: "In its settings file", files: "~/.codeium/windsurf/mcp_config.json", keys: ["mcpServers", name], value: { serverUrl: url }, afterwards: "Press Refresh at Cascade's MCP servers, and sign in." }),
    ],
  },
  {
    slug: "zed", title: "Zed", calls_from: "device",
    toWays: ({ name, url }) => [
      toJsonConfig({ label: "In its settings file", files: ZED_FILES, keys: ["context_servers", name], value: { url }, afterwards: "Zed asks you to sign in." }),
    ],
  },
  {
    slug: "codex", title: "Codex", calls_from: "device",
    toWays: ({ name, url }) => [
      { kind: "command", label: "In a terminal", text: `codex mcp add ${name} --url ${toShellWord(url)}`, afterwards: `If no browser opens for signing in: codex mcp login ${name}` },
      toTomlConfig({ label: "In its settings file", files: "~/.codex/config.toml", keys: ["mcp_servers", name], value: { url }, afterwards: `To sign in: codex mcp login ${name}` }),
    ],
  },
  {
    slug: "gemini-cli", title: "Gemini CLI", calls_from: "device",
    toWays: ({ name, url }) => [
      { kind: "command", label: "In a terminal", text: `gemini mcp add --transport http --scope user ${name} ${toShellWord(url)}`, afterwards: `In Gemini CLI, type /mcp auth ${name}` },
      toJsonConfig({ label: "In its settings file", files: "~/.gemini/settings.json", keys: ["mcpServers", name], value: { httpUrl: url }, afterwards: `In Gemini CLI, type /mcp auth ${name}` }),
    ],
  },
  {
    slug: "other", title: "Another app", calls_from: "device",
    toWays: (server) => [
      toJsonConfig({ label: "Where an app takes addresses, in the form that most share", files: null, keys: ["mcpServers", server.name], value: { type: "http", url: server.url } }),
      toJsonConfig({ label: "Where it only starts programs (stdio), mcp-remote stands between", files: null, keys: ["mcpServers", server.name], value: toBridge(server) }),
      { kind: "command", label: "The same as a command", text: toBridgeCommand(server) },
    ],
  },
];

export const findInstallClient = (slug: string): InstallClient | undefined => INSTALL_CLIENTS.find((client) => client.slug === slug);
