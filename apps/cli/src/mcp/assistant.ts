import type { Caller } from "@loci/mcp";
import type { Answer, Arguments, Loci, Route } from "@loci/sdk";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import { CLIENT_NAME } from "../client.ts";

/** Where a message of the 2026 era says who sent it; before, the first message does. */
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const NAME_MAX = 60;
const VERSION_MAX = 30;

/** The assistant at the other end of a pipe, as it names itself. */
export class Assistant {
  #name: string | null = null;

  /** Reads who it is from all that comes, before anything is done with it. To be called once the transport has its reader. */
  listen(transport: Transport): void {
    const read = transport.onmessage;
    const onmessage: NonNullable<Transport["onmessage"]> = (message, extra) => {
      this.#name = readName(message) ?? this.#name;
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

interface Opening {
  method?: unknown;
  params?: { clientInfo?: unknown; _meta?: Record<string, unknown> } | undefined;
}

/** `cursor/2.1`: one word, as programs name themselves over HTTP. Null where the message does not say. */
export function readName(message: JSONRPCMessage): string | null {
  const { method, params } = message as Opening;
  const said = params?._meta?.[CLIENT_INFO] ?? (method === "initialize" ? params?.clientInfo : undefined);
  const { name, version } = (said ?? {}) as { name?: unknown; version?: unknown };
  const word = toWord(name, NAME_MAX);
  if (word === "") return null;
  const number = toWord(version, VERSION_MAX);
  return number === "" ? word : `${word}/${number}`;
}

/** What a header can hold of it, without a space. */
const toWord = (text: unknown, max: number): string => (typeof text === "string" ? text.replaceAll(/[^\x21-\x7e]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, max) : "");
