import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Clock } from "@loci/kit/clock";
import { SYSTEM } from "./audit/origin.ts";
import type { Config } from "./config.ts";
import type { Control } from "./control/database.ts";
import type { Peppers } from "./keys/secrets.ts";
import { createKey, listAllKeys } from "./keys/service.ts";
import { SCOPES } from "./policy/permissions.ts";
import { createWorkspace, listWorkspaces } from "./workspaces/service.ts";

interface Parts {
  control: Control;
  peppers: Peppers;
  now: Clock;
  dataDir: string;
}

export type FirstKey = { kind: "created"; key: string; file: string } | { kind: "kept"; file: string } | { kind: "none" };

/** Gives a new development server something to be called with: the workspace "local" and one key, kept for its owner only. */
export async function ensureFirstKey({ control, peppers, now, dataDir }: Parts): Promise<FirstKey> {
  const file = path.join(dataDir, "first-key");
  if (existsSync(file)) return { kind: "kept", file };
  const workspaces = await listWorkspaces(control.db);
  const workspace = workspaces.length === 0 ? await createWorkspace({ control, now }, "local") : workspaces[0];
  // A first start that was cut short between the two has a workspace and no key.
  if (workspaces.length > 1 || workspace?.name !== "local" || (await listAllKeys({ control, now }, workspace.id)).length > 0) return { kind: "none" };

  const input = { workspace_id: workspace.id, name: "first key", scopes: SCOPES, group: null, mode: "live" as const, expires_at: null };
  const { secret } = await createKey({ control, now, peppers }, SYSTEM, input);
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return { kind: "created", key: secret, file };
}

/** What whoever starts a server in production has to know while nobody has an account there; `null` where somebody has. */
export function findWayIn({ mode, mail, providers }: Pick<Config, "mode" | "mail" | "providers">, people: boolean): string | null {
  if (people || mode !== "production") return null;
  const isReachable = mail !== null || Object.values(providers).some((provider) => provider !== null);
  if (isReachable) return "Nobody has an account here yet, and the first to sign up becomes operator, whatever SIGNUP says. Sign up before others find this server, or make that account: npm run admin -- account create ADDRESS";
  return "Nobody has an account here, and no mail is sent, so nobody can sign up. Make the first account, which becomes operator: npm run admin -- account create ADDRESS";
}

/** What a person at a terminal wants to read first. `ownerLink` is `null` once the workspace has an owner. */
export function toGreeting(url: string, first: FirstKey, ownerLink: string | null = null): string {
  const owner = ownerLink === null ? "" : `\nOpen this once to become operator of this server and owner of the workspace "local": ${ownerLink}`;
  const address = `Loci listens on ${url}${owner}`;
  if (first.kind === "none") return `${address}\nMake a key with: npm run admin -- key create --workspace local\n`;
  const key = first.kind === "created" ? first.key : `$(cat "${first.file}")`;
  const headers = `-H 'Content-Type: application/json' -H "Authorization: Bearer ${key.replaceAll('"', "'")}"`;
  return [
    address,
    ...(first.kind === "created" ? [`The key is ${first.key}`] : []),
    `${first.kind === "created" ? "It is also kept" : "The key is"} in ${first.file}. Store something, then recall it:`,
    "",
    `curl -sS ${url}/v1/store ${headers} -d '{"content": "Ada prefers tea to coffee, and never before ten."}'`,
    "",
    `curl -sS ${url}/v1/recall ${headers} -d '{"query": "What does Ada like to drink?"}'`,
    "",
    "",
  ].join("\n");
}
