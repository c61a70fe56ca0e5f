/** Where a message of the 2026 era says who sent it; before, the first message does. */
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const NAME_MAX = 60;
const VERSION_MAX = 30;

interface Opening {
  method?: unknown;
  params?: { clientInfo?: unknown; _meta?: Record<string, unknown> | null } | null;
}

/** The program behind a message of MCP, as it names itself: `cursor/2.1`, one word of visible ASCII. Null where the message does not say. Nothing is to be decided by it. */
export function readClientName(message: unknown): string | null {
  if (typeof message !== "object" || message === null) return null;
  const { method, params } = message as Opening;
  const said = params?._meta?.[CLIENT_INFO] ?? (method === "initialize" ? params?.clientInfo : undefined);
  const { name, version } = (said ?? {}) as { name?: unknown; version?: unknown };
  const word = toWord(name, NAME_MAX);
  if (word === "") return null;
  const number = toWord(version, VERSION_MAX);
  return number === "" ? word : `${word}/${number}`;
}

/** What a header can hold of it, without a space. */
const toWord = (text: unknown, max: number): string => (typeof text === "string" ? text.replaceAll(/[^\x21-\x7e]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, max) : "");
