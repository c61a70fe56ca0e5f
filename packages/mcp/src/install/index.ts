import type { ConfigWay, InstallClient, InstallGuide, NamedServer, Way } from "./guide.ts";

export { findInstallClient, INSTALL_CLIENTS } from "./clients.ts";
export type { CommandWay, ConfigWay, FilePlaces, InstallClient, InstallGuide, LinkWay, NamedServer, StepsWay, Way } from "./guide.ts";

/** The address that every client of an instance may use. */
export const toSharedServer = (publicUrl: string): NamedServer => ({ name: "loci", url: `${publicUrl}/mcp` });

// Cursor cuts tools off whose name and server's name have more than 60 characters together; our longest tool has 20.
const NAME_CHARS_MAX = 36;

/**
 * The address of one client in one workspace. It carries no secret: whoever opens it signs in, and sees a workspace that
 * they belong to or none. `workspace` is its slug, or its id, which outlives a renaming.
 */
export const toPersonalServer = (publicUrl: string, client: string, { slug, personal }: { slug: string; personal: boolean }): NamedServer => ({
  name: personal ? "loci" : `loci-${slug}`.slice(0, NAME_CHARS_MAX).replace(/-+$/, ""),
  url: `${publicUrl}/mcp/${client}/${slug}`,
});

/** How a client is told of a server. With a personal one, `shared` stands in files that belong into a project: others get them too. */
export const toInstallGuide = ({ slug, title, calls_from, toWays }: InstallClient, server: NamedServer, shared: NamedServer = server): InstallGuide =>
  ({ client: slug, title, calls_from, ...server, ways: shared.url === server.url ? toWays(server) : mixWays(toWays(server), toWays(shared)) });

/** Whether a settings file goes to everybody who works on a project. */
export const isOfProject = (way: Way): way is ConfigWay => way.kind === "config" && way.files !== null && !way.files.linux.startsWith("~");

const mixWays = (own: readonly Way[], shared: readonly Way[]): Way[] => own.map((way, at) => {
  const common = shared[at] ?? way;
  return isOfProject(common) ? { ...common, afterwards: FOR_ALL } : way;
});

const FOR_ALL = "This file goes to everybody who works on the project, so the address in it is the one that all share.";
