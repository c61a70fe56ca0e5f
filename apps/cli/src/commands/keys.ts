import type { ApiKey, CreatedApiKey, NewApiKey } from "@loci/sdk";
import { defineCommand } from "../arguments/command.ts";
import { confirm, type Desk } from "../desk.ts";
import { usageError } from "../exit.ts";
import { GROUP_OPTION, readNumber, readTime } from "./fields.ts";
import { toShownTime } from "./shown.ts";

const PAGE = 200;
const GRACE_HOURS_MAX = 72;
const BY_KEY_ALONE = "It takes a key that may do so: apps that a person signed in never see keys.";

export const keys = defineCommand({
  about: `Lists the API keys of the workspace, without their secrets. ${BY_KEY_ALONE}`,
  options: {},
  run: async (desk) => {
    const loci = await desk.connect();
    for await (const { items } of loci.keys.list({ limit: PAGE }).pages()) await desk.output.rows(items, ["ID", "STARTS WITH", "STATE", "GROUP", "LAST USED", "ENDS", "NAME"], toCells, "There is no key.");
  },
});

const toCells = ({ id, starts_with, state, group, last_used_at, expires_at, name }: ApiKey): string[] =>
  [id, `${starts_with}…`, state, group ?? "all", last_used_at === null ? "never" : toShownTime(last_used_at), expires_at === null ? "never" : toShownTime(expires_at), name];

export const createKey = defineCommand({
  takes: "NAME",
  count: [1, 1],
  about: `Makes an API key and prints it alone, for the only time. ${BY_KEY_ALONE}`,
  options: {
    scopes: { type: "string", value: "S,S", means: "What it may do, as memories:read,memories:write; or all, of what you may" },
    group: { ...GROUP_OPTION, means: "The only group that it sees and writes" },
    expires: { type: "string", value: "TIME", means: "When it ends: a time, a day, a span (30d), or never; in 90 days unless said" },
    test: { type: "boolean", means: "It works on a store of its own" },
  },
  examples: ["loci keys create ci --scopes memories:read --expires 30d"],
  run: async (desk, { values, positionals: [name = ""] }) => {
    const { scopes } = values;
    if (scopes === undefined) throw usageError("Say what the key may do: --scopes memories:read,memories:write, or --scopes all.");
    const loci = await desk.connect();
    const body: NewApiKey = {
      name, group: values.group, mode: values.test === true ? "test" : undefined, expires_at: readEnd(values.expires),
      // The server knows which there are, and names them all to who asks for another.
      scopes: scopes === "all" ? "all" : (scopes.split(",").map((scope) => scope.trim()) as Exclude<NewApiKey["scopes"], "all">),
    };
    await showSecret(desk, await loci.keys.create(body));
  },
});

export const rotateKey = defineCommand({
  takes: "ID",
  count: [1, 1],
  about: `Makes a key that takes the place of another, and prints it alone, for the only time. The old one works on for a while. ${BY_KEY_ALONE}`,
  options: {
    grace: { type: "string", value: "HOURS", means: `How long the old key works beside it, 0 to ${GRACE_HOURS_MAX}; 24 unless said` },
  },
  run: async (desk, { values, positionals: [id = ""] }) => {
    const grace_hours = readNumber("grace", values.grace, { min: 0, max: GRACE_HOURS_MAX });
    const loci = await desk.connect();
    const key = await loci.keys.rotate(id, { grace_hours });
    if (key.replaces.expires_at !== null && !desk.output.json) desk.output.note(`The old key works until ${toShownTime(key.replaces.expires_at)}.`);
    await showSecret(desk, key);
  },
});

export const revokeKey = defineCommand({
  takes: "ID",
  count: [1, 1],
  about: `Ends an API key: from the next request on it opens nothing. ${BY_KEY_ALONE}`,
  options: {},
  run: async (desk, { positionals: [id = ""] }) => {
    await confirm(desk, `End the key ${id}, and stop what uses it`, "No key was ended.");
    const loci = await desk.connect();
    await loci.keys.revoke(id);
    await desk.output.answer({ id, revoked: true }, () => `${id} is revoked.`);
  },
});

/** The secret alone goes to standard output, so that a script can keep it. */
async function showSecret({ output }: Desk, key: CreatedApiKey): Promise<void> {
  if (key.warning !== undefined && !output.json) output.note(key.warning);
  await output.answer(key, () => key.secret);
}

const readEnd = (text: string | undefined): string | undefined => (text === "never" ? text : readTime("expires", text, 1));
