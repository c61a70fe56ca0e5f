import { DAY_MS } from "@loci/kit/clock";
import { readEnvironment } from "../config.ts";
import { showSettings } from "../config-text.ts";
import { SYSTEM } from "../audit/origin.ts";
import type { Key } from "../keys/key.ts";
import { createKey, listAllKeys, revokeKey } from "../keys/service.ts";
import { getAccountBy } from "../operators/accounts.ts";
import { changePlan, transferTeam } from "../operators/workspaces.ts";
import { isScope, SCOPES, type Scope } from "../policy/permissions.ts";
import { displayName, GroupName } from "../memories/fields.ts";
import { createWorkspace, getWorkspace, listWorkspaces, type ListedWorkspace } from "../workspaces/service.ts";
import { ACCOUNT_COMMANDS } from "./account.ts";
import { AUDIT_COMMANDS } from "./audit.ts";
import { print, readText, requireArguments, toTable, UsageError, withDesk, type Command } from "./desk.ts";

export const USAGE = `loci-admin: accounts, workspaces and keys of this server (it may be running)

  workspace create NAME
  workspace list
  workspace transfer W A
  workspace plan W PLAN
  key create --workspace W [--name N] [--scopes S,S] [--group G] [--expires 90d] [--test]
  key list [--workspace W]
  key revoke ID
  account create ADDRESS [--name N]
  account list
  account show A
  account operator A [--remove]
  account disable A [--yes]
  account enable A
  account reset-link A
  account remove-second-factor A
  account delete A [--yes]
  audit verify [--workspace W | --chain C]
  audit list --workspace W | --chain C [--action "key.*"]
  audit export --workspace W | --chain C
  config print --redacted

W is a workspace's id, slug or name. Without --scopes a key may do everything; the scopes are
${wrap(SCOPES.join(" "))}
--expires takes days (90d), hours (12h) or a time (2027-01-31T00:00:00Z); without it a key does not end.
workspace transfer makes a member, A, the owner of the team W, and its owner an admin: for owners out of reach.
workspace plan gives the workspace W a plan of the file of plans; "default" gives it that of DEFAULT_PLAN again.
A is an account's address or id.
account create makes one for an address that you vouch for, whatever SIGNUP says, and prints a link by which its owner
  sets a password, once and within an hour; the first account of an instance operates it.
operator names somebody who runs this instance; with --remove it takes that back, but not from the last one.
disable shuts an account until enable: its sessions end at once, nobody signs in to it, and the keys of its personal
  workspace stop. Teams work on, and so do the keys that the person made in them: key list and key revoke are for those.
  The last operator is shut with --yes only.
reset-link prints a link that sets a new password, once and within an hour, for where no mail is sent.
remove-second-factor is for who lost the app and the recovery codes: sessions end, and a mail tells the owner. Be sure
  that it is the owner who asks.
delete erases an account at once and for good, with its personal workspace; teams with other members must have
  another owner first.
C is the id of a workspace or user, or instance; without one, verify looks at every chain of the audit log.
--test makes a key for the workspace's test store. --json prints JSON.
Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 not found, 4 a chain of the audit log is broken.
`;

