import type { Log } from "@loci/kit/log";
import { createMcpServer, type Caller, type Profile } from "@loci/mcp";
import { createMcpHandler, type McpHttpHandler, type McpRequestContext } from "@modelcontextprotocol/server";

/** For whom a message is answered, and which tools they see. */
export interface Guest {
  caller: Caller;
  profile: Profile;
}

interface HostOptions {
  version: string;
  log: Log;
}

/** The protocol itself: one handler for both of its eras, with a server of its own for each message. */
export class McpHost {
  private readonly version: string;
  private readonly handler: McpHttpHandler;
  private readonly guests = new WeakMap<Request, Guest>();

  constructor({ version, log }: HostOptions) {
    this.version = version;
    this.handler = createMcpHandler((context) => this.open(context), { onerror: (error) => log.debug({ err: error }, "mcp message refused") });
  }

  /** Answers a request whose sender was let in; `message` is its body, or undefined where it has none. */
  answer(request: Request, message: unknown, guest: Guest): Promise<Response> {
    this.guests.set(request, guest);
    return this.handler.fetch(request, message === undefined ? {} : { parsedBody: message });
  }

  private open({ requestInfo }: McpRequestContext): ReturnType<typeof createMcpServer> {
    const guest = requestInfo && this.guests.get(requestInfo);
    if (guest === undefined) throw new TypeError("A message came from nobody who was let in.");
    return createMcpServer(guest.caller, { profile: guest.profile, version: this.version });
  }
}
