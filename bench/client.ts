import { connect, type Socket } from "node:net";

export interface Answer {
  status: number;
  /** Header names in lower case. */
  headers: Record<string, string>;
  body: Buffer;
}

/** The connection was lost before the whole answer was there: nobody knows whether the request was carried out. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

export interface ConnectionOptions {
  port: number;
  /** The API key that every request carries. */
  key?: string | undefined;
  /** Headers that every request carries: those of a person who is signed in, say. */
  headers?: Record<string, string> | undefined;
}

interface Waiter {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * One kept-alive HTTP/1.1 connection with one request at a time. It reads only what our server writes (answers with a
 * Content-Length), which makes it some five times cheaper than fetch, so that on a small machine it does not measure itself.
 */
export class Connection {
  private readonly port: number;
  private readonly fixedHead: string;
  private socket: Socket | null = null;
  private waiter: Waiter | null = null;
  private received: Buffer[] = [];
  private receivedBytes = 0;
  private head: { status: number; headers: Record<string, string>; bytes: number } | null = null;

  constructor({ port, key, headers = {} }: ConnectionOptions) {
    this.port = port;
    const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("");
    this.fixedHead = `${more}Host: 127.0.0.1:${port}\r\n${key === undefined ? "" : `Authorization: Bearer ${key}\r\n`}User-Agent: loci-bench/1\r\n`;
  }

  request(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    if (this.waiter !== null) throw new Error("This connection waits for an answer; one request at a time.");
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.waiter = { resolve, reject };
    let text = `${method} ${path} HTTP/1.1\r\n${this.fixedHead}`;
    for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
    if (body !== undefined) text += `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    this.openSocket().write(`${text}\r\n${body ?? ""}`);
    return promise;
  }

  /** Sends JSON and reads JSON. */
  async call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: unknown }> {
    const answer = await this.request(method, path, body === undefined ? undefined : JSON.stringify(body), headers);
    return { status: answer.status, body: answer.body.length === 0 ? undefined : JSON.parse(answer.body.toString()) };
  }

  /** Resolves once the connection stands, so that its set-up is not measured. */
  async open(): Promise<void> {
    const socket = this.openSocket();
    if (socket.connecting) await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  }

  close(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  private openSocket(): Socket {
    if (this.socket !== null) return this.socket;
    const socket = connect(this.port, "127.0.0.1").setNoDelay(true);
    this.socket = socket;
    this.received = [];
    this.receivedBytes = 0;
    this.head = null;
    socket.on("data", (chunk) => this.receive(chunk));
    const onLost = (error?: unknown) => this.lose(socket, error);
    socket.on("error", onLost);
    socket.on("close", onLost);
    return socket;
  }

  private lose(socket: Socket, cause: unknown): void {
    if (this.socket === socket) this.socket = null;
    const waiter = this.waiter;
    if (waiter === null) return;
    this.waiter = null;
    waiter.reject(new ConnectionLost("The connection was lost before the answer.", { cause }));
  }

  private receive(chunk: Buffer): void {
    this.received.push(chunk);
    this.receivedBytes += chunk.length;
    this.head ??= this.readHead();
    if (this.head === null || this.receivedBytes < this.head.bytes) return;
    const { status, headers, bytes } = this.head;
    const whole = this.takeReceived();
    const body = whole.subarray(bytes - Number(headers["content-length"] ?? 0), bytes);
    this.head = null;
    const waiter = this.waiter;
    this.waiter = null;
    if (headers["connection"] === "close") this.close();
    waiter?.resolve({ status, headers, body });
  }

  private takeReceived(): Buffer {
    const [only] = this.received;
    const whole = this.received.length === 1 && only !== undefined ? only : Buffer.concat(this.received);
    this.received = [];
    this.receivedBytes = 0;
    return whole;
  }

  private readHead(): Connection["head"] {
    const whole = this.takeReceived();
    this.received = [whole];
    this.receivedBytes = whole.length;
    const end = whole.indexOf(HEAD_END);
    if (end === -1) return null;
    const [first = "", ...lines] = whole.toString("latin1", 0, end).split("\r\n");
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      // Several cookies come in a line each.
      headers[name] = name === "set-cookie" && headers[name] !== undefined ? `${headers[name]}\n${value}` : value;
    }
    if (headers["transfer-encoding"] !== undefined) throw new Error("This client does not read answers in chunks; use fetch for streams.");
    return { status: Number(first.slice(9, 12)), headers, bytes: end + 4 + Number(headers["content-length"] ?? 0) };
  }
}

/** Runs `work` over the items with as many connections as given, each doing one item after the other. */
export async function forEachOver<Item>(connections: Connection[], items: Iterable<Item>, work: (connection: Connection, item: Item) => Promise<void>): Promise<void> {
  const queue = items[Symbol.iterator]();
  await Promise.all(connections.map(async (connection) => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(connection, next.value);
  }));
}

export const openConnections = (options: ConnectionOptions, count: number): Connection[] => Array.from({ length: count }, () => new Connection(options));