const COMMANDS_BY_NAME: Record<string, Command> = {
  "workspace create": async (open, args, options) => {
    const [name] = requireArguments(args, ["NAME"]);
    return withDesk(open, async ({ control, now }) => {
      const workspace = await createWorkspace({ control, now }, readText("NAME", WorkspaceName, name ?? ""));
      return print(options, workspace, `${workspace.id}\n`);
    }, { mayCreate: true });
  },
  "workspace list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const workspaces = await listWorkspaces(control.db);
      return print(options, workspaces, toTable(["ID", "SLUG", "NAME", "KIND", "PLAN", "MEMBERS", "CREATED", "STATE"], workspaces.map(toWorkspaceRow)));
    });
  },
  "workspace transfer": async (open, args, options) => {
    const [idOrName = "", addressOrId = ""] = requireArguments(args, ["WORKSPACE", "ADDRESS"]);
    return withDesk(open, async ({ control, now }) => {
      const { id } = await getWorkspace(control.db, idOrName);
      const owner = await getAccountBy(control.db, addressOrId);
      const { workspace: { slug }, from } = await transferTeam({ control, now }, SYSTEM, id, owner.id);
      const before = from === null ? "" : ` Its owner until now, ${(await getAccountBy(control.db, from)).email}, is an admin of it.`;
      return print(options, { id, slug, owner: owner.id, from }, `${owner.email} owns ${slug} (${id}) now.${before}\n`);
    });
  },
  "workspace plan": async (open, args, options) => {
    const [idOrName = "", named = ""] = requireArguments(args, ["WORKSPACE", "PLAN"]);
    return withDesk(open, async ({ control, now, config: { plans } }) => {
      const plan = named === NO_PLAN && !plans.plans.has(NO_PLAN) ? null : named;
      const workspace = await changePlan({ control, now, plans }, SYSTEM, idOrName, plan);
      return print(options, workspace, `${workspace.slug} (${workspace.id}) has ${plan === null ? `the default plan, ${plans.fallback}` : `the plan ${plan}`} now.\n`);
    });
  },
  "key create": async (open, args, options) => {
    requireArguments(args, []);
    if (options.workspace === undefined) throw new UsageError("Say whose key it is: --workspace W.");
    const { workspace: idOrName } = options;
    const name = readText("--name", WorkspaceName, options.name ?? "made by loci-admin");
    const group = options.group === undefined ? null : readText("--group", GroupName, options.group);
    const scopes = readScopeList(options.scopes);
    return withDesk(open, async ({ control, peppers, now, note }) => {
      const expires_at = readExpiry(options.expires, now());
      const workspace = await getWorkspace(control.db, idOrName);
      const input = { workspace_id: workspace.id, name, scopes, group, mode: options.test === true ? ("test" as const) : ("live" as const), expires_at };
      const key = await createKey({ control, now, peppers }, SYSTEM, input);
      if (expires_at === null) note("This key does not end. --expires 90d gives the next one an end; key revoke ends this one.");
      // The key alone goes to standard output, so that a script can keep it.
      return print(options, key, `${key.secret}\n`);
    });
  },
  "key list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control, now }) => {
      const workspace = options.workspace === undefined ? null : await getWorkspace(control.db, options.workspace);
      const keys = await listAllKeys({ control, now }, workspace?.id ?? null);
      return print(options, keys, toTable(["ID", "STARTS WITH", "NAME", "WORKSPACE", "GROUP", "SCOPES", "LAST USED", "STATE"], keys.map(toKeyRow)));
    });
  },
  "key revoke": async (open, args, options) => {
    const [id] = requireArguments(args, ["ID"]);
    return withDesk(open, async ({ control, now }) => {
      const key = await revokeKey({ control, now }, SYSTEM, id ?? "");
      return print(options, key, `${key.starts_with}… is revoked.\n`);
    });
  },
  "config print": async (_open, args, options) => {
    requireArguments(args, []);
    if (options.redacted !== true) throw new UsageError("Secrets are never printed: say --redacted.");
    const settings = showSettings(readEnvironment());
    return print(options, settings, toTable(["NAME", "VALUE", "FROM"], settings.map(({ name, value, from }) => [name, value ?? "", from])));
  },
};

export const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries({ ...COMMANDS_BY_NAME, ...ACCOUNT_COMMANDS, ...AUDIT_COMMANDS }));

const WorkspaceName = displayName(100);
/** What stands for the plan of a workspace that has none of its own. */
const NO_PLAN = "default";

function readScopeList(text: string | undefined): readonly Scope[] {
  if (text === undefined) return SCOPES;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !isScope(name));
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is no scope.`);
  return names.filter(isScope);
}

const UNIT_MS: Record<string, number> = { d: DAY_MS, h: DAY_MS / 24 };

function readExpiry(text: string | undefined, now: Date): string | null {
  if (text === undefined) return null;
  const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : now.getTime() + Number(count) * (UNIT_MS[unit ?? ""] ?? 0);
  if (Number.isNaN(ms) || ms <= now.getTime()) throw new UsageError(`--expires ${text} is no time to come. Use 90d, 12h or 2027-01-31T00:00:00Z.`);
  return new Date(ms).toISOString();
}

const toWorkspaceRow = ({ id, slug, name, kind, plan, members, created_at, delete_after, deleting_at }: ListedWorkspace): string[] => [
  id, slug, name, kind, plan ?? NO_PLAN, String(members), created_at,
  deleting_at !== null ? "being erased" : delete_after === null ? "live" : `erased after ${delete_after}`,
];

const toKeyRow = ({ id, starts_with, name, workspace_id, group, scopes, last_used_at, state, revoked_at, expires_at }: Key): string[] => [
  id, `${starts_with}…`, name, workspace_id, group ?? "all",
  scopes.length === SCOPES.length ? "all" : scopes.join(","),
  last_used_at ?? "never",
  [state, revoked_at ?? (expires_at === null ? "does not end" : `until ${expires_at}`)].join(" ").trim(),
];

function wrap(text: string): string {
  return text.replaceAll(/(.{1,90})(?: |$)/g, "  $1\n").trimEnd();
}
