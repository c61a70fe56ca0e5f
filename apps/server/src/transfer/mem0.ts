import { invalid } from "@loci/kit/errors";
import { z } from "zod";
import { readTime, Tag, TAGS_MAX } from "../memories/fields.ts";
import { parseWith } from "../http/parse.ts";
import { ExportedMemory, type FileRecord, type FileValue } from "./records.ts";

const text = z.string().nullish();
const moment = z.union([z.string(), z.number()]).nullish();

/** A memory as mem0's get_all, search and export give it, in the spelling of its Python and its JavaScript client. */
const Mem0Item = z.looseObject({
  id: text,
  memory: text, text, data: text, content: text,
  user_id: text, userId: text, agent_id: text, agentId: text, app_id: text, appId: text, run_id: text, runId: text, actor_id: text, actorId: text,
  role: text,
  categories: z.array(z.string()).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  created_at: moment, createdAt: moment, updated_at: moment, updatedAt: moment, expiration_date: moment, expirationDate: moment,
});
type Mem0Item = z.output<typeof Mem0Item>;

/** The user (else the agent, else the app) is the group, the run is the session, the categories are tags. */
export function readMem0Record({ line, value }: FileValue): FileRecord {
  if (isGraphRelation(value)) throw invalid("", "This is a relation of mem0's graph: it joins names and not memories, so there is nothing to connect.");
  const item = parseWith(Mem0Item, value);
  const content = item.memory ?? item.text ?? item.data ?? item.content;
  if (content === null || content === undefined) throw invalid("memory", "This is not a memory of mem0: it has no text under `memory`.");

  const owners = { user_id: item.user_id ?? item.userId, agent_id: item.agent_id ?? item.agentId, app_id: item.app_id ?? item.appId };
  const group = owners.user_id ?? owners.agent_id ?? owners.app_id ?? undefined;
  const session = item.run_id ?? item.runId ?? undefined;
  const created_at = toTime("created_at", item.created_at ?? item.createdAt);
  const memory = parseWith(ExportedMemory, {
    content, group, session, created_at,
    type: "fact",
    occurred_at: created_at,
    updated_at: toTime("updated_at", item.updated_at ?? item.updatedAt),
    expires_at: toTime("expiration_date", item.expiration_date ?? item.expirationDate),
    speaker: item.actor_id ?? item.actorId ?? undefined,
    role: item.role === "user" || item.role === "assistant" ? item.role : undefined,
    tags: toTags(item),
    metadata: toMetadata(item, owners, group),
    trust: "agent",
    source: { kind: "import", client: "mem0", ...(item.id && { ref: item.id }) },
  });
  return { kind: "memory", line, key: item.id ?? null, memory };
}

const isGraphRelation = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "source" in value && ("relationship" in value || "relation" in value) && !("memory" in value);

/** Tags hold what a tag can hold; the list as it was is kept in the metadata when any of it cannot. */
function toTags({ categories }: Mem0Item): string[] {
  return [...new Set(categories ?? [])].filter((category) => Tag.safeParse(category).success).slice(0, TAGS_MAX);
}

/** Its own metadata, and whatever else of it has no field here. */
function toMetadata(item: Mem0Item, owners: Record<string, string | null | undefined>, group: string | undefined): Record<string, unknown> {
  const others = Object.entries(owners).filter(([, owner]) => typeof owner === "string" && owner !== group);
  const categories = item.categories ?? [];
  return {
    ...item.metadata,
    ...Object.fromEntries(others),
    ...(toTags(item).length < new Set(categories).size && { categories }),
  };
}

/** Times came as RFC 3339, as Python's isoformat (without a zone it is UTC), as a day, or as Unix time. */
function toTime(param: string, value: string | number | null | undefined): string | undefined {
  if (value === null || value === undefined || value === "") return undefined;
  if (typeof value === "number") {
    // Seconds until the year 5138, which milliseconds passed in 1973.
    const time = new Date(Math.abs(value) < 1e11 ? value * 1_000 : value);
    if (!Number.isNaN(time.getTime())) return readTime(time.toISOString()) ?? undefined;
  } else {
    const spelled = value.trim().replace(/^(\d{4}-\d\d-\d\d) /, "$1T");
    const time = readTime(spelled) ?? readTime(`${spelled}Z`);
    if (time !== null) return time;
  }
  throw invalid(param, `\`${param}\` is not a time: "${String(value).slice(0, 60)}".`);
}
