import type { InstallClient, InstallGuide, NamedServer } from "./guide.ts";

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

/** How a client is told of a server. */
export const toInstallGuide = ({ slug, title, calls_from, toWays }: InstallClient, server: NamedServer): InstallGuide =>
  ({ client: slug, title, calls_from, ...server, ways: toWays(server) });
