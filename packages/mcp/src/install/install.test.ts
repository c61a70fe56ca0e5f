import { execFileSync } from "node:child_process";
import { parse as parseToml } from "smol-toml";
import { expect, test } from "vitest";
import { findInstallClient, INSTALL_CLIENTS, toInstallGuide, toPersonalServer, toSharedServer, type InstallGuide, type LinkWay, type NamedServer, type Way } from "./index.ts";

// A host with a port, one by number, one that a shell would take for a pattern, and two that are reached without TLS.
const ORIGINS = ["https://loci.example.com", "https://loci.example.com:8443", "http://127.0.0.1:8080", "http://[::1]:8080", "http://loci.internal:8080"];
const WORKSPACES = [{ slug: "ada-x7k2m9", personal: true }, { slug: "acme", personal: false }, { slug: "a-very-long-name-of-a-team-with-40-chars", personal: false }];

const SERVERS: { client: (typeof INSTALL_CLIENTS)[number]; server: NamedServer }[] = ORIGINS.flatMap((origin) =>
  INSTALL_CLIENTS.flatMap((client) => [toSharedServer(origin), ...WORKSPACES.map((workspace) => toPersonalServer(origin, client.slug, workspace))].map((server) => ({ client, server }))));

const ofKind = <Kind extends Way["kind"]>(guide: InstallGuide, kind: Kind) => guide.ways.filter((way): way is Extract<Way, { kind: Kind }> => way.kind === kind);
const guideOf = (slug: string, server: NamedServer): InstallGuide => toInstallGuide(findInstallClient(slug)!, server);
const linkOf = (slug: string, server: NamedServer): LinkWay => ofKind(guideOf(slug, server), "link")[0]!;

test("every client of the issue is in the table once, by a slug that personal URLs take", () => {
  const slugs = INSTALL_CLIENTS.map(({ slug }) => slug);
  expect(slugs).toEqual(["claude", "claude-desktop", "claude-code", "chatgpt", "cursor", "vscode", "windsurf", "zed", "codex", "gemini-cli", "other"]);
  for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/);
});

test("every way of every client names the server and its address", () => {
  for (const { client, server } of SERVERS) {
    const { ways } = toInstallGuide(client, server);
    expect(ways.length).toBeGreaterThan(0);
    for (const way of ways) {
      const said = way.kind === "steps" ? way.steps.join("\n") : way.kind === "link" ? decodeEverything(way.url) : way.text;
      expect(said, `${client.slug} ${way.kind}`).toContain(server.url);
      expect(said.startsWith("npx ") || said.includes(server.name), `${client.slug} ${way.kind}`).toBe(true);
    }
  }
});

/** Percent encoding off, and base64 of the query opened. */
function decodeEverything(link: string): string {
  const decoded = decodeURIComponent(link);
  return decoded.replace(/config=([\w+/=]+)/, (_, config: string) => atob(config));
}

test("Cursor's link decodes to the server, whatever stands in its base64", () => {
  for (const { server } of SERVERS) {
    const { url, web_url = "" } = linkOf("cursor", server);
    for (const [link, start] of [[url, "cursor://anysphere.cursor-deeplink/mcp/install?"], [web_url, "https://cursor.com/install-mcp?"]] as const) {
      expect(link.startsWith(start)).toBe(true);
      const query = new URL(link).searchParams;
      expect(query.get("name")).toBe(server.name);
      expect(JSON.parse(Buffer.from(query.get("config") ?? "", "base64").toString("utf8"))).toEqual({ url: server.url });
    }
  }
});

test("VS Code's link decodes to the server, and the redirect to the link", () => {
  for (const { server } of SERVERS) {
    const { url, web_url = "" } = linkOf("vscode", server);
    expect(url.startsWith("vscode:mcp/install?")).toBe(true);
    expect(JSON.parse(decodeURIComponent(url.slice(url.indexOf("?") + 1)))).toEqual({ name: server.name, type: "http", url: server.url });
    expect(new URL(web_url).origin + new URL(web_url).pathname).toBe("https://insiders.vscode.dev/redirect");
    expect(new URL(web_url).searchParams.get("url")).toBe(url);
  }
});

