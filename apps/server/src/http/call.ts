import type { Operation, Workspace } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Actor } from "../keys/scopes.ts";
import { type ErrorReply, toErrorBody } from "./errors.ts";
import type { HeaderSource } from "./headers.ts";
import type { Call } from "./route.ts";

/** What is the same for every request of a process. */
export interface CallHost {
  now: Clock;
  log: Log;
  /** The page that explains the error codes. */
  errorDocs: string;
}

interface CallParts {
  host: CallHost;
  request: Request;
  headers: HeaderSource;
  request_id: string;
  /** Whether the request id was made here. */
  ownId: boolean;
  peer: string | undefined;
}

/** One request on its way through the pipeline; each step adds what it found out. */
export class RouteCall implements Call {
  readonly request: Request;
  readonly headers: HeaderSource;
  readonly request_id: string;
  readonly ownId: boolean;
  readonly peer: string | undefined;
  readonly now: Clock;
  params: Call["params"] = undefined;
  query: Call["query"] = undefined;
  body: Call["body"] = undefined;
  text = "";
  // Fields, because handlers take calls apart and a method would lose its `this`.
  readonly header = (name: string): string | null => this.headers.get(name);
  readonly toError = (thrown: unknown): ErrorReply => toErrorBody(thrown, { request_id: this.request_id, docs: this.host.errorDocs });
  private readonly host: CallHost;
  private boundLog: Log | undefined;
  /** Who called, as soon as that is known; the log line wants it even when the call was refused. */
  seen: Actor | undefined;
  private found: { actor: Actor; workspace: Workspace; operation: Operation } | undefined;

  constructor({ host, request, headers, request_id, ownId, peer }: CallParts) {
    this.host = host;
    this.request = request;
    this.headers = headers;
    this.request_id = request_id;
    this.ownId = ownId;
    this.peer = peer;
    this.now = host.now;
  }

  admit(actor: Actor, workspace: Workspace, operation: Operation): void {
    this.found = { actor, workspace, operation };
  }

  get actor(): Actor {
    return this.requireKey().actor;
  }
  get workspace(): Workspace {
    return this.requireKey().workspace;
  }
  get operation(): Operation {
    return this.requireKey().operation;
  }
  get url(): string {
    return this.request.url;
  }
  /** Made on first use: a bound log costs more than most requests need. */
  get log(): Log {
    this.boundLog ??= this.host.log.child({ request_id: this.request_id });
    return this.boundLog;
  }

  private requireKey() {
    if (this.found === undefined) throw new TypeError("An open route has no actor and no workspace.");
    return this.found;
  }
}
