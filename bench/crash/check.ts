import { type Connection, forEachOver, openConnections } from "../client.ts";
import type { BenchServer } from "../server.ts";
import { GROUP, requireSameAnswer, sendAgain } from "./load.ts";
import type { CrashRecord, KnownMemory, Sent } from "./record.ts";

const CONNECTIONS = 8;
const REPEATS_PER_ROUND = 20;
const PAGE = 200;

/** Asks the server, through its API alone, whether everything that it acknowledged is so. */
export class CrashCheck {
  private readonly record: CrashRecord;
  private readonly connections: Connection[];
  private readonly first: Connection;

  constructor(server: BenchServer, record: CrashRecord) {
    this.record = record;
    this.first = openConnections(server, 1)[0] as Connection;
    this.connections = [this.first, ...openConnections(server, CONNECTIONS - 1)];
  }

  /** After a restart: settles what was in flight, then looks at all that the round touched. */
  async checkRound(): Promise<void> {
    for (const sent of this.record.inFlight) await (sent.idempotencyKey === null ? this.settleWithoutKey(sent) : this.settleWithKey(sent));
    const repeatable = this.record.acknowledged.filter((sent) => sent.idempotencyKey !== null).slice(-REPEATS_PER_ROUND);
    for (const before of repeatable) requireSameAnswer(this.record, before, await sendAgain(this.first, before));
    await this.checkMemories([...this.record.touched].flatMap((id) => this.record.memories.get(id) ?? []));
    await this.checkWhole();
  }

  /** At the end: every memory of all rounds, and every relationship. */
  async checkAll(): Promise<void> {
    await this.checkMemories([...this.record.memories.values()]);
    await forEachOver(this.connections, this.record.relationships, async (connection, id) => {
      if ((await this.read(connection, `/v1/relationships/${id}`)) === null) this.record.violate("lost", `relationship ${id}`);
    });
    await this.checkWhole();
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  /** A repeat under the same key: the effect is there once, whether the crash came before or after it. */
  private async settleWithKey(sent: Sent): Promise<void> {
    const answered = await sendAgain(this.first, sent);
    if (answered.status !== 200 && answered.status !== 201) return this.record.violate("answer", `the repeat of ${sent.method} ${sent.path} was answered with ${answered.status}: ${answered.text}`);
    this.record.apply(sent, JSON.parse(answered.text));
    requireSameAnswer(this.record, answered, await sendAgain(this.first, sent));
  }

  /** Without a key it may have happened or not, but not twice. */
  private async settleWithoutKey(sent: Sent): Promise<void> {
    const [id, ...more] = await this.recallIds(this.first, sent.word ?? "");
    if (more.length > 0) this.record.violate("twice", `${sent.word} is in ${more.length + 1} memories`);
    if (id !== undefined) this.record.apply(sent, { status: "created", memory: { id } });
  }

  private async checkMemories(memories: KnownMemory[]): Promise<void> {
    await forEachOver(this.connections, memories, (connection, memory) => (memory.live ? this.checkLive(connection, memory) : this.checkForgotten(connection, memory)));
  }

  private async checkLive(connection: Connection, { id, word, formerWord }: KnownMemory): Promise<void> {
    const memory = (await this.read(connection, `/v1/memories/${id}`)) as { content: string } | null;
    if (memory === null) return this.record.violate("lost", `memory ${id} (${word})`);
    if (!memory.content.includes(word)) this.record.violate("lost", `the last change of ${id}: it lacks ${word}`);
    const found = await this.recallIds(connection, word);
    if (found.length === 0) this.record.violate("index", `${id} is stored, but recall does not find its word ${word}`);
    if (found.length > 1) this.record.violate("twice", `${word} is in ${found.join(", ")}`);
    if (found.length === 1 && found[0] !== id) this.record.violate("index", `recall of ${word} finds ${found[0]} and not ${id}`);
    if (formerWord !== null && (await this.recallIds(connection, formerWord)).length > 0) this.record.violate("index", `recall finds ${formerWord}, which an update of ${id} took away`);
  }

  private async checkForgotten(connection: Connection, { id, word }: KnownMemory): Promise<void> {
    if ((await this.read(connection, `/v1/memories/${id}`)) !== null) this.record.violate("back", `memory ${id} was forgotten and is there`);
    if ((await this.recallIds(connection, word)).length > 0) this.record.violate("back", `recall finds ${word}, the word of ${id}, which was forgotten`);
  }

  /** The list, the index, the counters and what the outside knows agree. */
  private async checkWhole(): Promise<void> {
    const { record } = this;
    const listed = await this.listIds();
    for (const { id } of record.live) if (!listed.has(id)) record.violate("lost", `memory ${id} is not in the list`);
    for (const id of listed) if (record.memories.get(id)?.live !== true) record.violate("back", `memory ${id} is in the list and should not be`);
    for (const channels of ["both", "text", "vector"]) {
      const { memories } = (await this.post(this.first, "/v1/recall", { query: "the new house and the broken server near the garden", group: GROUP, limit: 100, channels })) as { memories: { id: string }[] };
      for (const { id } of memories) if (!listed.has(id)) record.violate("index", `recall (${channels}) finds ${id}, which is not in the list`);
    }
    const group = (await this.read(this.first, `/v1/groups/${GROUP}`)) as { memories: number };
    if (group.memories !== listed.size) record.violate("ledger", `the group counts ${group.memories} memories, the list has ${listed.size}`);
    await this.checkUsage(listed.size);
  }

  private async checkUsage(listed: number): Promise<void> {
    const { certain, uncertain } = this.record.calls;
    const { meters } = (await this.read(this.first, "/v1/usage")) as { meters: Record<"memories" | "api_calls", { total: number }> };
    if (meters.memories.total !== listed) this.record.violate("ledger", `the meter says ${meters.memories.total} memories, the list has ${listed}`);
    const calls = meters.api_calls.total;
    if (calls < certain || calls > certain + uncertain) this.record.violate("ledger", `${calls} API calls were counted; ${certain} were acknowledged, and ${uncertain} reads came before a crash`);
  }

  private async listIds(): Promise<Set<string>> {
    const ids = new Set<string>();
    for (let cursor: string | null = null; ;) {
      const page = (await this.read(this.first, `/v1/memories?group=${GROUP}&limit=${PAGE}${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`)) as { items: { id: string }[]; next: string | null };
      for (const { id } of page.items) ids.add(id);
      if (page.next === null) return ids;
      cursor = page.next;
    }
  }

  private async recallIds(connection: Connection, word: string): Promise<string[]> {
    const { memories } = (await this.post(connection, "/v1/recall", { query: word, group: GROUP, channels: "text", limit: 5 })) as { memories: { id: string }[] };
    return memories.map(({ id }) => id);
  }

  private async post(connection: Connection, path: string, body: unknown): Promise<unknown> {
    const answer = await connection.call("POST", path, body);
    if (answer.status !== 200) throw new Error(`POST ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.record.calls.certain += 1;
    return answer.body;
  }

  /** What is there, or `null`; a refused read is not counted as a call. */
  private async read(connection: Connection, path: string): Promise<unknown> {
    const answer = await connection.call("GET", path);
    if (answer.status === 404) return null;
    if (answer.status !== 200) throw new Error(`GET ${path} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.record.calls.certain += 1;
    return answer.body;
  }
}
