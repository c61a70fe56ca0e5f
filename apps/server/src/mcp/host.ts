import type { Log } from "@loci/kit/log";
import { createMcpServer, createSessionLeg, type Caller, type Profile } from "@loci/mcp";
import { createMcpHandler, isLegacyRequest, type McpHttpHandler } from "@modelcontextprotocol/server";

/** For whom a message is answered, and which tools they see. */
export interface Guest {
  caller: Caller;
  profile: Profile;
  /** Is told of errors that were not written for callers. */
  onError(error: unknown): void;
}

export interface HostOptions {
  version: string;
  log: Log;
  /** Also offer what the conformance suite calls. */
  fixtures: boolean;
}

/** The protocol itself: one handler for both of its eras, with a server of its own for each message. */
export class McpHost {
  private readonly options: HostOptions;
  private readonly handler: McpHttpHandler;
  private readonly guests = new WeakMap<Request, Guest>();
  /** What serves 2025 with sessions, for the conformance suite, which has one caller. */
  private sessions: ReturnType<typeof createSessionLeg> | undefined;

  constructor(options: HostOptions) {
    this.options = options;
    this.handler = createMcpHandler(({ requestInfo }) => this.open(requestInfo && this.take(requestInfo)), {
      onerror: ({ message }) => options.log.debug({ reason: message }, "mcp message refused"),
    });
  }

  /** Answers a request whose sender was let in; `message` is its body, or undefined where it has none. */
  async answer(request: Request, message: unknown, guest: Guest): Promise<Response> {
    const body = message === undefined ? {} : { parsedBody: message };
    if (this.options.fixtures && (await isLegacyRequest(request, message))) {
      this.sessions ??= createSessionLeg(() => this.open(guest));
      return this.sessions(request, body);
    }
    this.guests.set(request, guest);
    return this.handler.fetch(request, body);
  }

  /** A guest left behind would live, with all of its request, until the next full garbage collection. */
  private take(request: Request): Guest | undefined {
    const guest = this.guests.get(request);
    this.guests.delete(request);
    return guest;
  }

  private open(guest: Guest | undefined): ReturnType<typeof createMcpServer> {
    if (guest === undefined) throw new TypeError("A message came from nobody who was let in.");
    const { caller, profile, onError } = guest;
    const { version, fixtures } = this.options;
    return createMcpServer(caller, { profile, version, fixtures, onError });
  }
}
