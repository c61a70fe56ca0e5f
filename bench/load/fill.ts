import { forEachOver, openConnections } from "../client.ts";
import { groupName } from "./client-thread.ts";
import type { TextSource } from "./texts.ts";

export interface Filling {
  port: number;
  key: string;
  groups: number[];
  groupSize: number;
}

const BATCH_OPERATIONS = 500;
const CONNECTIONS = 4;

/** Stores the groups whole, and tells how many memories a second went in. */
export async function fillGroups({ port, key, groups, groupSize }: Filling, texts: TextSource): Promise<number> {
  const startedMs = performance.now();
  const connections = openConnections({ port, key }, CONNECTIONS);
  await forEachOver(connections, batchesOf(groups, groupSize), async (connection, { group, from, to }) => {
    const operations = Array.from({ length: to - from }, (_, index) => ({ op: "store", group: groupName(group), ...texts.memory(group, from + index) }));
    const { status, body } = await connection.call("POST", "/v1/batch", { operations });
    const results = (body as { results?: { status: number }[] }).results ?? [];
    if (status !== 200 || results.some((result) => result.status !== 200)) throw new Error(`A batch of stores was answered with ${status}: ${JSON.stringify(body).slice(0, 500)}`);
  });
  for (const connection of connections) connection.close();
  return Math.round((groups.length * groupSize) / ((performance.now() - startedMs) / 1_000));
}

function* batchesOf(groups: number[], groupSize: number): Generator<{ group: number; from: number; to: number }> {
  for (const group of groups) {
    for (let from = 0; from < groupSize; from += BATCH_OPERATIONS) yield { group, from, to: Math.min(from + BATCH_OPERATIONS, groupSize) };
  }
}
