import { spawn } from "node:child_process";
import { defineCommand } from "../arguments/command.ts";
import { findCandidates } from "../completion/candidates.ts";
import { readGroupCache, writeGroupCache } from "../completion/group-cache.ts";
import type { Desk } from "../desk.ts";
import { readProfiles } from "../profiles/file.ts";

// Somebody waits with a finger on the Tab key.
const ASK_MAX_MS = 1_000;
const GROUPS_MAX = 200;

/** What the scripts of `loci completion` call; it never complains, for there is no place to. */
export const complete = defineCommand({
  takes: "-- WORD...",
  count: [0, Infinity],
  about: "Prints what the last of the words can become, a line each. For shells.",
  options: {
    next: { type: "boolean", means: "A word follows that has not begun" },
    refresh: { type: "boolean", means: "Only ask for the groups anew" },
  },
  run: async (desk, { values, positionals }) => {
    if (values.refresh === true) return void (await askForGroups(desk));
    const words = positionals.length === 0 || values.next === true ? [...positionals, ""] : positionals;
    const found = await findCandidates(words, { groups: () => findGroups(desk), profiles: () => Object.keys(readProfiles(desk.environment.configDir)) });
    await desk.output.raw(found.map((candidate) => `${candidate}\n`).join(""));
  },
});

/** What was known a while ago is answered at once, and asked for anew by a process that nobody waits for. */
async function findGroups(desk: Desk): Promise<readonly string[]> {
  const { baseUrl, profileName } = await desk.choose();
  const kept = readGroupCache(desk.environment.cacheDir, `${profileName} ${baseUrl}`);
  if (kept === null) return askForGroups(desk);
  if (!kept.fresh) spawn(process.execPath, [process.argv[1] ?? "", "__complete", "--refresh"], { stdio: "ignore", detached: true }).unref();
  return kept.names;
}

async function askForGroups(desk: Desk): Promise<readonly string[]> {
  try {
    const { baseUrl, profileName } = await desk.choose();
    const loci = await desk.connect();
    const { items } = await loci.groups.list({ limit: GROUPS_MAX }, { timeoutMs: ASK_MAX_MS, retriesMax: 0 });
    const names = items.map(({ name }) => name);
    writeGroupCache(desk.environment.cacheDir, `${profileName} ${baseUrl}`, names);
    return names;
  } catch {
    return [];
  }
}
