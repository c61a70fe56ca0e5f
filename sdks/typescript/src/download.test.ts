import { expect, test } from "vitest";
import { Download } from "./download.ts";

/** A stream of these chunks that tells how many were taken and whether it was left. */
function openChunks(chunks: Uint8Array[], failure?: Error): { download: Download; state: { taken: number; left: boolean } } {
  const state = { taken: 0, left: false };
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks[state.taken];
      if (chunk !== undefined) {
        state.taken += 1;
        controller.enqueue(chunk);
      } else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
    cancel: () => {
      state.left = true;
    },
  }, { highWaterMark: 0 });
  return { download: new Download(body, "req_1"), state };
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

test("lines are whole wherever the chunks are cut, also within a character", async () => {
  const bytes = new TextEncoder().encode("one ☕\n\ntwo\r\nthrée");
  for (const size of [1, 2, 3, 5, 100]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    expect(await collect(openChunks(chunks).download.lines())).toEqual(["one ☕", "", "two\r", "thrée"]);
    expect(await openChunks(chunks).download.text()).toBe("one ☕\n\ntwo\r\nthrée");
  }
});

test("who stops early ends the download", async () => {
  const { download, state } = openChunks(Array.from({ length: 9 }, () => new TextEncoder().encode("line\n")));
  for await (const line of download.lines()) {
    expect(line).toBe("line");
    break;
  }
  expect(state).toEqual({ taken: 1, left: true });
});

test("a download that is lost gives what came whole, and then a connection error", async () => {
  const { download } = openChunks([new TextEncoder().encode("one\ntwo\nthr")], new TypeError("terminated"));
  const seen: string[] = [];
  const walk = async () => {
    for await (const line of download.lines()) seen.push(line);
  };
  await expect(walk()).rejects.toMatchObject({ name: "ConnectionError", code: "connection_failed", request_id: "req_1" });
  expect(seen).toEqual(["one", "two"]);
});
