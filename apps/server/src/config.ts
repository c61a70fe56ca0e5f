import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type { LogLevel } from "@loci/kit/log";
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { findRuleFaults } from "./config-rules.ts";
import { explain } from "./http/parse.ts";
import { OWN_PLANS_FILE, readCatalogue, type Catalogue } from "./plans/catalogue.ts";

const PREFIX = "LOCI_";

const whole = (min: number, max: number) =>
  z.string().regex(/^\d+$/, { error: "must be a whole number." }).transform(Number).pipe(z.number().min(min).max(max));
const secret = () => z.string().meta({ secret: true });
const list = () => z.string().default("").transform((text) => text.split(",").map((item) => item.trim()).filter((item) => item !== ""));
const httpUrl = () => z.url({ protocol: /^https?$/, error: "must be a URL that starts with http:// or https://." }).transform((url) => url.replace(/\/+$/, ""));
// Pages and cookies stand at the root, and a browser's Origin holds no more than this.
const publicUrl = () => httpUrl().refine((url) => new URL(url).href === `${new URL(url).origin}/`, { error: "must be an address alone, like https://loci.example.com: without a path, ?, # or user." }).transform((url) => new URL(url).origin);
const ADDRESS = String.raw`[^\s<>@,;:"]+@[^\s<>@,;:"]+`;
const NAMED = String.raw`(?:"[^\p{Cc}"\\]*"|[^\p{Cc}<>@,;:"]*) ?<${ADDRESS}>`;
const sender = () => z.string().regex(new RegExp(`^(?:${ADDRESS}|${NAMED})$`, "u"), { error: "must be a mail address, with or without a name: Loci <loci@example.com>." });

