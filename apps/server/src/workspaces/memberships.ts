import { notFound } from "@loci/kit/errors";
import type { Control } from "../control/database.ts";
import { RecentReads } from "../control/recent-reads.ts";
import type { MemberActor, Person } from "../policy/actor.ts";
import { permissionsOf } from "../policy/permissions.ts";
import type { Role } from "../policy/roles.ts";

interface Membership {
  workspace_id: string;
  role: Role;
  leaving_at: string | null;
}

const MEMBERSHIPS_KNOWN_MAX = 10_000;

/** Who is what in which workspace, as each request asks. */
export class Memberships {
  private readonly control: Control;
  private readonly known: RecentReads<Membership>;

  constructor(control: Control) {
    this.control = control;
    this.known = new RecentReads(control, MEMBERSHIPS_KNOWN_MAX);
  }

  /** The person as a member of a workspace, by its id or slug. What they are no member of does not exist for them. */
  async require(person: Person, workspace: string): Promise<MemberActor> {
    const membership = await this.known.get(`${person.user_id} ${workspace}`, () => this.read(person.user_id, workspace));
    if (membership === undefined) throw notFound("workspace");
    const { workspace_id, role, leaving_at } = membership;
    return { kind: "member", workspace_id, role, person, group: null, may: permissionsOf(role), mode: "live", leaving_at };
  }

  /** Whether a slug is that of this workspace. */
  async isSlugOf(workspaceId: string, slug: string): Promise<boolean> {
    const row = await this.control.reads.selectFrom("workspaces").select("id").where("slug", "=", slug).executeTakeFirst();
    return row?.id === workspaceId;
  }

  private async read(userId: string, workspace: string): Promise<Membership | undefined> {
    const row = await this.control.reads.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id")
      .select(["workspaces.id", "members.role", "workspaces.delete_after", "workspaces.deleting_at"])
      .where("members.user_id", "=", userId).where((or) => or.or([or("workspaces.id", "=", workspace), or("workspaces.slug", "=", workspace)])).executeTakeFirst();
    if (row === undefined || row.deleting_at !== null) return undefined;
    return { workspace_id: row.id, role: row.role, leaving_at: row.delete_after };
  }
}
