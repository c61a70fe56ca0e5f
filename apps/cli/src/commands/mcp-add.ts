import { findInstallClient, INSTALL_CLIENTS, isOfProject, toInstallGuide, toPersonalServer, toSharedServer, type ConfigWay, type InstallGuide, type NamedServer, type Way } from "@loci/mcp/install";
import { findClosest } from "../arguments/closest.ts";
import { defineCommand } from "../arguments/command.ts";
import type { Desk } from "../desk.ts";
import { usageError } from "../exit.ts";

const SLUGS = INSTALL_CLIENTS.map(({ slug }) => slug);

export const mcpAdd = defineCommand({
  takes: "[CLIENT]",
  count: [0, 1],
  completes: SLUGS,
  about: "Shows how an assistant is told of your server, or with --write puts it into the assistant's settings. Nothing in it is secret: the assistant signs in by itself. Without CLIENT: the assistants there are.",
  options: {
    write: { type: "boolean", means: "Write it into the settings file; what else is there stays" },
    personal: { type: "boolean", means: "An address of its own for this assistant in your workspace, by which you tell them apart" },
  },
  examples: ["loci mcp add cursor --write", "loci mcp add claude-code --personal"],
  run: async (desk, { values, positionals: [slug] }) => {
    const { output } = desk;
    if (slug === undefined) return output.rows(INSTALL_CLIENTS.map((client) => ({ client: client.slug, title: client.title })), ["CLIENT", "NAME"], ({ client, title }) => [client, title], "");
    const client = findInstallClient(slug);
    if (client === undefined) throw usageError(`There is no client "${slug}".${toAdvice(slug)}`, { hint: "See: loci mcp add" });
    const shared = toSharedServer((await desk.choose()).baseUrl);
    const guide = toInstallGuide(client, await findServer(desk, slug, values.personal === true), shared);
    if (values.write !== true) return output.answer(guide, () => toGuideLines(guide));
    const way = guide.ways.find((way): way is ConfigWay => way.kind === "config" && way.files !== null);
    if (way === undefined) throw usageError(`${guide.title} keeps no settings file that could be written.`, { hint: `See what to do instead: loci mcp add ${slug}` });
    const { writeWay } = await import("../mcp/settings-file.ts");
    const file = writeWay(way);
    const { name, url } = isOfProject(way) ? shared : guide;
    await output.answer({ client: slug, file, name, url }, () => [`${guide.title} finds ${url} in ${file} now.`, ...toNextLines(guide, way)]);
  },
});

/** What is left to do; and of a file that is only for the project in this folder, how to have it everywhere. */
function toNextLines({ ways }: InstallGuide, way: ConfigWay): string[] {
  const command = isOfProject(way) ? ways.find(({ kind }) => kind === "command") : undefined;
  const everywhere = command?.kind === "command" ? [`That is for the project in this folder, and for all who have it. For all of your projects: ${command.text}`] : [];
  return [...everywhere, ...(way.afterwards === undefined || everywhere.length > 0 ? [] : [way.afterwards])];
}

const toAdvice = (slug: string): string => {
  const near = findClosest(slug, SLUGS);
  return near === null ? "" : ` Did you mean ${near}?`;
};

async function findServer(desk: Desk, slug: string, personal: boolean): Promise<NamedServer> {
  const { baseUrl } = await desk.choose();
  if (!personal) return toSharedServer(baseUrl);
  const loci = await desk.connect();
  const { workspace } = await loci.request("GET /v1/whoami");
  return toPersonalServer(baseUrl, slug, { slug: workspace.slug, personal: true });
}

const toGuideLines = ({ title, url, ways }: InstallGuide): string[] => [`${title}: ${url}`, ...ways.flatMap((way) => ["", `${way.label}:`, ...toWayLines(way)])];

function toWayLines(way: Way): string[] {
  if (way.kind === "steps") return way.steps.map((step, index) => `  ${index + 1}. ${step}`);
  if (way.kind === "link") return [`  ${way.url}`];
  const after = way.afterwards === undefined ? [] : [`  ${way.afterwards}`];
  if (way.kind === "command") return [`  ${way.text}`, ...after];
  return [...(way.files === null ? [] : [`  ${toPlace(way)}`]), ...way.text.split("\n").map((line) => `  ${line}`), ...after];
}

function toPlace({ files }: ConfigWay): string {
  if (process.platform === "darwin") return files?.macos ?? "";
  return (process.platform === "win32" ? files?.windows : files?.linux) ?? "";
}