/** Every variable, explained where it is declared; `.env.example` is written from this. */
export const Settings = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development").describe("In production nothing is created at the first start, and weak secrets refuse to boot."),
  HOST: z.string().default("127.0.0.1").describe("The address to listen on. 0.0.0.0 listens on all, as containers need."),
  PORT: whole(0, 65_535).default(8080).describe("The port to listen on. 0 takes any free one."),
  PUBLIC_URL: publicUrl().optional().describe("The address under which browsers reach this server, for links, cookies and the check of Origin: https://loci.example.com, without a path. Required in production, and https:// there unless it is localhost. Without it: http://HOST:PORT, with localhost for this machine's own."),
  DATA_DIR: z.string().default("./data").describe("The folder that holds everything: memories, keys, indexes. Back this up."),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("How much is logged. info is a line per request."),
  KEY_PEPPER: secret().optional().describe("The secret that API keys are hashed with, 32 bytes or more: `openssl rand -base64 32`. Required in production; in development one is made and kept in DATA_DIR/secrets.json."),
  KEY_PEPPER_PREVIOUS: secret().optional().describe("The pepper before the present one. While it is set, keys hashed with it work, and are hashed anew when they are used."),
  AUTH_SECRET: secret().optional().describe("The secret that sessions are hashed with, cookies signed, and codes and second factors sealed, 32 bytes or more: `openssl rand -base64 32`. Required in production; in development one is made and kept in DATA_DIR/secrets.json."),
  SIGNUP: z.enum(["open", "invite", "closed"]).optional().describe("Who may make an account: open (anybody), invite (who was invited; the default in production) or closed (nobody). The first account of an instance can always be made; it becomes operator."),
  TRUSTED_PROXIES: list().describe("Addresses and blocks of the proxies in front, separated by commas: 10.0.0.0/8,::1. From them X-Forwarded-For is believed. Without it: from nobody."),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be a URL like smtps://user:password@mail.example.com:465." }).meta({ secret: true }).optional().describe("The server that mail is sent by: smtps://user:password@mail.example.com:465. smtps://, or smtp:// with ?requireTLS=true, forces TLS; smtp:// alone takes it where the server offers it."),
  RESEND_API_KEY: secret().optional().describe("Instead of SMTP_URL: a key of Resend, by whose API mail is sent."),
  MAIL_FROM: sender().default("Loci <loci@localhost>").describe("The sender of mails: Loci <loci@example.com>."),
  DEFAULT_PLAN: z.string().default("self-hosted").describe("The plan of workspaces that have none of their own: a name from the file of plans. self-hosted limits nothing."),
  PLANS_FILE: z.string().optional().describe("The file of plans: names, prices, limits. Without it: plans.json of the program; plans/ has others to begin with."),
  GITHUB_CLIENT_ID: z.string().optional().describe("Sign-in with GitHub: the client id of an OAuth app whose callback is PUBLIC_URL/v1/auth/callback/github."),
  GITHUB_CLIENT_SECRET: secret().optional().describe("The secret of that OAuth app."),
  GOOGLE_CLIENT_ID: z.string().optional().describe("Sign-in with Google: a client id whose redirect URI is PUBLIC_URL/v1/auth/callback/google."),
  GOOGLE_CLIENT_SECRET: secret().optional().describe("The secret of that client."),
  OIDC_ISSUER: httpUrl().optional().describe("Sign-in with an OpenID Connect provider: its issuer URL. Its redirect URI here is PUBLIC_URL/v1/auth/callback/oidc."),
  OIDC_CLIENT_ID: z.string().optional().describe("The client id there."),
  OIDC_CLIENT_SECRET: secret().optional().describe("The secret of that client."),
  OIDC_NAME: z.string().max(40).default("Single sign-on").describe("What the button for that provider says."),
  LEAK_REPORT_KEYS_URL: httpUrl().optional().describe("Where the public keys of a secret scanner are that may report leaked keys, in GitHub's shape: https://api.github.com/meta/public_keys/secret_scanning. Without it no report is taken."),
  CLIENT_REGISTRATION: z.enum(["on", "off"]).default("on").describe("Whether apps may register themselves to ask people for access (RFC 7591), as older MCP clients do. Apps that are described by a document at their own URL need no registration."),
  EGRESS_ALLOW: list().describe("Private addresses and blocks that this server may fetch from for others, separated by commas: 10.1.2.3,fd00::/8. Without it: public addresses alone, so that nobody can use it to look into your network."),
  CONFORMANCE_FIXTURES: z.enum(["on", "off"]).default("off").describe("Adds the tools that the conformance tests of MCP ask for. For tests; production refuses it."),
  METRICS_TOKEN: secret().optional().describe("Who sends it as a bearer token may read /metrics. Without it, /metrics answers this machine alone, and in production nobody."),
  EMBEDDER: z.string().regex(/^(static|openai:.+|onnx:.+)$/, { error: "must be static, openai:MODEL or onnx:FOLDER." }).default("static")
    .describe("What turns text into vectors: static (built in, needs nothing), openai:MODEL (any OpenAI-compatible endpoint) or onnx:FOLDER (a local model). A change embeds everything anew in the background."),
  EMBEDDER_BASE_URL: httpUrl().default("https://api.openai.com/v1").describe("The endpoint of EMBEDDER=openai:MODEL."),
  EMBEDDER_API_KEY: secret().optional().describe("The key for that endpoint, where it wants one."),
  EMBEDDER_DIMENSIONS: whole(8, 4_096).optional().describe("The length of the vectors to ask that endpoint for. Without it: what the model gives."),
  INDEX_MEMORY_MB: whole(16, 4_000).default(256).describe("Memory for the indexes of recently used groups, some 0.5 KB a memory. More keeps more groups warm."),
  WRITER_THREADS: whole(1, 64).default(1).describe("Threads that write. Each serves its share of the workspaces, and waits for the disk so that no request must."),
  OPEN_STORES_MAX: whole(1, 10_000).default(400).describe("Workspaces whose files are open at a time, for reading and again for writing. Each takes three file descriptors and some 0.25 MB; the others are opened when they are asked for."),
});
export type SettingName = keyof typeof Settings.shape;
export const SETTING_NAMES = Object.keys(Settings.shape) as SettingName[];

export type Environment = Record<string, string | undefined>;

interface EmbedderConfig {
  /** `static`, `openai:MODEL` or `onnx:FOLDER`. */
  spec: string;
  baseUrl: string;
  apiKey?: string;
  dimensions?: number;
}

export type MailConfig = { kind: "smtp"; url: string } | { kind: "resend"; apiKey: string };

