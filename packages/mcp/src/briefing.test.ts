import { expect, test } from "vitest";
import { shareTestApp } from "../../../apps/server/src/testing/harness.ts";
import { openMemory, type OpenMemory } from "./testing/open-memory.ts";

const app = shareTestApp();

type Stored = { content: string } & Record<string, unknown>;

async function open(memories: Stored[]): Promise<OpenMemory> {
  const memory = await openMemory(app());
  for (const one of memories) expect((await memory.workspace.call("POST", "/v1/store", one)).status).toBe(200);
  return memory;
}

async function brief(memory: OpenMemory, args: Record<string, unknown> = {}) {
  const { failed, text, data } = await memory.call("get_session_briefing", args);
  expect({ failed, text }).toEqual({ failed: false, text: expect.any(String) });
  const said = (section: string): string[] => data.memories.filter((item: { section: string }) => item.section === section).map((item: { content: string }) => item.content);
  return { text, memories: data.memories as { id: string; content: string }[], standing: said("standing"), task: said("task"), recent: said("recent") };
}

test("a briefing says how the user likes things, what is open and what was done last, each under its heading", async () => {
  const memory = await open([
    { content: "Prefers short answers.", type: "preference" },
    { content: "Never deploys on Fridays.", type: "preference", importance: 0.9 },
    { content: "Production runs in Frankfurt.", type: "fact", importance: 0.8 },
    { content: "Write the release notes.", type: "task" },
    { content: "Book the venue.", type: "task", tags: ["done"] },
    { content: "Moved the cache to memory.", type: "solution" },
    { content: "The tests take four minutes.", type: "fact" },
  ]);
  const { text, standing, task, recent } = await brief(memory);
  expect(standing).toEqual(["Never deploys on Fridays.", "Production runs in Frankfurt.", "Prefers short answers."]);
  expect(task).toEqual(["Write the release notes."]);
  expect(recent).toEqual(["The tests take four minutes.", "Moved the cache to memory."]);
  expect(text.match(/^(Preferences and what matters|Open tasks|Recent):$/gm)).toEqual(["Preferences and what matters:", "Open tasks:", "Recent:"]);
});

test("nothing is said twice, even in slightly other words or in two groups", async () => {
  const memory = await open([
    { content: "The user prefers dark mode in every editor.", type: "preference", group: "a" },
    { content: "The user prefers dark mode in every editor!", type: "preference", group: "b" },
    { content: "the user prefers dark mode, in every editor", type: "fact", importance: 1, group: "c" },
    { content: "The user prefers light mode on paper.", type: "preference", group: "a" },
  ]);
  const { memories } = await brief(memory);
  expect(memories.map(({ content }) => content).filter((content) => /dark mode/.test(content))).toHaveLength(1);
  expect(memories).toHaveLength(2);
});

test("a briefing keeps to its tokens, and no part of it starves the others", async () => {
  const filler = (kind: string, index: number) => `${kind} ${index}: ${Array.from({ length: 40 }, (_, word) => `${kind}${index}word${word}`).join(" ")}`;
  const memory = await open(["preference", "task", "fact"].flatMap((type) => Array.from({ length: 40 }, (_, index) => ({ content: filler(type, index), type }))));
  for (const max_tokens of [500, 1_500, 8_000]) {
    const { text, standing, task, recent } = await brief(memory, { max_tokens });
    expect(text.length / 4).toBeLessThanOrEqual(max_tokens);
    expect(Math.min(standing.length, task.length, recent.length)).toBeGreaterThanOrEqual(1);
  }
  expect((await brief(memory)).text.length / 4).toBeLessThanOrEqual(1_500);
});

test("one conversation does not crowd out what else is recent", async () => {
  const memory = await open([
    { content: "Chose SQLite for the queue.", type: "fact" },
    { content: "Renamed the package to loci.", type: "fact" },
    ...Array.from({ length: 30 }, (_, index) => ({ content: `Chat line ${index} about topic ${index * 7}`, type: "conversation", session: "chat-1" })),
  ]);
  const { recent } = await brief(memory);
  expect(recent.filter((content) => content.startsWith("Chat line"))).toHaveLength(2);
  expect(recent).toContain("Chose SQLite for the queue.");
});

test("preferences without a type are found by their meaning", async () => {
  const memory = await open([
    { content: "The user likes tabs better than spaces." },
    ...Array.from({ length: 60 }, (_, index) => ({ content: `Invoice ${index} was paid in month ${index}.` })),
  ]);
  expect((await brief(memory)).standing).toContain("The user likes tabs better than spaces.");
});

test("a briefing of a group is of that group alone", async () => {
  const memory = await open([
    { content: "Ana prefers tea.", type: "preference", group: "user:ana" }, { content: "Bob prefers coffee.", type: "preference", group: "user:bob" },
    { content: "Call Bob's bank.", type: "task", group: "user:bob" }, { content: "Bob moved to Oslo.", group: "user:bob" },
  ]);
  const { memories } = await brief(memory, { group: "user:ana" });
  expect(memories.map(({ content }) => content)).toEqual(["Ana prefers tea."]);
});

test("with nothing stored the briefing says so and what to do", async () => {
  const { text, memories } = await brief(await open([]));
  expect({ text, memories }).toEqual({ text: "Nothing is stored yet. Store what matters as you learn it.", memories: [] });
});
