import { Loci } from "@loci/sdk";
import type { LocalServer } from "@loci/server/local";
import { CLIENT_NAME } from "../client.ts";
import { CliError } from "../exit.ts";
import { withLock } from "../profiles/lock.ts";

interface Local extends AsyncDisposable {
  loci: Loci;
}

/**
 * Memories in a folder of this machine: a server in this process that nobody else reaches. Several processes may share
 * the folder. It is opened by the first call, for clients start programs that they only ask for a list of tools.
 */
export function openLocal(folder: string, note: (line: string) => void): Local {
  let opening: Promise<LocalServer> | null = null;
  const open = () => {
    opening ??= openServer(folder, note).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  const loci = new Loci({ client: CLIENT_NAME, apiKey: async () => (await open()).key, fetch: async (url, init) => (await open()).request(url, init) });
  return { loci, [Symbol.asyncDispose]: async () => (await opening)?.close() };
}

async function openServer(folder: string, note: (line: string) => void): Promise<LocalServer> {
  try {
    // Two assistants begin at once: the first makes what the folder needs.
    return await withLock(folder, async () => {
      const { openLocalServer } = await import("@loci/server/local");
      return openLocalServer(folder, (line) => note(line.trimEnd()));
    });
  } catch (cause) {
    throw new CliError("unexpected", `The memories in ${folder} could not be opened: ${(cause as Error).message}`, { cause });
  }
}