interface OAuthClient {
  clientId: string;
  clientSecret: string;
}
/** The providers that people can sign in with; `null` for those that are not set up. */
export interface ProviderConfig {
  github: OAuthClient | null;
  google: OAuthClient | null;
  oidc: (OAuthClient & { issuer: string; name: string }) | null;
}

export interface Config {
  mode: "development" | "production" | "test";
  host: string;
  port: number;
  publicUrl: string;
  dataDir: string;
  logLevel: LogLevel;
  /** `null` outside production: one is made and kept in the data folder. */
  peppers: { current: string; previous: string | null } | null;
  /** `null` outside production: one is made and kept in the data folder. */
  authSecret: string | null;
  signup: "open" | "invite" | "closed";
  trustedProxies: string[];
  /** `null` sends no mail: codes and links are printed to the log outside production, and shown to admins. */
  mail: MailConfig | null;
  mailFrom: string;
  plans: Catalogue;
  providers: ProviderConfig;
  leakReportKeysUrl: string | null;
  /** Whether apps may register themselves. */
  clientRegistration: boolean;
  /** Private addresses and blocks that may be fetched from. */
  egressAllow: string[];
  /** Never in production. */
  conformanceFixtures: boolean;
  metricsToken: string | null;
  embedder: EmbedderConfig;
  indexMemoryMb: number;
  writerThreads: number;
  openStoresMax: number;
}

/** Why the process does not start: every fault of the configuration, a line each. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

/** The process's own environment, over what a `.env` file in the working directory says. */
export function readEnvironment(): Environment {
  return existsSync(".env") ? { ...parseEnv(readFileSync(".env", "utf8")), ...process.env } : { ...process.env };
}

export function readConfig(env: Environment): Config {
  const { values: said, faults } = readSettings(env);
  const values: Partial<Record<SettingName, unknown>> = {};
  // One by one, so that the rules between settings still speak when another setting is at fault.
  for (const name of SETTING_NAMES) {
    const parsed = Settings.shape[name].safeParse(said[name], { error: explain });
    if (parsed.success) values[name] = parsed.data;
    else faults.push(...parsed.error.issues.map(({ message }) => `${name} ${message}`));
  }
  faults.push(...findRuleFaults(values as Partial<Values>, new Set(Object.keys(said))));
  const { PLANS_FILE = OWN_PLANS_FILE, DEFAULT_PLAN } = values as Values;
  const plans = readCatalogue(path.resolve(PLANS_FILE), DEFAULT_PLAN);
  faults.push(...plans.faults);
  if (faults.length > 0) throw new ConfigError(faults);
  return toConfig(values as Values, plans.catalogue);
}

export interface FoundSetting {
  name: SettingName;
  value: string;
  /** The variable or file that said it. */
  from: string;
}

/** What is set, in the words of the environment; `NAME=` in a compose file means that it is not. */
export function readSettings(env: Environment): { found: FoundSetting[]; values: Record<string, string>; faults: string[] } {
  const found: FoundSetting[] = [];
  const faults = findUnknown(env);
  for (const name of SETTING_NAMES) {
    const said = [PREFIX + name, name].find((variable) => isSet(env[variable]));
    const filed = isSecret(name) ? [`${PREFIX}${name}_FILE`, `${name}_FILE`].find((variable) => isSet(env[variable])) : undefined;
    if (said !== undefined && filed !== undefined) faults.push(`${said} and ${filed} are both set. Keep one.`);
    if (said !== undefined) found.push({ name, value: env[said] ?? "", from: said });
    else if (filed !== undefined) {
      try {
        found.push({ name, value: readFileSync(env[filed] ?? "", "utf8").trim(), from: filed });
      } catch {
        faults.push(`${filed} names a file that cannot be read: ${env[filed]}.`);
      }
    }
  }
  return { found, values: Object.fromEntries(found.map(({ name, value }) => [name, value])), faults };
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== "";

export const isSecret = (name: SettingName): boolean => Settings.shape[name].meta()?.["secret"] === true || innerMeta(name)?.["secret"] === true;

const innerMeta = (name: SettingName) => {
  const schema: z.ZodType = Settings.shape[name];
  return schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType).meta() : undefined;
};

// The command line's: who has them set for it may start a server in the same shell.
const OF_THE_COMMAND_LINE = new Set(["LOCI_API_KEY", "LOCI_BASE_URL", "LOCI_PROFILE"]);

