import type { Command } from "../arguments/command.ts";

interface Entry {
  /** Null for what people do not type themselves. */
  section: Section | null;
  /** One line, for the help. */
  summary: string;
  /** The command's own file is read when it is run. */
  load(): Promise<Command>;
}

export const SECTIONS = ["Memories", "Assistants", "Signing in", "Looking around"] as const;
type Section = (typeof SECTIONS)[number];

const ENTRIES: Record<string, Entry> = {
  store: { section: "Memories", summary: "Keep a memory", load: async () => (await import("./store.ts")).store },
  recall: { section: "Memories", summary: "Find the memories that answer a question", load: async () => (await import("./recall.ts")).recall },
  list: { section: "Memories", summary: "List memories, the newest first", load: async () => (await import("./list.ts")).list },
  get: { section: "Memories", summary: "Show a memory", load: async () => (await import("./get.ts")).get },
  update: { section: "Memories", summary: "Change a memory", load: async () => (await import("./update.ts")).update },
  forget: { section: "Memories", summary: "Forget memories", load: async () => (await import("./forget.ts")).forget },
  restore: { section: "Memories", summary: "Bring a forgotten memory back", load: async () => (await import("./restore.ts")).restore },
  groups: { section: "Memories", summary: "List groups", load: async () => (await import("./groups.ts")).groups },
  export: { section: "Memories", summary: "Write all memories out, as JSON Lines", load: async () => (await import("./export.ts")).exportMemories },
  import: { section: "Memories", summary: "Take memories in from a file", load: async () => (await import("./import.ts")).importMemories },
  mcp: { section: "Assistants", summary: "Serve MCP on standard input and output", load: async () => (await import("./mcp.ts")).mcp },
  "mcp add": { section: "Assistants", summary: "Tell an assistant of your server", load: async () => (await import("./mcp-add.ts")).mcpAdd },
  login: { section: "Signing in", summary: "Sign in to a server", load: async () => (await import("./login.ts")).login },
  logout: { section: "Signing in", summary: "Sign out, here and there", load: async () => (await import("./logout.ts")).logout },
  whoami: { section: "Signing in", summary: "Show as whom you call, and what you may do", load: async () => (await import("./whoami.ts")).whoami },
  keys: { section: "Signing in", summary: "List API keys", load: async () => (await import("./keys.ts")).keys },
  "keys create": { section: "Signing in", summary: "Make an API key", load: async () => (await import("./keys.ts")).createKey },
  "keys rotate": { section: "Signing in", summary: "Make a key that takes the place of another", load: async () => (await import("./keys.ts")).rotateKey },
  "keys revoke": { section: "Signing in", summary: "End an API key", load: async () => (await import("./keys.ts")).revokeKey },
  usage: { section: "Looking around", summary: "Show what the workspace has used", load: async () => (await import("./usage.ts")).usage },
  status: { section: "Looking around", summary: "Show whether the server is well", load: async () => (await import("./status.ts")).status },
  doctor: { section: "Looking around", summary: "Find out why something does not work", load: async () => (await import("./doctor.ts")).doctor },
  open: { section: "Looking around", summary: "Open a page of the server in the browser", load: async () => (await import("./open.ts")).open },
  completion: { section: "Looking around", summary: "Print what makes a shell complete loci's words", load: async () => (await import("./completion.ts")).completion },
  __complete: { section: null, summary: "Answer a shell that completes", load: async () => (await import("./complete.ts")).complete },
};

export const COMMANDS: ReadonlyMap<string, Entry> = new Map(Object.entries(ENTRIES));

/** Those that people type. */
export const COMMAND_NAMES: readonly string[] = Object.entries(ENTRIES).filter(([, { section }]) => section !== null).map(([name]) => name);
