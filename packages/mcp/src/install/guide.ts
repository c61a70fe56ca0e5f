/** An MCP server as a client's settings name it. */
export interface NamedServer {
  /** What the client calls it: letters, digits and hyphens. */
  name: string;
  /** Where it answers: `https://…/mcp`. */
  url: string;
}

/** Where a settings file lies; `~` is the person's home, a path without it belongs into the project. */
export interface FilePlaces {
  macos: string;
  linux: string;
  windows: string;
}

/** An address that opens the client with the server filled in. */
export interface LinkWay {
  kind: "link";
  label: string;
  url: string;
  /** The same over https, for places that let no other scheme through. */
  web_url?: string;
}

/** A line for a POSIX shell. */
export interface CommandWay {
  kind: "command";
  label: string;
  text: string;
  /** What is left to do after it. */
  afterwards?: string;
}

/** What goes into a settings file. */
export interface ConfigWay {
  kind: "config";
  label: string;
  format: "json" | "toml";
  /** `null` where the client is not known. */
  files: FilePlaces | null;
  /** What is left to do after it. */
  afterwards?: string;
  /** The whole block, as it would stand in a file of its own. */
  text: string;
  /** The same as data: `value` stands at this path of keys, beside what is there. */
  keys: [string, ...string[]];
  value: Record<string, string | string[]>;
}

/** What a person does in the client. */
export interface StepsWay {
  kind: "steps";
  label: string;
  steps: string[];
}

export type Way = LinkWay | CommandWay | ConfigWay | StepsWay;

/** A client that speaks MCP, and how it is told of a server. */
export interface InstallClient {
  /** Its name in personal URLs. */
  slug: string;
  title: string;
  /** From where it calls: a cloud reaches public https addresses only. */
  calls_from: "cloud" | "device";
  /** The shortest way first. */
  toWays(server: NamedServer): Way[];
}

/** How one client is told of one server. */
export interface InstallGuide extends Pick<InstallClient, "title" | "calls_from">, NamedServer {
  client: string;
  ways: Way[];
}
