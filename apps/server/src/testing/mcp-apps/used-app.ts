import type { Visitor } from "../visitor.ts";
import type { McpApp, ToolAnswer } from "./mcp-app.ts";

/** What a person should see of an app's request, later. */
interface Done {
  action: string;
  effect: "read" | "write";
  memories: string[];
  memory_count: number;
}

/** An app of one person, with notes of all that it did. */
export class UsedApp {
  readonly person: Visitor;
  readonly app: McpApp;
  readonly stored: { id: string; content: string; group: string }[] = [];
  readonly done: Done[] = [];

  constructor(person: Visitor, app: McpApp) {
    this.person = person;
    this.app = app;
  }

  async store(content: string, group: string): Promise<string> {
    const { id } = (await this.use("store_memory", { content, group })).structuredContent;
    this.stored.push({ id, content, group });
    this.note("storeMemory", "write", [id]);
    return id;
  }

  async recall(query: string, group?: string): Promise<string[]> {
    return this.read("recallMemories", await this.use("recall_memories", { query, limit: 100, ...(group !== undefined && { group }) }));
  }

  async list(): Promise<string[]> {
    return this.read("listMemories", await this.use("list_memories", { limit: 100 }));
  }

  async groups(): Promise<string[]> {
    const { groups } = (await this.use("list_groups", {})).structuredContent;
    this.note("listGroups", "read", []);
    return groups.map(({ name }: { name: string }) => name);
  }

  async get(id: string): Promise<string> {
    const { memory } = (await this.use("get_memory", { id })).structuredContent;
    this.note("getMemory", "read", [id]);
    return memory.content;
  }

  /** Tells how many it forgot. */
  async forget(ids: string[]): Promise<number> {
    const { forgotten } = (await this.use("forget_memories", { ids })).structuredContent;
    this.note("forgetMemories", "write", []);
    return forgotten;
  }

  /** A call that must be refused; tells in which words. */
  async refused(name: string, args: Record<string, unknown>): Promise<string> {
    const { isError, content } = await this.app.callTool(name, args);
    if (isError !== true) throw new Error(`${name} went through: ${JSON.stringify(content)}`);
    return content[0]?.text ?? "";
  }

  /** What its person sees of it, the oldest first. */
  async log(): Promise<Done[]> {
    const { id } = await this.connection();
    const { items } = (await this.person.call("GET", `/v1/connections/${id}/requests?limit=100`)).body as { items: Done[] };
    return items.toReversed().map(({ action, effect, memories, memory_count }) => ({ action, effect, memories: memories.toSorted(), memory_count }));
  }

  connection(): ReturnType<Visitor["connection"]> {
    return this.person.connection(this.app.tokens.client_id);
  }

  async limit(patch: Record<string, unknown>): Promise<void> {
    const { id } = await this.connection();
    const { status, body } = await this.person.call("PATCH", `/v1/connections/${id}`, patch);
    if (status !== 200) throw new Error(`Limiting an app answered ${status}: ${JSON.stringify(body)}`);
  }

  private async use(name: string, args: Record<string, unknown>): Promise<ToolAnswer> {
    const answer = await this.app.callTool(name, args);
    if (answer.isError === true) throw new Error(`${name} was refused: ${JSON.stringify(answer.content)}`);
    return answer;
  }

  private read(action: string, { structuredContent }: ToolAnswer): string[] {
    const memories = structuredContent.memories as { id: string; content: string }[];
    this.note(action, "read", memories.map(({ id }) => id));
    return memories.map(({ content }) => content);
  }

  private note(action: string, effect: Done["effect"], memories: string[]): void {
    this.done.push({ action, effect, memories: memories.toSorted(), memory_count: memories.length });
  }
}
