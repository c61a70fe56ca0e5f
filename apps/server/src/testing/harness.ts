import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { newId } from "@loci/kit/ids";
import { createLog } from "@loci/kit/log";
import type { Clock } from "@loci/kit/clock";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { readConfig, type Environment } from "../config.ts";
import { SYSTEM } from "../audit/origin.ts";
import { listFaults } from "../http/faults.ts";
import type { AnyReply, Route } from "../http/route.ts";
import { createKey, revokeKey } from "../keys/service.ts";
import type { KeyMode } from "../policy/actor.ts";
import { SCOPES, type Scope } from "../policy/permissions.ts";
import { openServer, type Wired } from "../wiring.ts";
import { createWorkspace } from "../workspaces/service.ts";
import { type Cookies, listMails, openBrowser, readCode, signUpPerson, type PersonOptions, type Send, type TestMail, type TestPerson } from "./people.ts";

type Body = unknown;
export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into answers freely; their shape is what is being tested.
  // oxlint-disable-next-line no-explicit-any
  body: any;
}
export type Call = (method: string, path: string, body?: Body, headers?: Record<string, string>) => Promise<Answer>;

export interface TestWorkspace {
  id: string;
  key: string;
  key_id: string;
  call: Call;
  /** Ends the key, as another process would: by the control database alone. */
  revoke(): Promise<void>;
}

interface WorkspaceOptions {
  group?: string;
  mode?: KeyMode;
  /** Another workspace's id, to mint one more key for it. */
  workspace?: string;
  expires_at?: string;
}

export interface TestApp {
  server: Wired;
  dataDir: string;
  /** The lines logged so far. */
  logged: Record<string, unknown>[];
  call: Call;
  newWorkspace(scopes?: readonly Scope[], options?: WorkspaceOptions): Promise<TestWorkspace>;
  /** A person who signed up over HTTP and is signed in. */
  newPerson(options?: PersonOptions): Promise<TestPerson>;
  /** A browser without a session, at a network address of its own. */
  newBrowser(peer?: string): { cookies: Cookies; call: Call };
  /** The mails to an address, newest first. */
  mailTo(address: string): Promise<TestMail[]>;
  /** The code of the latest mail to an address. */
  codeTo(address: string): Promise<string>;
  /** Runs every job that is due, and answers how many. */
  runJobs(): Promise<number>;
  close(): Promise<void>;
}

export interface TestAppOptions {
  env?: Environment;
  now?: Clock;
  extraRoutes?: Route[];
  /** Kept after the test when given, so that a second app can open it. */
  dataDir?: string;
}

/** The real app on a database of its own, without a port. It closes itself after the test that started it. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const app = await openTestApp(options);
  onTestFinished(app.close);
  return app;
}

/** One app for all tests of a file; each test still mints its own workspaces. Starting one takes some 0.4 s. */
export function shareTestApp(options: TestAppOptions = {}): () => TestApp {
  let app: TestApp | undefined;
  beforeAll(async () => {
    app = await openTestApp(options);
  });
  afterAll(() => app?.close());
  return () => {
    if (app === undefined) throw new TypeError("The shared app starts with the first test.");
    return app;
  };
}

export async function openTestApp({ env = {}, now, extraRoutes = [], dataDir: given }: TestAppOptions): Promise<TestApp> {
  const dataDir = given ?? mkdtempSync(path.join(tmpdir(), "loci-test-"));
  const logged: Record<string, unknown>[] = [];
  const log = createLog("debug", { write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>) });
  const config = readConfig({ NODE_ENV: "test", DATA_DIR: dataDir, KEY_PEPPER: "a pepper for tests, long enough for anyone", ...env });
  const server = await openServer({ config, log, extraRoutes, checkReply, ...(now !== undefined && { now }) });
  let open = true;
  const close = async () => {
    if (!open) return;
    open = false;
    await server.close();
    if (given === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  const call: Call = (...request) => sendRequest(server, ...request);
  const send: Send = (...request) => sendRequest(server, ...request);
  return {
    server, dataDir, logged, call, close,
    newWorkspace: (scopes = SCOPES, options = {}) => openTestWorkspace(server, scopes, options),
    newPerson: (options = {}) => signUpPerson(server, send, options),
    newBrowser: (peer) => openBrowser(server, send, peer),
    mailTo: (address) => listMails(send, address),
    codeTo: (address) => readCode(send, address),
    runJobs: () => server.jobs.runDue(),
  };
}

async function openTestWorkspace(server: Wired, scopes: readonly Scope[], options: WorkspaceOptions): Promise<TestWorkspace> {
  const id = options.workspace ?? (await createWorkspace({ control: server.control, now: server.now }, `test ${newId("wsp")}`)).id;
  const { group = null, mode = "live", expires_at = null } = options;
  const input = { workspace_id: id, name: "test key", scopes, group, mode, expires_at };
  const { secret: key, id: key_id } = await createKey(server, SYSTEM, input);
  return {
    id, key, key_id,
    call: (method, url, body, headers) => sendRequest(server, method, url, body, { authorization: `Bearer ${key}`, ...headers }),
    revoke: async () => void (await revokeKey(server, SYSTEM, key_id)),
  };
}

async function sendRequest({ app }: Wired, method: string, url: string, body?: Body, more: Record<string, string> = {}, peer?: string): Promise<Answer> {
  const raw = typeof body === "string" || body instanceof Uint8Array;
  const sent = raw ? body : body === undefined ? null : JSON.stringify(body);
  const headers = new Headers(sent === null ? {} : { "content-type": "application/json" });
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  const env = peer === undefined ? {} : { incoming: { headers: Object.fromEntries(headers), socket: { remoteAddress: peer } } };
  const response = await app.request(url, { method, headers, body: sent as BodyInit | null }, env);
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") === true && text !== "";
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}

/** Each answer must be what its route declares, no field more; a refusal must be one that the document names. */
function checkReply(route: Route, reply: AnyReply): void {
  const answer = route.responses[reply.status];
  if (answer === undefined && listFaults(route).some((status) => status === reply.status)) return;
  if (answer === undefined) throw new TypeError(`${route.id} answers ${reply.status}, which it does not declare.`);
  if (answer.kind !== "json" || reply.response !== undefined) return;
  const body: unknown = reply.text === undefined ? JSON.parse(JSON.stringify(reply.body)) : JSON.parse(reply.text);
  const checked = answer.schema.safeParse(body);
  if (!checked.success) throw new TypeError(`${route.id} answers ${reply.status} with what it does not declare: ${checked.error.message}`);
}
