import type { Idempotency, Operation, Workspace } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Origin } from "../audit/origin.ts";
import type { Actor, Person, ProgramActor } from "../policy/actor.ts";
import { readCookie } from "./cookies.ts";
import type { Dispatch } from "./dispatch.ts";
import { type ErrorReply, toErrorBody } from "./errors.ts";
import type { HeaderSource } from "./headers.ts";
import type { AnyCall } from "./route.ts";

/** What is the same for every request of a process. */
export interface CallHost {
  now: Clock;
  log: Log;
  /** The page that explains the error codes. */
  errorDocs: string;
}

interface CallParts {
  host: CallHost;
  /** Absent for a call from inside, which goes no further inside. */
  dispatch?: Dispatch;
  method: string;
  /** Absent for a call from inside. */
  request?: Request;
  url(): string;
  headers: HeaderSource;
  request_id: string;
  /** Whether the request id was made here. */
  ownId: boolean;
  peer: string | undefined;
  /** The client's address. */
  address: string | null;
  via?: Via;
}

/** For whom the server calls itself: who was let in already, and how they came. */
export interface Via {
  actor: ProgramActor;
  /** What memories name as the kind of their source. */
  kind: string;
  /** The program, where nothing better than its own word is known. */
  client: string | undefined;
  /** Of the request that came from outside. */
  origin: Origin;
}

/** One request on its way through the pipeline; each step adds what it found out. */
export class RouteCall implements AnyCall {
  readonly method: string;
  readonly headers: HeaderSource;
  readonly request_id: string;
  readonly ownId: boolean;
  readonly peer: string | undefined;
  readonly address: string | null;
  readonly now: Clock;
  readonly via: Via | undefined;
  params: AnyCall["params"] = undefined;
  query: AnyCall["query"] = undefined;
  body: AnyCall["body"] = undefined;
  text = "";
  // Fields, because handlers take calls apart and a method would lose its `this`.
  readonly header = (name: string): string | null => this.headers.get(name);
  readonly cookie = (name: string): string | null => readCookie(this.headers.get("cookie"), name);
  readonly dispatch: AnyCall["dispatch"] = (name, request, { kind, client }) => {
    const { actor, origin } = this;
    if (actor.kind === "member") throw new TypeError("The server calls itself for programs alone.");
    return requireGiven(this.others, "other routes")(name, request, { actor, kind, client, origin });
  };
  readonly toError = (thrown: unknown): ErrorReply => toErrorBody(thrown, { request_id: this.request_id, docs: this.host.errorDocs });
  private readonly host: CallHost;
  private readonly arrived: Request | undefined;
  private readonly others: Dispatch | undefined;
  private readonly toUrl: () => string;
  private boundLog: Log | undefined;
  /** Who called, as soon as that is known; the log line wants it even when the call was refused. */
  seen: { workspace_id?: string; key_id?: string; user_id?: string; connection_id?: string } = {};
  private sentOnce: Idempotency | undefined;
  private found: { actor?: Actor; person?: Person; workspace?: Workspace; operation?: Operation } = {};

  constructor({ host, dispatch, method, request, url, headers, request_id, ownId, peer, address, via }: CallParts) {
    this.host = host;
    this.method = method;
    this.arrived = request;
    this.others = dispatch;
    this.toUrl = url;
    this.headers = headers;
    this.request_id = request_id;
    this.ownId = ownId;
    this.peer = peer;
    this.address = address;
    this.now = host.now;
    this.via = via;
  }

  noteActor(actor: Actor): void {
    const { workspace_id } = actor;
    if (actor.kind === "key") this.seen = { workspace_id, key_id: actor.key_id };
    else if (actor.kind === "client") this.seen = { workspace_id, user_id: actor.user_id, connection_id: actor.connection_id };
    else this.seen = { workspace_id, user_id: actor.person.user_id };
  }
  notePerson({ user_id }: Person): void {
    this.seen = { user_id };
  }
  admit(actor: Actor, operation: Operation): void {
    this.found = { actor, operation };
  }
  admitPerson(person: Person): void {
    this.found = { person };
  }
  open(workspace: Workspace): void {
    this.found.workspace = workspace;
  }

  get request(): Request {
    return requireGiven(this.arrived, "request");
  }
  get actor(): Actor {
    return requireGiven(this.found.actor, "actor");
  }
  get person(): Person {
    return requireGiven(this.found.person, "person");
  }
  get workspace(): Workspace {
    return requireGiven(this.found.workspace, "workspace");
  }
  get operation(): Operation {
    return requireGiven(this.found.operation, "operation");
  }
  get origin(): Origin {
    if (this.via !== undefined) return { ...this.via.origin, request_id: this.request_id };
    const { key_id, user_id } = this.seen;
    const user_agent = this.headers.get("user-agent")?.slice(0, 300) ?? null;
    return { actor: user_id ?? key_id ?? "nobody", key_id: key_id ?? null, address: this.address, user_agent, request_id: this.request_id };
  }
  get idempotency(): Idempotency | undefined {
    return this.sentOnce;
  }
  set idempotency(idempotency: Idempotency) {
    this.sentOnce = idempotency;
    if (this.found.operation !== undefined) this.found.operation.idempotency = idempotency;
  }
  get url(): string {
    return this.toUrl();
  }
  /** Made on first use: a bound log costs more than most requests need. */
  get log(): Log {
    this.boundLog ??= this.host.log.child({ request_id: this.request_id });
    return this.boundLog;
  }
}

function requireGiven<Part>(part: Part | undefined, name: string): Part {
  if (part === undefined) throw new TypeError(`The scope of this route gives it no ${name}.`);
  return part;
}
