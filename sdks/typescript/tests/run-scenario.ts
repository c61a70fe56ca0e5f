import type { ClientSettings, ExpectedError, ExpectedRequest, Scenario, ScenarioCall, SeenRequest } from "../../conformance/scenario.ts";
import type * as Sdk from "../src/index.ts";
import type { Given } from "./methods.ts";

/** What a runtime brings: the SDK as it is imported there, and the way from an operation to its method. */
export interface Runtime {
  sdk: Pick<typeof Sdk, "Loci" | "LociError">;
  callOperation(loci: Sdk.Loci, operation: string, given: Given, options?: Sdk.CallOptions): unknown;
}

const KEY = "mk_test_conformance";
const MOMENT_MS = 5;

/** Runs a scenario as README.md of the conformance folder says, and tells what came otherwise. Needs nothing but `fetch`. */
export async function runScenario({ sdk, callOperation }: Runtime, serverUrl: string, run: string, scenario: Scenario): Promise<string[]> {
  const stage = new Stage(serverUrl, run, scenario);
  const { client = {}, calls } = scenario;
  for (const [at, call] of calls.entries()) {
    const ending = new AbortController();
    const loci = new sdk.Loci(stage.toOptions(client), stage.toParts(client, call, ending));
    stage.compare(`call ${at}`, await perform({ sdk, callOperation }, loci, call, ending, stage), expectedOf(call));
  }
  await stage.compareTraces();
  return stage.faults;
}

/** All scenarios that a runtime can show, one after the other; tells which failed, and how. */
export async function runScenarios(runtime: Runtime, serverUrl: string, run: string): Promise<{ passed: number; failed: Record<string, string[]> }> {
  const scenarios = (await (await fetch(`${serverUrl}/scenarios.json`)).json()) as Scenario[];
  const failed: Record<string, string[]> = {};
  let passed = 0;
  for (const scenario of scenarios) {
    if (scenario.not_in?.some((name) => run.startsWith(name)) === true) continue;
    const faults = await runScenario(runtime, serverUrl, run, scenario);
    if (faults.length === 0) passed += 1;
    else failed[scenario.id] = faults;
  }
  return { passed, failed };
}

interface Outcome {
  result?: unknown;
  error?: Record<string, unknown>;
  ended?: true;
}

const expectedOf = ({ result, error, ended }: ScenarioCall): unknown => (ended === true ? { ended } : error === undefined ? { result } : { error });

async function perform({ sdk, callOperation }: Runtime, loci: Sdk.Loci, call: ScenarioCall, ending: AbortController, stage: Stage): Promise<Outcome> {
  const { operation, params, query, body, text, lines, options = {} } = call;
  const { idempotency_key: idempotencyKey, retries_max: retriesMax, workspace, end } = options;
  if (end === "before") ending.abort();
  if (end === "while_answering") void stage.untilSeen().then(() => ending.abort());
  const given: Given = {
    ...(params !== undefined && { params }), ...(query !== undefined && { query }), ...(body !== undefined && { body }),
    file: text ?? (lines === undefined ? undefined : Array.from({ length: lines.times }, () => lines.text)),
  };
  try {
    const answer = callOperation(loci, operation, given, { idempotencyKey, retriesMax, workspace, ...(end !== undefined && { signal: ending.signal }) });
    return { result: (await take(answer, call.as)) ?? null };
  } catch (thrown) {
    if (thrown === ending.signal.reason) return { ended: true };
    return { error: toSeenError(sdk, thrown, call.error) };
  }
}

async function take(answer: unknown, as: ScenarioCall["as"]): Promise<unknown> {
  if (as === undefined || as === "page") return answer;
  const items: unknown[] = [];
  for await (const item of as === "lines" ? ((await answer) as Sdk.Download).lines() : (answer as AsyncIterable<unknown>)) {
    if (as === "first_item") return item;
    items.push(item);
  }
  return items;
}

/** Of an error what the scenario asks about. */
function toSeenError({ LociError }: Runtime["sdk"], thrown: unknown, expected: ExpectedError = {}): Record<string, unknown> {
  if (!(thrown instanceof Error)) return { thrown: String(thrown) };
  const own = thrown instanceof LociError ? { ...thrown } : { class: thrown instanceof TypeError ? "ArgumentError" : `${thrown.name}: ${thrown.message}` };
  const all: Record<string, unknown> = { class: thrown.name, base: (Object.getPrototypeOf(thrown.constructor) as { name: string }).name, ...own };
  return Object.fromEntries(Object.keys(expected).map((name) => [name, all[name]]));
}