function findUnknown(env: Environment): string[] {
  const known = new Set(SETTING_NAMES.flatMap((name) => [PREFIX + name, ...(isSecret(name) ? [`${PREFIX}${name}_FILE`] : [])]));
  return Object.keys(env)
    .filter((variable) => variable.startsWith(PREFIX) && !known.has(variable) && !OF_THE_COMMAND_LINE.has(variable))
    .map((variable) => {
      const near = closest(variable, [...known]);
      return `${variable} is not a setting of Loci.${distance(variable, near) <= 4 ? ` Did you mean ${near}?` : " See .env.example for those there are."}`;
    });
}

export type Values = z.output<typeof Settings>;

function toConfig(settings: Values, plans: Catalogue): Config {
  const { HOST, PORT, PUBLIC_URL, KEY_PEPPER, KEY_PEPPER_PREVIOUS } = settings;
  return {
    mode: settings.NODE_ENV,
    host: HOST,
    port: PORT,
    // Browsers have passkeys for names only, and a number of this machine is as good as its name.
    publicUrl: PUBLIC_URL ?? toUrl(LOOPBACK.test(HOST) ? "localhost" : HOST, PORT),
    dataDir: path.resolve(settings.DATA_DIR),
    logLevel: settings.LOG_LEVEL,
    peppers: KEY_PEPPER === undefined ? null : { current: KEY_PEPPER, previous: KEY_PEPPER_PREVIOUS ?? null },
    authSecret: settings.AUTH_SECRET ?? null,
    signup: settings.SIGNUP ?? (settings.NODE_ENV === "production" ? "invite" : "open"),
    trustedProxies: settings.TRUSTED_PROXIES,
    mail: toMail(settings),
    mailFrom: settings.MAIL_FROM,
    plans,
    providers: {
      github: toClient(settings.GITHUB_CLIENT_ID, settings.GITHUB_CLIENT_SECRET),
      google: toClient(settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET),
      oidc: toOidc(settings),
    },
    leakReportKeysUrl: settings.LEAK_REPORT_KEYS_URL ?? null,
    clientRegistration: settings.CLIENT_REGISTRATION === "on",
    egressAllow: settings.EGRESS_ALLOW,
    conformanceFixtures: settings.CONFORMANCE_FIXTURES === "on",
    metricsToken: settings.METRICS_TOKEN ?? null,
    embedder: toEmbedder(settings),
    indexMemoryMb: settings.INDEX_MEMORY_MB,
    writerThreads: settings.WRITER_THREADS,
    openStoresMax: settings.OPEN_STORES_MAX,
  };
}

function toMail({ SMTP_URL, RESEND_API_KEY }: Values): MailConfig | null {
  if (SMTP_URL !== undefined) return { kind: "smtp", url: SMTP_URL };
  return RESEND_API_KEY === undefined ? null : { kind: "resend", apiKey: RESEND_API_KEY };
}

const toClient = (clientId: string | undefined, clientSecret: string | undefined): OAuthClient | null =>
  clientId === undefined || clientSecret === undefined ? null : { clientId, clientSecret };

function toOidc({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME: name }: Values): ProviderConfig["oidc"] {
  const client = toClient(OIDC_CLIENT_ID, OIDC_CLIENT_SECRET);
  return client === null || issuer === undefined ? null : { ...client, issuer, name };
}

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1)$/;

/** An address that a browser on this machine can open: no one can call 0.0.0.0. */
export function toUrl(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function toEmbedder({ EMBEDDER, EMBEDDER_BASE_URL, EMBEDDER_API_KEY, EMBEDDER_DIMENSIONS }: Values): EmbedderConfig {
  return {
    spec: EMBEDDER.startsWith("onnx:") ? `onnx:${path.resolve(EMBEDDER.slice("onnx:".length))}` : EMBEDDER,
    baseUrl: EMBEDDER_BASE_URL,
    ...(EMBEDDER_API_KEY !== undefined && { apiKey: EMBEDDER_API_KEY }),
    ...(EMBEDDER_DIMENSIONS !== undefined && { dimensions: EMBEDDER_DIMENSIONS }),
  };
}
