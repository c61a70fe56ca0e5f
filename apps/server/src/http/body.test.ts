import { brotliCompressSync, gzipSync } from "node:zlib";
import type { AppError } from "@loci/kit/errors";
import { describe, expect, test } from "vitest";
import { BODY_BYTES_MAX, readJsonBody, readTextBody } from "./body.ts";

const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request("http://localhost/", { method: "POST", body, headers: { "content-type": "application/json", ...headers }, ...(body instanceof ReadableStream && { duplex: "half" }) });
const sized = (bytes: number) => JSON.stringify("a".repeat(bytes - 2));
const refused = (request: Request) => readJsonBody(request).then(
  () => expect.unreachable("was accepted"),
  (error: AppError) => error,
);

describe("a body", () => {
  test("may have 10 MiB and not a byte more, with its length announced", async () => {
    const read = async (bytes: number) => readJsonBody(post(sized(bytes), { "content-length": String(bytes) }));
    expect((await read(BODY_BYTES_MAX)).text.length).toBe(BODY_BYTES_MAX);
    await expect(read(BODY_BYTES_MAX + 1)).rejects.toMatchObject({ code: "too_large", details: { bytes_max: BODY_BYTES_MAX } });
  });

  test("is counted while it streams, and left where it passes the limit", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
      },
    });
    expect(await refused(post(endless))).toMatchObject({ code: "too_large" });
    expect(sent).toBeLessThan(15);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ])("may be sent with %s", async (encoding, compress) => {
    const { value } = await readJsonBody(post(new Uint8Array(compress('{"content": "tea"}')), { "content-encoding": encoding }));
    expect(value).toEqual({ content: "tea" });
  });

  test("that expands a hundredfold, or past 10 MiB, is refused before it does", async () => {
    const bomb = gzipSync(sized(5_000_000));
    expect(await refused(post(new Uint8Array(bomb), { "content-encoding": "gzip" }))).toMatchObject({ code: "too_large", details: { expansion_max: 100 } });
    const noise = JSON.stringify(Array.from({ length: 1_200_000 }, (_, index) => (index * 7_919) % 99_999_999));
    expect(await refused(post(new Uint8Array(gzipSync(noise)), { "content-encoding": "gzip" }))).toMatchObject({ code: "too_large" });
  });

  test.each([
    [post("{}", { "content-encoding": "deflate" }), "deflate"],
    [post("not gzip", { "content-encoding": "gzip" }), "not sound gzip"],
    [post("content=tea", { "content-type": "application/x-www-form-urlencoded" }), "Content-Type: application/json"],
    [post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), "UTF-8"],
    [post("{}", { "content-type": "application/json; charset=latin1" }), "not latin1"],
  ])("that cannot be understood is refused with what to do (%#)", async (request, words) => {
    const error = await refused(request);
    expect(error.code).toBe("invalid_request");
    expect(error.message).toContain(words);
  });

  test("that is not there is undefined, whatever its type", async () => {
    expect(await readJsonBody(new Request("http://localhost/", { method: "POST" }))).toEqual({ text: "", value: undefined });
    expect((await readJsonBody(post(""))).value).toBeUndefined();
  });

  test.each(["application/json", "application/json; charset=utf-8", "application/vnd.loci+json", "Application/JSON"])("is JSON as %s", async (type) => {
    expect((await readJsonBody(post("[1]", { "content-type": type }))).value).toEqual([1]);
  });

  test("of text is read only as one of the types that the route takes", async () => {
    const readText = (request: Request) => readTextBody(request, request.headers, { types: ["application/x-ndjson"], bytesMax: 10 });
    expect(await readText(post("{}\n{}", { "content-type": "application/x-ndjson" }))).toBe("{}\n{}");
    await expect(readText(post("{}"))).rejects.toMatchObject({ code: "invalid_request" });
    await expect(readText(post("12345678901", { "content-type": "application/x-ndjson" }))).rejects.toMatchObject({ code: "too_large" });
    await expect(readText(post("\0", { "content-type": "application/x-ndjson" }))).rejects.toMatchObject({ code: "invalid_request" });
  });
});
