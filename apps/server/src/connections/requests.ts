import type { Access } from "@loci/engine";
import type { Page } from "@loci/kit/page";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import { getConnection } from "./service.ts";

type RequestParts = Pick<Parts, "control" | "memberships" | "stores">;

/** What a person's app read and wrote, the newest first; throws `not_found` once they are no member of the workspace any more. */
export async function listRequests(parts: RequestParts, person: Person, id: string, query: { limit: number; cursor?: string | undefined }): Promise<Page<Omit<Access, "connection_id">>> {
  const { workspace } = await getConnection(parts, person, id);
  const { workspace_id, mode } = await parts.memberships.require(person, workspace.id);
  const store = await parts.stores.find({ workspace_id, mode });
  if (store === null) return { items: [], next: null };
  const { items, next } = await store.listAccesses({ connection_id: id, ...query });
  return { items: items.map(({ connection_id: _, ...access }) => access), next };
}
