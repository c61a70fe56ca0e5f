import type { Desk } from "../desk.ts";
import { CliError, type Outcome } from "../exit.ts";
import { toRefusal } from "../failures.ts";
import { toLoginCommand } from "../profiles/choice.ts";
import { isOpenToOthers, readProfiles, toProfilesFile, type Profiles } from "../profiles/file.ts";
import { askServer, type Asked } from "./ask.ts";

/** One thing that was looked at. `fix` says what to do unless it is well. */
export interface Finding {
  check: string;
  state: "ok" | "warning" | "failed";
  message: string;
  fix?: string;
  /** What the exit code is, where this failed first. */
  outcome?: Outcome;
}

const NODE_MIN = 24;
const CLOCK_OFF_MAX_MS = 60_000;
const ENDS_SOON_MS = 7 * 86_400_000;
const UNAUTHENTICATED = 401;

/** Looks at what stands between a person and their memories, from the near to the far; what cannot be seen past a fault is left out. */
export async function* examine(desk: Desk): AsyncGenerator<Finding, void, undefined> {
  yield checkNode(process.versions.node);
  const file = checkFile(desk);
  yield file;
  if (file.state === "failed") return;
  const { baseUrl, credentials } = await desk.choose();
  yield checkAddress(baseUrl);
  if (desk.globals.profile === undefined && desk.environment.apiKey !== undefined && credentials?.from === "LOCI_API_KEY") {
    yield { check: "environment", state: "ok", message: "LOCI_API_KEY is set, and goes before what loci login kept." };
  }
  const health = await attempt("server", () => askServer(`${baseUrl}/health`));
  if ("state" in health) return yield health;
  yield checkHealth(baseUrl, health);
  yield checkClock(health);
  yield* checkReady(await attempt("ready", () => askServer(`${baseUrl}/readyz`)));
  yield await checkSignIn(desk);
  yield await checkMcp(baseUrl);
}

async function attempt(check: string, work: () => Promise<Asked>): Promise<Asked | Finding> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return toFailed(check, error);
  }
}

export function checkNode(version: string): Finding {
  const found = `Node ${version}`;
  if (Number(version.split(".")[0]) >= NODE_MIN) return { check: "node", state: "ok", message: found };
  return { check: "node", state: "failed", message: `${found} is too old.`, fix: `Install Node ${NODE_MIN} or newer: https://nodejs.org` };
}

function checkFile({ environment: { configDir } }: Desk): Finding {
  const file = toProfilesFile(configDir);
  const kept = readKept(configDir);
  if (kept instanceof CliError) return toFailed("sign-ins", kept);
  const count = Object.keys(kept).length;
  if (isOpenToOthers(configDir)) return { check: "sign-ins", state: "failed", message: `Others on this machine can read ${file}.`, fix: `chmod 600 ${file}, and sign in anew if somebody may have read it.` };
  return { check: "sign-ins", state: "ok", message: count === 0 ? `None are kept in ${file}` : `${count} in ${file}, for you alone` };
}

