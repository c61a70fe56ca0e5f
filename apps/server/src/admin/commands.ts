import type { ZodType } from "zod";
import { type Clock, DAY_MS } from "@loci/kit/clock";
import { readEnvironment } from "../config.ts";
import { showSettings } from "../config-text.ts";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Peppers } from "../keys/secrets.ts";
import { createKey, listKeys, revokeKey, type Key } from "../keys/service.ts";
import { isScope, SCOPES, type Scope } from "../policy/permissions.ts";
import { GroupName, line } from "../memories/fields.ts";
import { createWorkspace, getWorkspace, listWorkspaces } from "../workspaces/service.ts";

export const USAGE = `loci-admin: workspaces and keys of this server (it may be running)

  workspace create NAME
  workspace list
  key create --workspace W [--name N] [--scopes S,S] [--group G] [--expires 90d] [--test]
  key list [--workspace W]
  key revoke ID
  config print --redacted

W is a workspace's id or name. Without --scopes a key may do everything; the scopes are
${wrap(SCOPES.join(" "))}
--expires takes days (90d), hours (12h) or a time (2027-01-31T00:00:00Z); without it a key does not expire.
--test makes a key for the workspace's test store. --json prints JSON.
Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 not found.
`;

/** A fault in how the command was called. */
export class UsageError extends Error {}

/** What commands work on; opening it reads the configuration. */
export interface Desk {
  control: Control;
  peppers: Peppers;
  sealer: Sealer;
  now: Clock;
}

export interface Options {
  workspace?: string | undefined;
  name?: string | undefined;
  scopes?: string | undefined;
  group?: string | undefined;
  expires?: string | undefined;
  test?: boolean | undefined;
  redacted?: boolean | undefined;
  json?: boolean | undefined;
  help?: boolean | undefined;
}

type Command = (open: () => Promise<Desk>, args: string[], options: Options) => Promise<string>;

/** Each answers with what to print. */
const COMMANDS_BY_NAME: Record<string, Command> = {
  "workspace create": async (open, args, options) => {
    const [name] = requireArguments(args, ["NAME"]);
    return withDesk(open, async ({ control, now }) => {
      const workspace = await createWorkspace({ db: control.db, now }, readName("NAME", WorkspaceName, name ?? ""));
      return print(options, workspace, `${workspace.id}\n`);
    });
  },
  "workspace list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const workspaces = await listWorkspaces(control.db);
      return print(options, workspaces, toTable(["ID", "NAME", "CREATED"], workspaces.map(({ id, name, created_at }) => [id, name, created_at])));
    });
  },
  "key create": async (open, args, options) => {
    requireArguments(args, []);
    if (options.workspace === undefined) throw new UsageError("Say whose key it is: --workspace W.");
    const { workspace: idOrName } = options;
    const name = readName("--name", WorkspaceName, options.name ?? "made by loci-admin");
    const group = options.group === undefined ? null : readName("--group", GroupName, options.group);
    const scopes = readScopeList(options.scopes);
    return withDesk(open, async ({ control, peppers, now }) => {
      const expires_at = readExpiry(options.expires, now());
      const workspace = await getWorkspace(control.db, idOrName);
      const input = { workspace_id: workspace.id, name, scopes, group, mode: options.test === true ? ("test" as const) : ("live" as const), expires_at };
      const key = await createKey({ db: control.db, now, peppers }, input);
      // The key alone goes to standard output, so that a script can keep it.
      return print(options, key, `${key.secret}\n`);
    });
  },
  "key list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const workspace = options.workspace === undefined ? null : await getWorkspace(control.db, options.workspace);
      const keys = await listKeys(control.db, workspace?.id ?? null);
      return print(options, keys, toTable(["ID", "STARTS WITH", "NAME", "WORKSPACE", "GROUP", "SCOPES", "LAST USED", "STATE"], keys.map(toKeyRow)));
    });
  },
  "key revoke": async (open, args, options) => {
    const [id] = requireArguments(args, ["ID"]);
    return withDesk(open, async ({ control, now }) => {
      const key = await revokeKey({ db: control.db, now }, id ?? "");
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

export const COMMANDS: ReadonlyMap<string, Command> = new Map(Object.entries(COMMANDS_BY_NAME));

async function withDesk(open: () => Promise<Desk>, work: (desk: Desk) => Promise<string>): Promise<string> {
  const desk = await open();
  try {
    return await work(desk);
  } finally {
    desk.control.close();
  }
}

const print = ({ json }: Options, value: unknown, text: string): string => (json === true ? `${JSON.stringify(value, null, 2)}\n` : text);

function requireArguments(args: string[], names: string[]): string[] {
  if (args.length < names.length || args[0] === "") throw new UsageError(`${names[0]} is missing.`);
  const extra = args[names.length];
  if (extra !== undefined) throw new UsageError(`"${extra}" is too much.`);
  return args;
}

/** Names are held to the rules of the API, so that what is made here can be used there. */
const WorkspaceName = line(100);

function readName(what: string, schema: ZodType<string>, name: string): string {
  const read = schema.safeParse(name);
  if (read.success) return read.data;
  throw new UsageError(`${what} ${read.error.issues[0]?.message ?? "is not a name."}`);
}

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

const toKeyRow = ({ id, starts_with, name, workspace_id, group, scopes, last_used_at, revoked_at, expires_at }: Key): string[] => [
  id, `${starts_with}…`, name, workspace_id, group ?? "all",
  scopes.length === SCOPES.length ? "all" : scopes.join(","),
  last_used_at ?? "never",
  revoked_at === null ? (expires_at === null ? "live" : `until ${expires_at}`) : `revoked ${revoked_at}`,
];

function toTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows].map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()}\n`).join("");
}

function wrap(text: string): string {
  return text.replaceAll(/(.{1,90})(?: |$)/g, "  $1\n").trimEnd();
}
