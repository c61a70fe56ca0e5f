import { Loci } from "@loci/sdk";
import { openLocalServer } from "@loci/server/local";
import { CLIENT_NAME } from "../client.ts";
import { withLock } from "../profiles/lock.ts";

interface Local extends AsyncDisposable {
  loci: Loci;
}

/** Memories in a folder of this machine: a server in this process that nobody else reaches. Several processes may share the folder. */
export async function openLocal(folder: string, note: (line: string) => void): Promise<Local> {
  // Two assistants start theirs at once: the first makes what the folder needs.
  const server = await withLock(folder, () => openLocalServer(folder, (line) => note(line.trimEnd())));
  const loci = new Loci({ baseUrl: server.baseUrl, apiKey: server.key, client: CLIENT_NAME, fetch: server.request });
  return { loci, [Symbol.asyncDispose]: () => server.close() };
}
