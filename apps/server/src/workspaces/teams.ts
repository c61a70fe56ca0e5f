import type { Clock } from "@loci/kit/clock";
import { AppError, notFound } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { readCursor, toCursor, toPage, type Page } from "@loci/kit/page";
import { sql } from "kysely";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { Config } from "../config.ts";
import type { Control, ControlDb } from "../control/database.ts";
import { requireStanding, type Asking } from "../members/standing.ts";
import type { Actor, Person } from "../policy/actor.ts";
import type { Role } from "../policy/roles.ts";
import { findBySlug, isReserved, toSlug, toUniqueSlug } from "./slug.ts";

export interface WorkspaceParts {
  control: Control;
  now: Clock;
  config: Pick<Config, "plans">;
}

export interface WorkspaceView {
  id: string;
  slug: string;
  name: string;
  kind: "personal" | "team";
  plan: string;
  role: Role | null;
  members: number;
  keys: number;
  open_invitations: number;
  created_at: string;
  delete_after: string | null;
}

// Nobody needs more by hand, and each costs a file and a row everywhere.
const TEAMS_OWNED_MAX = 50;

/** Makes a team workspace whose owner is the caller. Its memory store is made at first use. */
export function createTeam(parts: WorkspaceParts, { person, origin }: { person: Person; origin: Origin }, input: { name: string; slug?: string }): Promise<WorkspaceView> {
  const { control } = parts;
  return control.transaction(async () => {
    const { db } = control;
    await requireRoomForTeam(db, person.user_id);
    const { id, created_at } = input.slug === undefined ? await insertUnderFreeSlug(parts, input.name) : await insertUnder(parts, input.slug, input.name);
    await db.insertInto("members").values({ workspace_id: id, user_id: person.user_id, role: "owner", created_at }).execute();
    await appendAudit(parts, origin, { chain: id, action: "workspace.created", target: id, details: { kind: "team" } });
    return readWorkspaceAs(parts, id, person.user_id);
  });
}

