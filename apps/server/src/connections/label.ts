import { findInstallClient } from "@loci/mcp/install";
import { readPersonalPath, type PersonalPath } from "../oauth/resources.ts";

const CHARS_MAX = 100;
/** The name in personal URLs for whatever has none. */
const OTHER = "other";

/** What a personal URL calls the program that it is for, or `null` where it names none. */
export function findPersonalTitle(personal: PersonalPath | null): string | null {
  if (personal === null || personal.client === OTHER) return null;
  return findInstallClient(personal.client)?.title ?? personal.client;
}

/**
 * What people call a connection until they say otherwise: as its personal URL names the program, else as it names itself.
 * Any app can ask for any personal URL, so one that is called otherwise is named beside it.
 */
export function toLabel({ client: { name }, resource }: { client: { name: string }; resource: string }): string {
  const title = findPersonalTitle(readPersonalPath(new URL(resource).pathname));
  if (title === null) return name;
  const [first = title] = title.toLowerCase().split(" ");
  return name.toLowerCase().startsWith(first) ? title : [...`${title} (${name}`].slice(0, CHARS_MAX - 1).join("") + ")";
}
