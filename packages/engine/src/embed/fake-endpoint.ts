import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface AskedOfFake {
  path: string;
  headers: IncomingHttpHeaders;
  body: { model: string; input: string[]; dimensions?: number; encoding_format?: string };
}

/** What the endpoint does with a request: an answer, or something of its own with the response. */
export type FakeReply = { status?: number; headers?: Record<string, string>; body: string } | ((response: ServerResponse) => void);

export interface FakeEndpoint {
  baseUrl: string;
  /** Every request, in order. */
  asked: AskedOfFake[];
  /** What the next requests get; when none is left, embeddings. */
  next: FakeReply[];
  /** Decides before the list does, where it is set and has an answer. */
  decide: ((asked: AskedOfFake) => FakeReply | null) | null;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A model's endpoint on loopback that behaves as it is told; it stands in for what costs money. */
export async function openFakeEndpoint(): Promise<FakeEndpoint> {
  const server = createServer((request, response) => void answer(request.url ?? "", request.headers, text(request), response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint: FakeEndpoint = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: [],
    next: [],
    decide: null,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(path: string, headers: IncomingHttpHeaders, body: Promise<string>, response: ServerResponse): Promise<void> {
    const asked: AskedOfFake = { path, headers, body: JSON.parse(await body) as AskedOfFake["body"] };
    endpoint.asked.push(asked);
    const reply: FakeReply = endpoint.decide?.(asked) ?? endpoint.next.shift() ?? toEmbeddings(asked);
    if (typeof reply === "function") reply(response);
    else response.writeHead(reply.status ?? 200, { "content-type": "application/json", ...reply.headers }).end(reply.body);
  }
  return endpoint;
}

/** A direction for each text: equal for equal texts, different for texts of different letters. */
export function toFakeVector(text: string, dimensions = 4): number[] {
  return Array.from({ length: dimensions }, (_, d) => 1 + [...text].reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) * (d + 3)) % 17, 0));
}

export function toUnit(values: number[]): number[] {
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/** What a sound endpoint says, in base64 where that was asked for. */
export function toEmbeddings({ body }: AskedOfFake, vectorOf: (text: string) => number[] = (text) => toFakeVector(text, body.dimensions)): { body: string } {
  const data = body.input.map((text, index) => ({ object: "embedding", index, embedding: toWire(vectorOf(text), body.encoding_format) }));
  return { body: JSON.stringify({ object: "list", model: body.model, data }) };
}

const toWire = (values: number[], format: string | undefined): number[] | string =>
  format === "base64" ? Buffer.from(Float32Array.from(values).buffer).toString("base64") : values;
