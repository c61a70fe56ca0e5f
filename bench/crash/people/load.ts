import { type Acting, readCode, readToken } from "./asking.ts";
import { KINDS, type Kind, Line, type Site } from "./line.ts";
import { carryOut, PLANS, type Plan } from "./plans.ts";
import type { PeopleRecord } from "./record.ts";

interface Stock {
  kind: Kind;
  /** How many there are for each worker, so that nobody waits for what another holds. */
  perWorker: number;
  count(record: PeopleRecord): number;
}

/** What the actions need before the traffic begins, from the ground up. */
const STOCK: Stock[] = [
  { kind: "sign_up", perWorker: 0.5, count: ({ newcomers }) => newcomers.length },
  { kind: "verify", perWorker: 2, count: ({ livingPeople }) => livingPeople.length },
  { kind: "key", perWorker: 1.5, count: ({ livingSpaces }) => livingSpaces.filter(({ keys }) => keys.length > 0).length },
  { kind: "provision", perWorker: 1, count: ({ livingSpaces }) => livingSpaces.filter(({ memories }) => memories.length > 0).length },
  { kind: "team", perWorker: 0.75, count: ({ livingSpaces }) => livingSpaces.filter(({ kind }) => kind === "team").length },
  { kind: "invite", perWorker: 0.5, count: ({ livingSpaces }) => livingSpaces.flatMap(({ invitations }) => invitations.filter(({ accepted }) => !accepted)).length },
];

/** Several people at once, each at an address of its own, as a balancer tells them apart. */
export class PeopleLoad {
  private readonly actors: Acting[];
  private readonly random: () => number;
  private stopped = true;
  private working: Promise<unknown> = Promise.resolve();

  constructor(site: Site, record: PeopleRecord, { random, workers }: { random: () => number; workers: number }) {
    this.random = random;
    this.actors = Array.from({ length: workers }, (_, index) => ({ line: new Line(site, `10.7.${index}.1`), record, random }));
  }

  /** Makes what the traffic needs, in peace, and looks into the mail: then what follows is under way when the server is killed, and not the looking. */
  async prepare(): Promise<void> {
    await Promise.all(this.actors.map(async (acting) => {
      for (let plan = this.planStock(acting); plan !== null; plan = this.planStock(acting)) await carryOut(plan);
    }));
    const { newcomers, livingSpaces } = this.first.record;
    for (const newcomer of newcomers) newcomer.code ??= await readCode(this.first, newcomer);
    for (const invitation of livingSpaces.flatMap(({ invitations }) => invitations)) {
      if (!invitation.accepted) invitation.token ??= await readToken(this.first, invitation);
    }
  }

  /** Begins one action after the other, of every kind in turn at first; so that no two rounds begin alike, `turn` is another each time. */
  start(turn: number): void {
    this.stopped = false;
    this.working = Promise.all(this.actors.map((acting, index) => this.work(acting, KINDS[(turn + index) % KINDS.length] as Kind)));
    // Whoever waits for the end is told; until then nobody may be.
    this.working.catch(() => undefined);
  }

  /** Begins nothing more. */
  stop(): void {
    this.stopped = true;
  }

  /** Answers when what was begun has ended; throws what stopped a worker. */
  async whenEnded(): Promise<void> {
    await this.working;
  }

  /** The way in for who only checks. */
  get first(): Acting {
    return this.actors[0] as Acting;
  }

  close(): void {
    for (const { line } of this.actors) line.close();
  }

  private async work(acting: Acting, first: Kind): Promise<void> {
    for (let wished: Kind | null = first; !this.stopped; wished = null) {
      const plan = this.choose(acting, wished);
      if (plan === null) return;
      await carryOut(plan);
    }
  }

  /** Something of the kind that is wished for, else of any: a sign-up can always be asked for. */
  private choose(acting: Acting, wished: Kind | null): Plan | null {
    const inAnyOrder = KINDS.map((kind) => ({ kind, at: this.random() })).toSorted((a, b) => a.at - b.at).map(({ kind }) => kind);
    return findPlan(acting, wished === null ? inAnyOrder : [wished, ...inAnyOrder]);
  }

  private planStock(acting: Acting): Plan | null {
    return findPlan(acting, STOCK.filter(({ perWorker, count }) => count(acting.record) < Math.ceil(perWorker * this.actors.length)).map(({ kind }) => kind));
  }
}

function findPlan(acting: Acting, kinds: Kind[]): Plan | null {
  for (const kind of kinds) {
    const plan = PLANS[kind](acting);
    if (plan !== null) return plan;
  }
  return null;
}
