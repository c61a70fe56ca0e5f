/** What completion can offer for a value. */
export type Completes = "groups" | "profiles" | readonly string[];

interface OptionBase {
  /** One letter. */
  short?: string;
  /** What it does, for the help. */
  means: string;
}

interface FlagOption extends OptionBase {
  type: "boolean";
}

export interface TextOption extends OptionBase {
  type: "string";
  /** What the help calls its value. */
  value: string;
  multiple?: true;
  completes?: Completes;
}

export type Option = FlagOption | TextOption;
export type Options = Readonly<Record<string, Option>>;

/** What was given, by the names of the options. */
export type Values<O extends Options> = {
  [Name in keyof O]: O[Name] extends FlagOption ? boolean | undefined : O[Name] extends { multiple: true } ? string[] | undefined : string | undefined;
};

export const GLOBAL_OPTIONS = {
  profile: { type: "string", value: "NAME", completes: "profiles", means: "The sign-in to use, where you keep several" },
  "base-url": { type: "string", value: "URL", means: "The server, instead of the sign-in's" },
  "api-key": { type: "string", value: "KEY", means: "An API key, instead of the sign-in" },
  local: { type: "boolean", means: "The memories in a folder of this machine, not a server's" },
  folder: { type: "string", value: "PATH", means: "With --local: which folder, instead of the one for your user" },
  json: { type: "boolean", means: "JSON, one object a line" },
  yes: { type: "boolean", short: "y", means: "Do not ask before something is forgotten" },
  "no-input": { type: "boolean", means: "Never ask; what would be asked is an error" },
  agent: { type: "boolean", means: "For programs: --json --yes --no-input" },
  verbose: { type: "boolean", short: "v", means: "Tell of each request, with its id" },
  help: { type: "boolean", short: "h", means: "Show this" },
  version: { type: "boolean", means: "Show the version" },
} as const satisfies Options;

export type GlobalValues = Values<typeof GLOBAL_OPTIONS>;
