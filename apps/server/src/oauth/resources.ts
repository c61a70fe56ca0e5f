/** A program and a workspace, as a personal URL of MCP names them. */
export interface PersonalPath {
  client: string;
  workspace: string;
}

const NAME = "[a-z0-9][a-z0-9-]{0,39}";
const PERSONAL = new RegExp(`^/mcp/(${NAME})/([A-Za-z0-9_-]{1,80})$`);

/** What stands in a personal URL, or `null` for what is none. It carries no secret. */
export function readPersonalPath(path: string): PersonalPath | null {
  const [, client, workspace] = PERSONAL.exec(path) ?? [];
  return client === undefined || workspace === undefined ? null : { client, workspace };
}

/** The API, whose tokens are for the command line of Loci alone. */
export const API_PATH = "/v1";

/** The paths that tokens are made for: MCP, a personal URL of it, or the API. */
export const isResourcePath = (path: string): boolean => path === "/mcp" || path === API_PATH || readPersonalPath(path) !== null;

/** The path of a resource of this server, or `null` for what is none. Clients compare byte by byte, and so do we. */
export function readResource(publicUrl: string, resource: string): string | null {
  const path = resource.startsWith(publicUrl) ? resource.slice(publicUrl.length) : "";
  return isResourcePath(path) ? path : null;
}

/** Where a resource describes itself (RFC 9728 3.1: the well-known part stands before the path). */
export const toMetadataUrl = (publicUrl: string, path: string): string => `${publicUrl}/.well-known/oauth-protected-resource${path}`;
