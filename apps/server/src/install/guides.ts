import { INSTALL_CLIENTS, toInstallGuide, toPersonalServer, toSharedServer, type InstallClient, type InstallGuide, type Way } from "@loci/mcp/install";
import type { Page } from "@loci/kit/page";
import type { z } from "zod";
import type { Config } from "../config.ts";
import { listOwnWorkspaces, type WorkspaceParts, type WorkspaceView } from "../workspaces/teams.ts";
import type { GuidesQuery, InstallGuides, WorkspaceGuidesPage } from "./schemas.ts";

export interface GuideParts extends WorkspaceParts {
  config: WorkspaceParts["config"] & Pick<Config, "publicUrl">;
}

type Guide = z.input<typeof InstallGuides>["items"][number];
type WorkspaceGuides = z.input<typeof WorkspaceGuidesPage>["items"][number];

/** How every client is told of this instance, whoever uses it. */
export const toSharedGuides = (publicUrl: string): Guide[] => INSTALL_CLIENTS.map((client) => toGuide(toInstallGuide(client, toSharedServer(publicUrl))));

/** The same for each workspace of a person, by personal URLs. */
export async function listPersonalGuides(parts: GuideParts, userId: string, { client, ...page }: z.output<typeof GuidesQuery>): Promise<Page<WorkspaceGuides>> {
  const clients = INSTALL_CLIENTS.filter(({ slug }) => client === undefined || slug === client);
  const { items, next } = await listOwnWorkspaces(parts, userId, page);
  return { items: items.map((workspace) => toWorkspaceGuides(parts.config.publicUrl, clients, workspace)), next };
}

const toWorkspaceGuides = (publicUrl: string, clients: readonly InstallClient[], { id, slug, name, kind }: WorkspaceView): WorkspaceGuides => ({
  workspace: { id, slug, name, kind },
  clients: clients.map((client) => toGuide(toInstallGuide(client, toPersonalServer(publicUrl, client.slug, { slug, personal: kind === "personal" }), toSharedServer(publicUrl)))),
});

const toGuide = ({ ways, ...guide }: InstallGuide): Guide => ({ ...guide, ways: ways.map(toWay) });

/** What programs write into files as data is text here. */
function toWay(way: Way): Guide["ways"][number] {
  if (way.kind !== "config") return way;
  const { keys: _keys, value: _value, ...told } = way;
  return told;
}
