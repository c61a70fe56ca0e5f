import { lookup } from "node:dns/promises";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { isIP, type BlockList, type LookupFunction } from "node:net";
import { isInside, toBlockList } from "../http/client-address.ts";
import { PublicAddresses } from "./addresses.ts";

/** More at a time are strangers' doing: of all together, for one asking network, and from one host. */
const FETCHES_MAX = { all: 20, network: 3, host: 2 } as const;

export interface Resolved {
  address: string;
  family: number;
}
type Resolve = (host: string) => Promise<Resolved[]>;

export interface FetchLimits {
  bytesMax: number;
  /** For all of it: name, connection, answer. */
  timeoutMs: number;
  /** The network that makes us look; what has none counts as one. */
  network: string | null;
}

/** An answer from outside, whole. Nothing in it is to be believed. */
export interface Fetched {
  status: number;
  headers: IncomingMessage["headers"];
  text: string;
}

/** Why something from outside is not there; the message may be shown to whoever asked for it. */
export class EgressError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "EgressError";
  }
}

/** Too much is being fetched at the moment; what is asked for may be sound. */
export class EgressBusyError extends Error {
  constructor() {
    super("Too much is being fetched at the moment.");
    this.name = "EgressBusyError";
  }
}

/**
 * The one way from this server to addresses that others name. https alone; the name is resolved once, and the connection
 * goes to the address that was checked, so that no second answer of a name server can lead elsewhere; redirects are not followed.
 */
export class Egress {
  private readonly public = new PublicAddresses();
  private readonly allowed: BlockList;
  private readonly resolve: Resolve;
  private readonly running = new Map<string, number>();

  /** `allow` names private addresses and blocks that are open all the same. */
  constructor({ allow = [], resolve = (host) => lookup(host, { all: true }) }: { allow?: readonly string[]; resolve?: Resolve } = {}) {
    this.allowed = toBlockList(allow);
    this.resolve = resolve;
  }

  /** Reads JSON text from a URL; throws `EgressError`, or `EgressBusyError` before anything is asked. */
  async fetchJson(url: URL, { bytesMax, timeoutMs, network }: FetchLimits): Promise<Fetched> {
    if (url.protocol !== "https:") throw new EgressError("it is not an https URL.");
    const leave = this.enter([["all", FETCHES_MAX.all], [`network ${network ?? ""}`, FETCHES_MAX.network], [`host ${url.hostname}`, FETCHES_MAX.host]]);
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const targets = await before(signal, this.requireOpen(url.hostname.replaceAll(/^\[|\]$/g, "")));
      return await fetchFrom(url, { targets, bytesMax, signal });
    } catch (error) {
      if (error instanceof EgressError) throw error;
      if (signal.aborted) throw new EgressError(`it was not there within ${timeoutMs / 1_000} seconds.`, error);
      throw new EgressError("it cannot be reached.", error);
    } finally {
      leave();
    }
  }

  /** Takes a place in each of these, or throws where one is full; what it answers gives them back. */
  private enter(places: readonly (readonly [name: string, max: number])[]): () => void {
    const { running } = this;
    if (places.some(([name, max]) => (running.get(name) ?? 0) >= max)) throw new EgressBusyError();
    for (const [name] of places) running.set(name, (running.get(name) ?? 0) + 1);
    return () => {
      for (const [name] of places) {
        const left = (running.get(name) ?? 0) - 1;
        if (left > 0) running.set(name, left);
        else running.delete(name);
      }
    };
  }

  /** The addresses of a host, when all of them are open. No such name and a closed one are told alike: whoever asks learns nothing of the names in here. */
  private async requireOpen(host: string): Promise<Resolved[]> {
    const family = isIP(host);
    const found = family === 0 ? await this.resolve(host).catch(() => []) : [{ address: host, family }];
    if (found.length === 0 || !found.every(({ address }) => this.public.has(address) || isInside(this.allowed, address))) throw new EgressError("its host has no public address.");
    return found;
  }
}

/** The result, unless the signal comes first. */
function before<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}

interface Connection {
  targets: Resolved[];
  bytesMax: number;
  signal: AbortSignal;
}

function fetchFrom(url: URL, { targets, bytesMax, signal }: Connection): Promise<Fetched> {
  const headers = { accept: "application/json", "accept-encoding": "identity", "user-agent": "Loci" };
  return new Promise((resolve, reject) => {
    // A shared agent could give it a connection that was made for another address.
    const asked = request(url, { method: "GET", agent: false, headers, signal, lookup: toLookup(targets) });
    const refuse = () => reject(new Error("The connection was closed without an answer."));
    asked.on("error", reject).once("close", refuse).once("response", (answer) => {
      // From here on the end of the answer is what tells.
      asked.off("close", refuse);
      readText(answer, bytesMax).then((text) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }), reject).finally(() => asked.destroy());
    });
    asked.end();
  });
}

/** Answers with what was checked, whatever name servers would say by now. */
function toLookup(targets: Resolved[]): LookupFunction {
  const [first = { address: "", family: 0 }] = targets;
  return (_, { all }, callback) => (all === true ? callback(null, targets) : callback(null, first.address, first.family));
}

async function readText(answer: IncomingMessage, bytesMax: number): Promise<string> {
  const encoding = answer.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") throw new EgressError("it is compressed, although that was not asked for.");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) throw new EgressError(`it has more than ${bytesMax.toLocaleString("en")} bytes.`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (cause) {
    throw new EgressError("it is not UTF-8.", cause);
  }
}