function readKept(configDir: string): Profiles | CliError {
  try {
    return readProfiles(configDir);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
}

const toFailed = (check: string, { message, outcome, hint }: CliError): Finding => ({ check, state: "failed", message, outcome, ...(hint !== undefined && { fix: hint }) });

export function checkAddress(baseUrl: string): Finding {
  const { protocol, hostname } = new URL(baseUrl);
  const isHere = hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
  if (protocol === "https:" || isHere) return { check: "address", state: "ok", message: baseUrl };
  return { check: "address", state: "warning", message: `${baseUrl} is called without TLS: keys and memories can be read on the way.`, fix: "Give the server https, and its https address in --base-url or LOCI_BASE_URL." };
}

function checkHealth(baseUrl: string, { status, body, tookMs }: Asked): Finding {
  if (status === 200 && (body as { status?: unknown } | null)?.status === "ok") return { check: "server", state: "ok", message: `Answered in ${tookMs} ms` };
  return { check: "server", state: "failed", message: `${baseUrl} answers ${status}, and not as Loci does.`, fix: "Check the address: --base-url or LOCI_BASE_URL.", outcome: "network" };
}

/** Times in answers are whole seconds. */
export function checkClock({ headers }: Pick<Asked, "headers">, nowMs: number = Date.now()): Finding {
  const offMs = Date.parse(headers.get("date") ?? "") - nowMs;
  if (Number.isNaN(offMs) || Math.abs(offMs) <= CLOCK_OFF_MAX_MS) return { check: "clock", state: "ok", message: "Agrees with the server's" };
  return { check: "clock", state: "warning", message: `This machine's clock is ${Math.round(Math.abs(offMs) / 1_000)} s ${offMs > 0 ? "behind" : "ahead of"} the server's.`, fix: "Set it by the network: sign-ins end by the clock." };
}

function* checkReady(asked: Asked | Finding): Generator<Finding> {
  if ("state" in asked) return yield asked;
  const failing = Object.entries((asked.body as { checks?: Record<string, string> } | null)?.checks ?? {}).filter(([, state]) => state !== "ok").map(([name]) => name);
  if (asked.status === 200) return yield { check: "ready", state: "ok", message: "The server takes requests" };
  yield { check: "ready", state: "failed", message: `The server is not ready${failing.length === 0 ? "" : `: ${failing.join(", ")}`}.`, fix: "Its log says why.", outcome: "network" };
}

async function checkSignIn(desk: Desk): Promise<Finding> {
  const { LociError } = await import("@loci/sdk");
  try {
    const loci = await desk.connect();
    const choice = await desk.choose();
    const { name, workspace, permissions, expires_at } = await loci.request("GET /v1/whoami");
    const who = `${name} in ${workspace.name} (${workspace.slug})`;
    if (expires_at !== null && Date.parse(expires_at) - Date.now() < ENDS_SOON_MS) return { check: "sign-in", state: "warning", message: `${who} ends on ${expires_at.slice(0, 10)}.`, fix: `Before that, sign in again: ${toLoginCommand(choice)}` };
    if (!permissions.includes("memories:write")) return { check: "sign-in", state: "warning", message: `${who} may not store anything.`, fix: `To store as well, sign in again and allow it, or use a key that may: ${toLoginCommand(choice)}` };
    return { check: "sign-in", state: "ok", message: who };
  } catch (error) {
    if (error instanceof CliError) return toFailed("sign-in", error);
    if (!(error instanceof LociError)) throw error;
    const { message, outcome, hint } = toRefusal(error, await desk.choose());
    return { check: "sign-in", state: "failed", message, outcome, ...(hint !== undefined && { fix: hint }) };
  }
}

/** Assistants find the way to sign in by what the refusal of a stranger names. */
async function checkMcp(baseUrl: string): Promise<Finding> {
  const asked = await attempt("mcp", () => askServer(`${baseUrl}/mcp`, { method: "POST", headers: { "content-type": "application/json", accept: "application/json, text/event-stream" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }) }));
  if ("state" in asked) return asked;
  const metadata = /resource_metadata="([^"]+)"/.exec(asked.headers.get("www-authenticate") ?? "")?.[1];
  if (asked.status !== UNAUTHENTICATED || metadata === undefined) return { check: "mcp", state: "failed", message: `${baseUrl}/mcp answers ${asked.status}, and does not say how to sign in.`, fix: "Is there something between here and the server that answers for it?", outcome: "network" };
  if (URL.parse(metadata)?.origin === new URL(baseUrl).origin) return { check: "mcp", state: "ok", message: `Assistants connect to ${baseUrl}/mcp` };
  return { check: "mcp", state: "warning", message: `The server knows itself as ${URL.parse(metadata)?.origin}, so assistants must use that address.`, fix: "Use it yourself as well (--base-url), or set PUBLIC_URL on the server." };
}
