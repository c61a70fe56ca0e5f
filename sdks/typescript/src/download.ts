import { ConnectionError } from "./errors.ts";

/** An answer that may be larger than memory, as it comes in. It can be read once. */
export class Download {
  /** The bytes. */
  readonly body: ReadableStream<Uint8Array>;
  readonly request_id: string | null;

  constructor(body: ReadableStream<Uint8Array>, request_id: string | null) {
    this.body = body;
    this.request_id = request_id;
  }

  /** All of it, as text. */
  async text(): Promise<string> {
    const parts: string[] = [];
    for await (const part of this.#read()) parts.push(part);
    return parts.join("");
  }

  /** Line by line, without the line ends. Whoever stops early ends the download. */
  async *lines(): AsyncGenerator<string, void, undefined> {
    let rest = "";
    for await (const part of this.#read()) {
      const lines = (rest + part).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest !== "") yield rest;
  }

  async *#read(): AsyncGenerator<string, void, undefined> {
    const decoder = new TextDecoder();
    const reader = this.body.getReader();
    let whole = false;
    try {
      for (;;) {
        const { done, value } = await reader.read().catch((cause: unknown) => {
          throw new ConnectionError("The connection was lost before the download was whole.", { code: "connection_failed", request_id: this.request_id, cause });
        });
        if (done) break;
        yield decoder.decode(value, { stream: true });
      }
      whole = true;
      yield decoder.decode();
    } finally {
      if (!whole) await reader.cancel().catch(() => undefined);
    }
  }
}
