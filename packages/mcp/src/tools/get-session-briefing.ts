import type { Memory } from "@loci/sdk";
import * as z from "zod";
import { CLOSED_TAGS } from "../closed-tags.ts";
import { toFenced } from "../fence.ts";
import { Item, OF_TEXT_ALONE, toItem, toItemLine } from "../items.ts";
import { onlyGroup } from "./recall-memories.ts";
import { defineTool, READS, type ToolCall } from "./tool.ts";

const SECTIONS = ["standing", "task", "recent"] as const;
type Section = (typeof SECTIONS)[number];

const Briefed = Item.extend({ section: z.enum(SECTIONS) });
type Briefed = z.output<typeof Briefed>;

/** The share of the room that a section may take beyond what those before it left over; the rest is for the next. */
const PLANS: Record<Section, { title: string; share: number }> = {
  standing: { title: "Preferences and what matters", share: 0.4 },
  task: { title: "Open tasks", share: 0.65 },
  recent: { title: "Recent", share: 1 },
};

const TOKENS = { least: 500, usual: 1_500, most: 8_000 };
/** English text, as the tokenizers in use cut it. */
const CHARS_PER_TOKEN = 4;
const ITEM_CHARS = 400;
/** The fence and the headings. */
const FRAME_CHARS = 250;
const IMPORTANT = 0.8;
/** Below this many preferences the briefing asks by meaning too: what was imported has no types. */
const STANDING_FEW = 3;
/** With the built-in embedding, ways a person likes things score 0.16 to 0.34 on this question, other facts below 0.14. */
const STANDING_SCORE = 0.15;
/** A conversation may not crowd out everything else that is recent. */
const PER_SESSION = 2;

export const getSessionBriefing = defineTool({
  name: "get_session_briefing",
  title: "Get a session briefing",
  description: "Call once when a session starts: the user's preferences, open tasks and recent work.",
  annotations: READS,
  input: z.strictObject({ group: onlyGroup, max_tokens: z.int().min(TOKENS.least).max(TOKENS.most).default(TOKENS.usual) }),
  output: z.object({ memories: z.array(Briefed) }),
  routes: ["GET /v1/memories", "POST /v1/recall"],
  run: async (call, { group, max_tokens }) => {
    const found = await findSections(call, group);
    const briefing = new Briefing(max_tokens * CHARS_PER_TOKEN - FRAME_CHARS);
    for (const section of SECTIONS) briefing.add(section, found[section]);
    return { data: { memories: briefing.memories }, text: briefing.toText() };
  },
});

async function findSections(call: ToolCall, group: string | undefined): Promise<Record<Section, Memory[]>> {
  const list = async (query: { type?: string[]; filter?: string; limit: number }) => (await call.request("GET /v1/memories", { query: { group, ...query } })).items;
  const [preferences, important, task, recent] = await Promise.all([
    list({ type: ["preference"], limit: 30 }),
    list({ filter: JSON.stringify({ importance: { gte: IMPORTANT }, type: { nin: ["task", "preference"] } }), limit: 10 }),
    list({ type: ["task"], filter: JSON.stringify({ tags: { nin: CLOSED_TAGS } }), limit: 30 }),
    list({ filter: JSON.stringify({ type: { nin: ["task", "preference"] } }), limit: 40 }),
  ]);
  const standing = [...preferences, ...important].sort(byImportance);
  const few = standing.length < STANDING_FEW && recent.length > 0;
  return { standing: few ? [...standing, ...(await recallStanding(call, group))] : standing, task: task.sort(byImportance), recent: toFewPerSession(recent) };
}

/** Sorting keeps the newest first among those that matter alike. */
const byImportance = (a: Memory, b: Memory): number => b.importance - a.importance;

async function recallStanding(call: ToolCall, group: string | undefined): Promise<Memory[]> {
  const query = "user preferences: likes, dislikes, prefers, always, never, habits";
  return (await call.request("POST /v1/recall", { body: { query, group, limit: 5, min_score: STANDING_SCORE, filter: { type: { ne: "task" } } } })).memories;
}

function toFewPerSession(memories: readonly Memory[]): Memory[] {
  const seen = new Map<string, number>();
  return memories.filter(({ session }) => {
    if (session === undefined) return true;
    const count = (seen.get(session) ?? 0) + 1;
    seen.set(session, count);
    return count <= PER_SESSION;
  });
}

/** Memories under their headings, each said once, in no more characters than given. */
class Briefing {
  readonly memories: Briefed[] = [];
  private readonly lines: string[] = [];
  private readonly said: Set<string>[] = [];
  private readonly charsMax: number;
  private chars = 0;

  constructor(charsMax: number) {
    this.charsMax = charsMax;
  }

  add(section: Section, memories: readonly Memory[]): void {
    const { title, share } = PLANS[section];
    const taken: string[] = [];
    for (const memory of memories) {
      const item = toItem(memory, { charsMax: ITEM_CHARS });
      const line = toItemLine(item);
      const words = toWords(item.content);
      if (this.said.some((other) => isSame(other, words))) continue;
      if (this.chars + line.length > this.charsMax * share) continue;
      this.said.push(words);
      this.chars += line.length;
      taken.push(line);
      this.memories.push({ ...item, section });
    }
    if (taken.length > 0) this.lines.push(`${title}:`, ...taken);
  }

  toText(): string {
    return this.lines.length === 0 ? "Nothing is stored yet. Store what matters as you learn it." : toFenced(this.lines, OF_TEXT_ALONE);
  }
}

const toWords = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Whether nearly all words of two texts are the same, so that a reader would learn nothing from the second. */
function isSame(a: ReadonlySet<string>, b: Set<string>): boolean {
  const shared = b.intersection(a).size;
  return shared >= 0.8 * (a.size + b.size - shared);
}
