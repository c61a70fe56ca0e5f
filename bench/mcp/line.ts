import { connect, type Socket } from "node:net";

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

interface Waiter {
  resolve(answer: string): void;
  reject(error: Error): void;
}

/**
 * A kept-alive connection that sends requests made beforehand, one at a time, and reads answers of a known length as well
 * as those in chunks. It costs little, so that on a small machine it does not measure itself.
 */
export class Line {
  private readonly socket: Socket;
  private received = "";
  private waiter: Waiter | null = null;

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
    this.socket.on("data", (chunk: string) => this.receive(chunk));
    this.socket.on("close", () => this.waiter?.reject(new Error("The server closed the connection.")));
    this.socket.on("error", (error) => this.waiter?.reject(error));
  }

  /** Sends a request as it stands and gives the whole answer, head and body. */
  send(request: Buffer): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.waiter = { resolve, reject };
    this.socket.write(request);
    return promise;
  }

  close(): void {
    this.waiter = null;
    this.socket.destroy();
  }

  private receive(chunk: string): void {
    this.received += chunk;
    if (!this.isWhole()) return;
    const answer = this.received;
    this.received = "";
    const { waiter } = this;
    this.waiter = null;
    waiter?.resolve(answer);
  }

  private isWhole(): boolean {
    const end = this.received.indexOf(HEAD_END);
    if (end === -1) return false;
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.received.slice(0, end + 2))?.[1];
    return length === undefined ? this.received.endsWith(LAST_CHUNK) : this.received.length >= end + HEAD_END.length + Number(length);
  }
}

/** A POST of JSON as it goes over the wire. */
export function toRequest(path: string, headers: Record<string, string>, body: unknown): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({ host: "127.0.0.1", "user-agent": "loci-bench/1", "content-type": "application/json", "content-length": String(Buffer.byteLength(text)), ...headers });
  return Buffer.from(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${text}`);
}
