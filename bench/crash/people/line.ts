import { Connection, ConnectionLost } from "../../client.ts";
import type { BenchServer } from "../../server.ts";
import type { Person } from "./record.ts";

/** What the requests of the traffic do, all of them changes. */
export const KINDS = ["sign_up", "verify", "key", "provision", "team", "invite", "accept", "transfer", "delete_workspace", "delete_account"] as const;
export type Kind = (typeof KINDS)[number];

/** How a look at the control database tells that a request was carried out: this finds a row. */
interface Trace {
  sql: string;
  values: string[];
}

/** A request as it was sent, so that it can be sent again to the letter. */
export interface Sent {
  /** Not for what only reads. */
  kind?: Kind;
  trace?: Trace;
  method: string;
  path: string;
  body?: unknown;
  /** Whose cookie it carries. */
  person?: Pick<Person, "cookie">;
  key?: string;
  workspace?: string;
  idempotencyKey?: string;
}

export interface Answered {
  status: number;
  text: string;
  /** Of a JSON object; `{}` where there is no body. */
  body: Record<string, unknown>;
  /** The cookies that it sets, as they are sent back; empty for none. */
  cookie: string;
}

/** Where the server is: it is killed and comes back, and requests wait while it is away. */
export class Site {
  /** What nobody had answered when the server was killed, of the last time. */
  lost: Sent[] = [];
  private server: BenchServer | null;
  private back = Promise.withResolvers<BenchServer>();
  private readonly underWay = new Set<Promise<unknown>>();

  constructor(server: BenchServer) {
    this.server = server;
  }

  /** From here on a lost answer is the killer's doing, and nothing more is sent. */
  leave(): void {
    this.server = null;
    this.back = Promise.withResolvers();
    this.lost = [];
  }

  /** Answers when each request that was under way is answered or lost. */
  async whenQuiet(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }

  comeBack(server: BenchServer): void {
    this.server = server;
    this.back.resolve(server);
  }

  whenUp(): Promise<BenchServer> {
    return this.server === null ? this.back.promise : Promise.resolve(this.server);
  }

  /** Sends a request; `null` when the server was killed before the answer. */
  async watch(sent: Sent, sending: Promise<Answered>): Promise<Answered | null> {
    this.underWay.add(sending);
    try {
      return await sending;
    } catch (error) {
      if (!(error instanceof ConnectionLost) || this.server !== null) throw error;
      this.lost.push(sent);
      return null;
    } finally {
      this.underWay.delete(sending);
    }
  }
}

/** The browser or program of one worker, at a network address of its own, over all the deaths of the server. */
export class Line {
  private readonly site: Site;
  private readonly address: string;
  private connection: Connection | null = null;
  private server: BenchServer | null = null;

  constructor(site: Site, address: string) {
    this.site = site;
    this.address = address;
  }

  /** `null`: nobody knows whether it was carried out, for the server was killed. By then it is back. */
  async send(sent: Sent): Promise<Answered | null> {
    const server = await this.site.whenUp();
    const answered = await this.site.watch(sent, this.request(server, sent));
    if (answered === null) await this.site.whenUp();
    return answered;
  }

  /** Sends it until it is answered: for what may be repeated. */
  async insist(sent: Sent): Promise<Answered> {
    for (;;) {
      const answered = await this.send(sent);
      if (answered !== null) return answered;
    }
  }

  close(): void {
    this.connection?.close();
    this.connection = null;
  }

  private async request(server: BenchServer, { method, path, body, person, key, workspace, idempotencyKey }: Sent): Promise<Answered> {
    const headers = {
      "X-Forwarded-For": this.address,
      ...(person !== undefined && { Cookie: person.cookie, Origin: server.url }),
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      ...(workspace !== undefined && { "X-Workspace": workspace }),
      ...(idempotencyKey !== undefined && { "Idempotency-Key": idempotencyKey }),
    };
    const answer = await this.connectTo(server).request(method, path, body === undefined ? undefined : JSON.stringify(body), headers);
    const text = answer.body.toString();
    const parsed: unknown = text === "" ? {} : JSON.parse(text);
    return { status: answer.status, text, body: parsed as Answered["body"], cookie: toCookie(answer.headers["set-cookie"] ?? "") };
  }

  private connectTo(server: BenchServer): Connection {
    if (this.connection !== null && this.server === server) return this.connection;
    this.close();
    this.server = server;
    this.connection = new Connection({ port: server.port });
    return this.connection;
  }
}

/** The cookies that are set, without those that are taken away. */
const toCookie = (header: string): string =>
  header.split("\n").filter((line) => line !== "" && !/max-age=0(;|$)/i.test(line)).map((line) => line.split(";", 1)[0] ?? "").join("; ");
