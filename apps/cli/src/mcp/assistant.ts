import { readClientName, type Caller } from "@loci/mcp";
import type { Answer, Arguments, Loci, Route } from "@loci/sdk";
import type { Transport } from "@modelcontextprotocol/server";
import { CLIENT_NAME } from "../client.ts";

/** The assistant at the other end of a pipe, as it names itself. */
export class Assistant {
  #name: string | null = null;

  /** Reads who it is from all that comes, before anything is done with it. To be called once the transport has its reader. */
  listen(transport: Transport): void {
    const read = transport.onmessage;
    const onmessage: NonNullable<Transport["onmessage"]> = (message, extra) => {
      this.#name = readClientName(message) ?? this.#name;
      read?.(message, extra);
    };
    Object.assign(transport, { onmessage });
  }

  /** Calls the API under its name, which memories then tell. A sign-in has a label of its own, which goes before. */
  toCaller(loci: Loci): Caller {
    return {
      request: <R extends Route>(route: R, ...[input, options]: Arguments<R>): Promise<Answer<R>> =>
        loci.request(route, ...([input, { ...options, headers: { "user-agent": this.#name === null ? CLIENT_NAME : `${this.#name} ${CLIENT_NAME}` } }] as unknown as Arguments<R>)),
    };
  }
}