/** Everything that a scenario leaves traces in. */
class Stage {
  readonly faults: string[] = [];
  private readonly serverUrl: string;
  private readonly run: string;
  private readonly scenario: Scenario;
  private readonly waitsMs: number[] = [];
  private readonly events: Sdk.LogEvent[] = [];
  private readonly names = new Map<string, string>();

  constructor(serverUrl: string, run: string, scenario: Scenario) {
    this.serverUrl = serverUrl;
    this.run = run;
    this.scenario = scenario;
  }

  toOptions({ api_key: apiKey = KEY, base_path = "", client, workspace, headers, timeout_ms: timeoutMs, retries_max: retriesMax, log_fails }: ClientSettings): Sdk.Options {
    return {
      ...(apiKey !== null && { apiKey }), client, workspace, headers, timeoutMs, retriesMax,
      baseUrl: `${this.serverUrl}/run/${this.run}/${this.scenario.id}${base_path}`,
      log: (event) => {
        if (log_fails === true) throw new Error("The log is full.");
        this.events.push(event);
      },
    };
  }

  toParts({ random = 0.5, now }: ClientSettings, { options }: ScenarioCall, ending: AbortController): Partial<Sdk.Parts> {
    return {
      random: () => random,
      ...(now !== undefined && { now: () => Date.parse(now) }),
      sleep: async (ms, signal) => {
        this.waitsMs.push(ms);
        if (options?.end === "while_waiting") ending.abort();
        signal?.throwIfAborted();
      },
    };
  }

  compare(what: string, seen: unknown, expected: unknown): void {
    const [a, b] = [toText(seen), toText(expected)];
    if (a !== b) this.faults.push(`${what}: came ${a}, expected ${b}`);
  }

  async untilSeen(): Promise<void> {
    while ((await this.readSeen()).length === 0) await new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
  }

  async compareTraces(): Promise<void> {
    const { requests, requests_count = requests?.length, waits_ms, log } = this.scenario;
    const seen = await this.readSeen();
    this.compare("requests", seen.length, requests_count);
    for (const [at, request] of (requests ?? []).entries()) this.compareRequest(`request ${at}`, seen[at], request);
    if (waits_ms !== undefined) this.compare("waits", this.waitsMs, waits_ms);
    if (log === undefined) return;
    this.compare("log", this.events.map(({ event }) => event), log.events);
    const told = JSON.stringify(this.events);
    for (const secret of log.lacks) if (told.includes(secret)) this.faults.push(`the log holds ${secret}`);
  }

  private compareRequest(what: string, seen: SeenRequest | undefined, { method, target, headers = {}, json, text, lines }: ExpectedRequest): void {
    this.compare(what, [seen?.method, seen?.target], [method, target]);
    for (const [name, value] of Object.entries(headers)) this.compareHeader(`${what}, ${name}`, seen?.headers[name], value);
    if (json !== undefined) this.compare(`${what}, body`, JSON.parse(seen?.text ?? "null"), json);
    if (text !== undefined) this.compare(`${what}, body`, seen?.text, text);
    if (lines !== undefined) this.compare(`${what}, lines`, seen?.text.split("\n").length, lines);
  }

  private compareHeader(what: string, seen: string | undefined, expected: string | null): void {
    if (expected === null) return this.compare(what, seen ?? null, null);
    if (expected === "*") return this.compare(what, seen !== undefined && seen !== "", true);
    if (expected.startsWith("^")) return this.compare(what, new RegExp(expected).test(seen ?? "") ? expected : seen, expected);
    if (!expected.startsWith("$")) return this.compare(what, seen, expected);
    const before = this.names.get(expected);
    if (seen === undefined || seen === "") this.faults.push(`${what}: is missing`);
    else if (before !== undefined) this.compare(what, seen, before);
    else if ([...this.names.values()].includes(seen)) this.faults.push(`${what}: is not new`);
    else this.names.set(expected, seen);
  }

  private async readSeen(): Promise<SeenRequest[]> {
    const response = await fetch(`${this.serverUrl}/seen/${this.run}/${this.scenario.id}`);
    return ((await response.json()) as { requests: SeenRequest[] }).requests;
  }
}

/** JSON with the fields of objects in one order. */
const toText = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "object" && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part)) ?? "nothing";
