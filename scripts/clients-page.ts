import { INSTALL_CLIENTS, toInstallGuide, toSharedServer, type FilePlaces, type InstallGuide, type Way } from "@loci/mcp/install";

const EXAMPLE_URL = "https://loci.example.com";

/** `docs/mcp-clients.md`: the table of clients for a server that stands for the reader's own. */
export function toClientsPage(): string {
  const guides = INSTALL_CLIENTS.map((client) => toInstallGuide(client, toSharedServer(EXAMPLE_URL)));
  return `# Telling each assistant of your server

Made from the table in \`packages/mcp/src/install\` by \`npm run generate\`. Put your server's address in the place of \`${EXAMPLE_URL}\`, or open \`/connect\` on your server: it shows the same with the right address, with buttons that copy, and once you are signed in with an address of your own for each assistant and workspace. Programs find it at \`GET /v1/mcp/clients\` and \`GET /v1/account/mcp\`. \`~\` is your home folder.

${guides.map(({ title }) => `[${title}](#${title.toLowerCase().replaceAll(" ", "-")})`).join(" · ")}

${guides.map(toSection).join("\n\n")}
`;
}

const toSection = ({ title, calls_from, ways }: InstallGuide): string =>
  [`## ${title}`, ...(calls_from === "cloud" ? [`${title} calls from its own cloud: your server needs an https address that the internet can reach.`] : []), ...ways.map(toText)].join("\n\n");

function toText(way: Way): string {
  if (way.kind === "link") return `**${way.label}:** a link that opens it with everything filled in.\n\n${toBlock("text", [way.url, ...(way.web_url === undefined ? [] : [way.web_url])].join("\n"))}`;
  if (way.kind === "steps") return `**${way.label}:**\n\n${way.steps.map((step, at) => `${at + 1}. ${step}`).join("\n")}`;
  const place = way.kind === "config" && way.files !== null ? `, ${toPlaces(way.files)}` : "";
  const block = `**${way.label}**${place}:\n\n${toBlock(way.kind === "command" ? "sh" : way.format, way.text)}`;
  return way.afterwards === undefined ? block : `${block}\n\n${way.afterwards}`;
}

const toBlock = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``;

function toPlaces({ macos, linux, windows }: FilePlaces): string {
  const places = new Map<string, string[]>();
  for (const [system, file] of [["macOS", macos], ["Linux", linux], ["Windows", windows]] as const) places.set(file, [...(places.get(file) ?? []), system]);
  return [...places].map(([file, systems]) => (places.size === 1 ? `\`${file}\`` : `\`${file}\` (${systems.join(", ")})`)).join(", ");
}