test("Claude's link fills its dialog with the name and the address", () => {
  for (const { server } of SERVERS) {
    const link = new URL(linkOf("claude", server).url);
    expect(link.origin + link.pathname).toBe("https://claude.ai/customize/connectors");
    expect(Object.fromEntries(link.searchParams)).toEqual({ modal: "add-custom-connector", connectorName: server.name, connectorUrl: server.url });
  }
});

test("every block parses as what its file is, and holds its entry under its keys", () => {
  for (const { client, server } of SERVERS) {
    for (const { format, text, keys, value, files } of ofKind(toInstallGuide(client, server), "config")) {
      let found: unknown = format === "json" ? JSON.parse(text) : parseToml(text);
      for (const key of keys) found = (found as Record<string, unknown>)[key];
      expect(found, `${client.slug} ${format}`).toEqual(value);
      expect(keys.at(-1)).toBe(server.name);
      for (const file of Object.values(files ?? {})) expect(file.endsWith(`.${format}`), file).toBe(true);
    }
  }
});

test("every client gets its own spelling of the entry", () => {
  const server = toSharedServer("https://loci.example.com");
  const entryOf = (slug: string) => ofKind(guideOf(slug, server), "config").map(({ keys, value }) => [keys[0], Object.keys(value).join()].join(" "));
  expect(Object.fromEntries(INSTALL_CLIENTS.map(({ slug }) => [slug, entryOf(slug)]))).toEqual({
    "claude": [],
    "claude-desktop": ["mcpServers command,args"],
    "claude-code": ["mcpServers type,url"],
    "chatgpt": [],
    "cursor": ["mcpServers url"],
    "vscode": ["servers type,url"],
    "windsurf": ["mcpServers serverUrl"],
    "zed": ["context_servers url"],
    "codex": ["mcp_servers url"],
    "gemini-cli": ["mcpServers httpUrl"],
    "other": ["mcpServers type,url", "mcpServers command,args"],
  });
});

test("a shell splits every command into the words that were meant", () => {
  for (const { client, server } of SERVERS) {
    for (const { text } of ofKind(toInstallGuide(client, server), "command")) {
      const words = execFileSync("sh", ["-c", `set -f; printf '%s\\n' ${text}`], { encoding: "utf8" }).trimEnd().split("\n");
      const last = client.slug === "vscode" ? (JSON.parse(words.at(-1) ?? "") as NamedServer).url : words.find((word) => word.includes("://"));
      expect(last, text).toBe(server.url);
    }
  }
});

test("the commands are those of the clients' manuals", () => {
  const server = { name: "loci", url: "https://loci.example.com/mcp" };
  const commandsOf = (slug: string) => ofKind(guideOf(slug, server), "command").map(({ text }) => text);
  expect(commandsOf("claude-code")).toEqual(["claude mcp add --transport http --scope user loci https://loci.example.com/mcp"]);
  expect(commandsOf("codex")).toEqual(["codex mcp add loci --url https://loci.example.com/mcp"]);
  expect(commandsOf("gemini-cli")).toEqual(["gemini mcp add --transport http --scope user loci https://loci.example.com/mcp"]);
  expect(commandsOf("vscode")).toEqual([`code --add-mcp '{"name":"loci","type":"http","url":"https://loci.example.com/mcp"}'`]);
  expect(commandsOf("other")).toEqual(["npx -y mcp-remote https://loci.example.com/mcp"]);
});

test("the bridge is told that it may go without TLS only where it would refuse", () => {
  const argsOf = (origin: string) => ofKind(guideOf("claude-desktop", toSharedServer(origin)), "config")[0]?.value["args"];
  expect(argsOf("https://loci.example.com")).toEqual(["-y", "mcp-remote", "https://loci.example.com/mcp"]);
  expect(argsOf("http://127.0.0.1:8080")).toEqual(["-y", "mcp-remote", "http://127.0.0.1:8080/mcp"]);
  expect(argsOf("http://loci.internal:8080")).toEqual(["-y", "mcp-remote", "http://loci.internal:8080/mcp", "--allow-http"]);
});

test("a name leaves room for our longest tool in what Cursor takes, and ends in no hyphen", () => {
  for (const { server } of SERVERS) {
    expect(server.name).toMatch(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
    expect(server.name.length + "get_related_memories".length).toBeLessThanOrEqual(60);
  }
});
