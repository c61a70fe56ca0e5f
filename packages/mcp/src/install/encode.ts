import type { ConfigWay, FilePlaces, NamedServer } from "./guide.ts";

/** `cursor://…`: Cursor asks, then writes its `mcp.json`. The configuration is base64 of what would stand under the name there. */
export const toCursorLink = ({ name, url }: NamedServer): string => `cursor://anysphere.cursor-deeplink/mcp/install?${toCursorQuery({ name, url })}`;

export const toCursorWebLink = (server: NamedServer): string => `https://cursor.com/install-mcp?${toCursorQuery(server)}`;

// Encoded, because base64 has `+`, `/` and `=`, of which the first is a space in a query.
const toCursorQuery = ({ name, url }: NamedServer): string => `name=${encodeURIComponent(name)}&config=${encodeURIComponent(btoa(JSON.stringify({ url })))}`;

/** `vscode:…`: VS Code asks, then writes its `mcp.json`. All that follows the question mark is one encoded JSON object. */
export const toVsCodeLink = (server: NamedServer): string => `vscode:mcp/install?${encodeURIComponent(toVsCodeJson(server))}`;

/** The redirect that Microsoft runs for pages on which `vscode:` is no link. */
export const toVsCodeWebLink = (server: NamedServer): string => `https://insiders.vscode.dev/redirect?url=${encodeURIComponent(toVsCodeLink(server))}`;

export const toVsCodeJson = ({ name, url }: NamedServer): string => JSON.stringify({ name, type: "http", url });

/** Claude's own dialog for a connector, filled in. */
export const toClaudeLink = ({ name, url }: NamedServer): string =>
  `https://claude.ai/customize/connectors?modal=add-custom-connector&connectorName=${encodeURIComponent(name)}&connectorUrl=${encodeURIComponent(url)}`;

/** A word as a POSIX shell takes it for one: an IPv6 host has brackets, which are a pattern otherwise. */
export const toShellWord = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

type ConfigParts = Omit<ConfigWay, "kind" | "format" | "text" | "files"> & { files: FilePlaces | string | null };

export const toJsonConfig = ({ files, ...parts }: ConfigParts): ConfigWay => ({
  kind: "config", format: "json", ...parts, files: toPlaces(files),
  text: JSON.stringify(parts.keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), parts.value), null, 2),
});

/** One table. A JSON string is a basic string of TOML, and names are bare keys. */
export const toTomlConfig = ({ files, ...parts }: ConfigParts): ConfigWay => ({
  kind: "config", format: "toml", ...parts, files: toPlaces(files),
  text: [`[${parts.keys.join(".")}]`, ...Object.entries(parts.value).map(([key, one]) => `${key} = ${JSON.stringify(one)}`)].join("\n"),
});

/** A path that is the same everywhere is written once. */
const toPlaces = (files: FilePlaces | string | null): FilePlaces | null => (typeof files === "string" ? { macos: files, linux: files, windows: files } : files);
