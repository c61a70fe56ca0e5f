import { type BenchServer, openDataDir, runAdmin, startServer } from "../../server.ts";
import { createRandom } from "../../statistics.ts";
import { checkAll, checkAtRest, checkRound } from "./check.ts";
import { KINDS, type Kind, Line, Site } from "./line.ts";
import { PeopleLoad } from "./load.ts";
import { openPostOffice, type PostOffice } from "./post-office.ts";
import { signUpOperator, waitForJobs, type Operator } from "./operator.ts";
import { PeopleRecord } from "./record.ts";
import { Structure } from "./structure.ts";

export interface PeopleRound {
  /** When the server was killed, after the traffic had begun. */
  killed_after_ms: number;
  /** Changes that were answered. */
  acknowledged: number;
  /** Changes that nobody had answered when it was killed. */
  in_flight: Kind[];
  /** Of these, what had happened. */
  carried_out: Kind[];
  /** Accounts and workspaces that were being erased. */
  erasing: number;
  /** From spawn to ready, over what the kill left. */
  restart_ms: number;
  audit: { chains: number; links: number };
  /** Whether the jobs were given the time to end before the next kill. */
  rested: boolean;
  violations: number;
}

export interface PeopleResult {
  seed: number;
  rounds: PeopleRound[];
  /** By kind, over all rounds, with what was made ready for them. */
  acknowledged: Partial<Record<Kind, number>>;
  people: { living: number; gone: number };
  workspaces: { living: number; gone: number };
  mails: { mails: number; more_than_once: number };
  violations: string[];
}

export interface PeopleOptions {
  kills: number;
  seed: number;
  workers: number;
  killAfterMs: { min: number; max: number };
  /** Every so many kills, and after the last, all jobs may end before anybody goes on; in between the next kill comes upon them. */
  restEvery: number;
  onRound?: (round: PeopleRound) => void;
}

/** Kills the server again and again while people sign up, make teams, join, and leave; each time it looks whether anything is half or lost. */
export async function runPeopleRounds(options: PeopleOptions): Promise<PeopleResult> {
  const { dir: dataDir, remove } = openDataDir("crash-people");
  const office = await openPostOffice();
  const run = new PeopleRun(options, dataDir, office);
  try {
    return await run.runAll();
  } finally {
    await run.close();
    await office.close();
    remove();
  }
}

class PeopleRun {
  private readonly options: PeopleOptions;
  private readonly dataDir: string;
  private readonly office: PostOffice;
  private readonly record = new PeopleRecord();
  private readonly random: () => number;
  private server: BenchServer | null = null;

  constructor(options: PeopleOptions, dataDir: string, office: PostOffice) {
    this.options = options;
    this.dataDir = dataDir;
    this.office = office;
    this.random = createRandom(options.seed);
  }

  async runAll(): Promise<PeopleResult> {
    const { kills, seed, workers, onRound } = this.options;
    const { record, random, office } = this;
    const site = new Site(await this.startServer());
    const load = new PeopleLoad(site, record, { random, workers });
    const operator = await signUpOperator(new Line(site, "10.7.255.1"));
    const rounds: PeopleRound[] = [];
    for (let turn = 0; turn < kills; turn++) {
      const round = await this.runRound({ site, load, operator, turn });
      rounds.push(round);
      onRound?.(round);
    }
    await checkAll(load.first);
    load.close();
    operator.line.close();
    const gone = (held: { gone: boolean }[]) => ({ living: held.filter(({ gone }) => !gone).length, gone: held.filter(({ gone }) => gone).length });
    return { seed, rounds, acknowledged: Object.fromEntries(record.acknowledged), people: gone(record.people), workspaces: gone(record.spaces), mails: office.count(), violations: record.violations };
  }

  async close(): Promise<void> {
    await this.server?.stop();
  }

  private async runRound({ site, load, operator, turn }: { site: Site; load: PeopleLoad; operator: Operator; turn: number }): Promise<PeopleRound> {
    const { kills, restEvery, killAfterMs: { min, max } } = this.options;
    const { record, random } = this;
    const violationsBefore = record.violations.length;
    record.startRound();
    await load.prepare();
    const acknowledgedBefore = this.countAcknowledged();
    const killed_after_ms = Math.round(min + random() * (max - min));
    load.start(turn);
    await new Promise((resolve) => setTimeout(resolve, killed_after_ms));
    await this.kill(site, load);
    const acknowledged = this.countAcknowledged() - acknowledgedBefore;
    const server = await this.startServer();
    const found = this.look(site);
    const verifying = this.verifyAudit(server);
    site.comeBack(server);
    await load.whenEnded();
    await checkRound(load.first);
    const audit = await verifying;
    const rested = (turn + 1) % restEvery === 0 || turn === kills - 1;
    if (rested) await this.rest(operator, load);
    return { killed_after_ms, acknowledged, ...found, restart_ms: Math.round(server.startMs), audit, rested, violations: record.violations.length - violationsBefore };
  }

  private async kill(site: Site, load: PeopleLoad): Promise<void> {
    load.stop();
    site.leave();
    await this.server?.kill();
    await site.whenQuiet();
  }

  /** What the kill left, before anybody goes on: nothing half, whatever had not been answered. */
  private look({ lost }: Site): Pick<PeopleRound, "in_flight" | "carried_out" | "erasing"> {
    const structure = new Structure(this.dataDir);
    try {
      for (const { kind, what } of structure.findFaults()) this.record.violate(kind, what);
      const changes = lost.filter(({ kind }) => kind !== undefined);
      const toKinds = (sent: typeof lost) => sent.flatMap(({ kind }) => kind ?? []);
      return { in_flight: toKinds(changes), carried_out: toKinds(changes.filter((sent) => structure.hasHappened(sent))), erasing: structure.countErasing() };
    } finally {
      structure.close();
    }
  }

  private async rest(operator: Operator, load: PeopleLoad): Promise<void> {
    const left = await waitForJobs(operator);
    for (const job of left) this.record.violate("job", `it did not end: ${job}`);
    const structure = new Structure(this.dataDir);
    checkAtRest(load.first, structure, this.office);
    structure.close();
  }

  private async verifyAudit({ dataDir }: BenchServer): Promise<PeopleRound["audit"]> {
    try {
      const { chains, links } = await runAdmin<{ chains: number; links: number }>(dataDir, ["audit", "verify"]);
      return { chains, links };
    } catch (error) {
      const { stdout = "", message } = error as Error & { stdout?: string };
      this.record.violate("audit", stdout === "" ? message : stdout);
      return { chains: 0, links: 0 };
    }
  }

  private async startServer(): Promise<BenchServer> {
    // Each worker stands behind a balancer: the limits are per address.
    this.server = await startServer({ dataDir: this.dataDir, env: { SMTP_URL: this.office.url, TRUSTED_PROXIES: "127.0.0.1" } });
    return this.server;
  }

  private countAcknowledged(): number {
    return KINDS.reduce((sum, kind) => sum + (this.record.acknowledged.get(kind) ?? 0), 0);
  }
}