/** The caller's workspaces: the personal one first, then by age. */
export async function listOwnWorkspaces(parts: WorkspaceParts, userId: string, { limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<WorkspaceView>> {
  const place = sql<string>`(case kind when 'personal' then '0' else '1' end) || id`;
  let query = viewsOf(parts, parts.control.reads, userId).where("own.user_id", "=", userId).where("workspaces.deleting_at", "is", null);
  if (cursor !== undefined) query = query.where(place, ">", readCursor(cursor, ["string"])[0]);
  const rows = await query.orderBy(place).limit(limit + 1).execute();
  return toPage(rows, limit, (row) => toView(parts, row), ({ id, kind }) => toCursor(`${kind === "personal" ? "0" : "1"}${id}`));
}

/** The workspace of a call, as the caller sees it; a key is nobody in it. */
export const readWorkspace = (parts: WorkspaceParts, actor: Actor): Promise<WorkspaceView> =>
  readView(parts, parts.control.reads, actor.workspace_id, actor.kind === "member" ? actor.person.user_id : null);

/** A workspace as this user sees it, with what the transaction that runs has done to it. */
export const readWorkspaceAs = (parts: WorkspaceParts, id: string, userId: string): Promise<WorkspaceView> => readView(parts, parts.control.db, id, userId);

/** Gives a workspace another name, another slug, or both. The old slug is free at once. */
export function updateWorkspace(parts: WorkspaceParts, { actor, origin }: Asking, change: { name?: string; slug?: string }): Promise<WorkspaceView> {
  const { control } = parts;
  return control.transaction(async () => {
    const { db } = control;
    const { workspace, member } = await requireStanding(control, actor, "workspace:write");
    const { name = workspace.name, slug = workspace.slug } = change;
    if (slug !== workspace.slug && (await findBySlug(db, slug)) !== undefined) throw taken(slug);
    const fields = [...(name === workspace.name ? [] : ["name"]), ...(slug === workspace.slug ? [] : ["slug"])];
    if (fields.length > 0) {
      await db.updateTable("workspaces").set({ name, slug }).where("id", "=", workspace.id).execute();
      await appendAudit(parts, origin, { chain: workspace.id, action: "workspace.updated", target: workspace.id, details: { fields } });
    }
    return readWorkspaceAs(parts, workspace.id, member.person.user_id);
  });
}

async function readView(parts: WorkspaceParts, db: ControlDb, id: string, userId: string | null): Promise<WorkspaceView> {
  const row = await viewsOf(parts, db, userId).where("workspaces.id", "=", id).executeTakeFirst();
  if (row === undefined) throw notFound("workspace");
  return toView(parts, row);
}

/** Workspaces with their counts and what this user is in them. */
function viewsOf({ now }: WorkspaceParts, db: ControlDb, userId: string | null) {
  const at = now().toISOString();
  return db.selectFrom("workspaces").leftJoin("members as own", (join) => join.onRef("own.workspace_id", "=", "workspaces.id").on("own.user_id", "=", userId ?? ""))
    .select(["workspaces.id", "slug", "name", "kind", "plan", "own.role", "workspaces.created_at", "delete_after"])
    .select([
      sql<number>`(select count(*) from members where workspace_id = workspaces.id)`.as("members"),
      sql<number>`(select count(*) from keys where workspace_id = workspaces.id and revoked_at is null and (expires_at is null or expires_at > ${at}))`.as("keys"),
      sql<number>`(select count(*) from invitations where workspace_id = workspaces.id and accepted_at is null and revoked_at is null and expires_at > ${at})`.as("open_invitations"),
    ]);
}

const toView = ({ config }: WorkspaceParts, row: Omit<WorkspaceView, "plan"> & { plan: string | null }): WorkspaceView => ({ ...row, plan: row.plan ?? config.plans.fallback });

async function requireRoomForTeam(db: ControlDb, userId: string): Promise<void> {
  const { count } = await db.selectFrom("members").innerJoin("workspaces", "workspaces.id", "members.workspace_id").select(({ fn }) => fn.countAll<number>().as("count"))
    .where("user_id", "=", userId).where("role", "=", "owner").where("kind", "=", "team").executeTakeFirstOrThrow();
  if (count < TEAMS_OWNED_MAX) return;
  throw new AppError("conflict", `You own ${count} teams, and nobody owns more than ${TEAMS_OWNED_MAX}. Hand one over or delete it first.`, { details: { reason: "too_many_workspaces", limit: TEAMS_OWNED_MAX } });
}

async function insertUnder(parts: WorkspaceParts, slug: string, name: string): Promise<NewTeam> {
  const made = await tryInsert(parts, slug, name);
  if (made === undefined) throw taken(slug);
  return made;
}

/** Under the plain slug of the name, or one with an ending where that is taken or means something else. */
async function insertUnderFreeSlug(parts: WorkspaceParts, name: string): Promise<NewTeam> {
  const plain = toSlug(name);
  let made = isReserved(plain) ? undefined : await tryInsert(parts, plain, name);
  while (made === undefined) made = await tryInsert(parts, toUniqueSlug(name), name);
  return made;
}

type NewTeam = Pick<WorkspaceView, "id" | "created_at">;

/** Nothing where the slug is taken: the unique column alone decides that. */
function tryInsert({ control, now }: WorkspaceParts, slug: string, name: string): Promise<NewTeam | undefined> {
  const row = { id: newId("wsp"), slug, name, created_at: now().toISOString(), kind: "team" as const, personal_user_id: null, plan: null, delete_after: null, deleting_at: null };
  return control.db.insertInto("workspaces").values(row).onConflict((taken) => taken.column("slug").doNothing()).returning(["id", "created_at"]).executeTakeFirst();
}

const taken = (slug: string): AppError => new AppError("conflict", `The slug "${slug}" is taken. Choose another.`, { param: "slug", details: { reason: "slug_taken" } });
