import { expect, onTestFinished, test } from "vitest";
import { silentLog } from "@loci/kit/log";
import { openFakeEndpoint, toEmbeddings, toFakeVector, toUnit, type AskedOfFake, type FakeReply } from "./fake-endpoint.ts";
import { openOpenAiEmbedder, type OpenAiOptions } from "./openai.ts";

const KEY = "sk-very-secret-123";
const NOW = new Date("2026-11-21T08:00:00Z");
const failing = (status: number, headers: Record<string, string> = {}): FakeReply => ({ status, headers, body: JSON.stringify({ error: { code: "made_up", message: `no: ${KEY}` } }) });

async function start(options: Partial<OpenAiOptions> = {}) {
  const endpoint = await openFakeEndpoint();
  const waits: number[] = [];
  const embedder = await openOpenAiEmbedder({
    model: "tiny", baseUrl: endpoint.baseUrl, apiKey: KEY, log: silentLog, ...options,
    timing: { sleep: (ms) => (waits.push(ms), Promise.resolve()), now: () => NOW, random: () => 1, ...options.timing },
  });
  onTestFinished(async () => {
    await embedder.close();
    await endpoint[Symbol.asyncDispose]();
  });
  const embedOne = async (text: string) => [...(await embedder.embed([text], "document"))[0]!];
  return { endpoint, embedder, waits, embedOne };
}

/** What the vector of a text must be near to. */
const unitOf = (text: string, dimensions?: number): unknown => toUnit(toFakeVector(text, dimensions)).map((value) => expect.closeTo(value, 5) as unknown);

const sizesOf = (asked: AskedOfFake[]) => asked.map(({ body }) => body.input.length);

test("each text gets its own vector, in order and of length 1", async () => {
  const { endpoint, embedder } = await start();
  const texts = ["one", "two", "three"];
  const vectors = await embedder.embed(texts, "document");
  for (const [at, text] of texts.entries()) expect([...vectors[at]!]).toEqual(unitOf(text));
  expect(endpoint.asked[0]).toMatchObject({ path: "/v1/embeddings", headers: { authorization: `Bearer ${KEY}` }, body: { model: "tiny", input: texts, encoding_format: "base64" } });
  expect(embedder).toMatchObject({ model: "openai:tiny", dimensions: 4, table: null });
});

test("embeddings that come in another order are put back by their index", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = (asked) => {
    const answer = JSON.parse(toEmbeddings(asked).body) as { data: unknown[] };
    return { body: JSON.stringify({ data: answer.data.reverse() }) };
  };
  const vectors = await embedder.embed(["one", "two"], "document");
  expect([...vectors[0]!]).toEqual(unitOf("one"));
  expect([...vectors[1]!]).toEqual(unitOf("two"));
});

test("dimensions that were asked for are sent, checked and named in the model", async () => {
  const { endpoint, embedder } = await start({ dimensions: 8 });
  expect(embedder).toMatchObject({ model: "openai:tiny@8", dimensions: 8 });
  expect([...(await embedder.embed(["one"], "document"))[0]!]).toEqual(unitOf("one", 8));
  expect(endpoint.asked[0]?.body.dimensions).toBe(8);

  endpoint.decide = (asked) => toEmbeddings(asked, (text) => toFakeVector(text, 6));
  await expect(embedder.embed(["two"], "document")).rejects.toMatchObject({ code: "upstream_failed", message: expect.stringContaining("6 dimensions where the others have 8") });
});

test("an endpoint that does not know base64 is asked for plain numbers, and from then on at once", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = ({ body }) => (body.encoding_format === undefined ? null : failing(400));
  expect([...(await embedder.embed(["one"], "document"))[0]!]).toEqual(unitOf("one"));
  expect([...(await embedder.embed(["two"], "document"))[0]!]).toEqual(unitOf("two"));
  expect(endpoint.asked.map(({ body }) => body.encoding_format)).toEqual(["base64", undefined, undefined]);
});

test("an endpoint that ignores base64 and answers with numbers is understood", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = (asked) => toEmbeddings({ ...asked, body: { ...asked.body, encoding_format: "float" } });
  expect([...(await embedder.embed(["one"], "document"))[0]!]).toEqual(unitOf("one"));
});

test("many texts go in batches bounded by count and by characters", async () => {
  const { endpoint, embedder } = await start();
  await embedder.embed(Array.from({ length: 300 }, (_, n) => `text ${n}`), "document");
  expect(sizesOf(endpoint.asked)).toEqual([128, 128, 44]);
  await embedder.embed(Array.from({ length: 20 }, () => "x".repeat(9_000)), "document");
  expect(sizesOf(endpoint.asked.slice(3))).toEqual([12, 8]);
});

test("a long text is cut at 8,000 characters and never inside one", async () => {
  const { endpoint, embedder } = await start();
  await embedder.embed([`${"x".repeat(7_999)}😀 and more`, "\ud800 alone"], "document");
  expect(endpoint.asked[0]?.body.input).toEqual(["x".repeat(7_999), "\ufffd alone"]);
});

test.each([408, 409, 429, 500, 502, 503])("a %i is repeated until it is over", async (status) => {
  const { endpoint, waits, embedOne } = await start();
  endpoint.next = [failing(status), failing(status)];
  expect(await embedOne("one")).toHaveLength(4);
  expect(waits).toEqual([500, 1_000]);
});

test("a connection that breaks and an answer that is cut off are repeated", async () => {
  const { endpoint, embedOne } = await start();
  endpoint.next = [
    (response) => response.destroy(),
    (response) => response.writeHead(200, { "content-length": "1000" }).write('{"data":[', () => response.destroy()),
    { body: '{"data":[{"index":0,"embedding":[1,2' },
  ];
  expect(await embedOne("one")).toHaveLength(4);
  expect(endpoint.asked).toHaveLength(4);
});

test("the delays double from half a second to eight and then the endpoint counts as down", async () => {
  const { endpoint, embedder, waits } = await start();
  endpoint.decide = () => failing(503);
  await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "unavailable" });
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
});

test("Retry-After is obeyed in seconds and as a date", async () => {
  const { endpoint, waits, embedOne } = await start();
  endpoint.next = [failing(429, { "retry-after": "7" }), failing(503, { "retry-after": "Sat, 21 Nov 2026 08:00:12 GMT" })];
  await embedOne("one");
  expect(waits).toEqual([7_000, 12_000]);
});

test("a Retry-After that asks for more than half a minute is handed to the caller", async () => {
  const { endpoint, embedder, waits } = await start();
  endpoint.next = [failing(429, { "retry-after": "90" })];
  await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "unavailable", retry_after: 90 });
  expect(waits).toEqual([]);
});

test("an answer that cannot be used is asked for again and then not taken", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = () => ({ body: JSON.stringify({ data: [{ index: 0, embedding: [1e300] }] }) });
  await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "upstream_failed", message: "The embedding endpoint's answer holds an embedding with a number that is not finite." });
});

test("one text that the endpoint refuses is found by halving, and the others get their vectors", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = ({ body }) => (body.input.includes("poison") ? failing(400) : null);
  const texts = ["a", "b", "c", "poison", "e", "f", "g", "h"];
  const vectors = await embedder.embed(texts, "document");
  expect(vectors.map((vector) => vector.length)).toEqual([4, 4, 4, 0, 4, 4, 4, 4]);
  expect([...vectors[7]!]).toEqual(unitOf("h"));
});

test("one text that makes the endpoint fail with 500 each time is found as well", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = ({ body }) => (body.input.includes("poison") ? failing(500) : null);
  const vectors = await embedder.embed(["a", "poison", "c"], "document");
  expect(vectors.map((vector) => vector.length)).toEqual([4, 0, 4]);
});

test("a text that is too long for the model is embedded by its beginning", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = ({ body }) => (body.input.some((text) => text.length > 2_500) ? failing(413) : null);
  const [vector] = await embedder.embed(["y".repeat(10_000)], "document");
  expect([...vector!]).toEqual(unitOf("y".repeat(2_000)));
  expect(endpoint.asked.at(-1)?.body.input).toEqual(["y".repeat(2_000)]);
});

test("an endpoint that takes fewer texts at once is asked for fewer from then on", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = ({ body }) => (body.input.length > 32 ? failing(422) : null);
  const texts = Array.from({ length: 128 }, (_, n) => `text ${n}`);
  expect((await embedder.embed(texts, "document")).every((vector) => vector.length === 4)).toBe(true);
  const before = endpoint.asked.length;
  await embedder.embed(texts, "document");
  expect(sizesOf(endpoint.asked.slice(before))).toEqual([32, 32, 32, 32]);
});

test("an endpoint that refuses everything is a fault of the settings, and no text is given up for it", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = () => failing(400);
  await expect(embedder.embed(["a", "b"], "document")).rejects.toMatchObject({ code: "upstream_failed", message: expect.stringContaining("for every text") });
});

test("blank texts are refused without being sent, and the dimensions are known all the same", async () => {
  const { endpoint, embedder } = await start();
  const vectors = await embedder.embed(["", " \n"], "document");
  expect(vectors.map((vector) => vector.length)).toEqual([0, 0]);
  expect(embedder.dimensions).toBe(4);
  expect(endpoint.asked.map(({ body }) => body.input)).toEqual([["Hello."]]);
});

test.each([[401, "API key"], [403, "API key"], [404, "model's name"], [302, "redirects"]])("a %i is not repeated and says what to mend", async (status, words) => {
  const { endpoint, embedder, waits } = await start();
  endpoint.decide = () => failing(status, { location: `${endpoint.baseUrl}/elsewhere` });
  await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "upstream_failed", message: expect.stringContaining(words) });
  expect(endpoint.asked).toHaveLength(1);
  expect(waits).toEqual([]);
});

test("no error holds the key, the texts or the upstream's own words", async () => {
  for (const status of [400, 401, 429, 500, 503]) {
    const { endpoint, embedder } = await start();
    endpoint.decide = () => failing(status);
    const error: unknown = await embedder.embed(["a private text"], "document").catch((thrown: unknown) => thrown);
    if (!(error instanceof Error)) throw new Error("It did not fail.");
    const all = [error.message, error.stack, JSON.stringify(error), String(error.cause), (error.cause as Error).stack].join("\n");
    expect(all).not.toContain(KEY);
    expect(all).not.toContain("private");
    expect(String(error.cause)).toContain("made_up");
  }
});

test("a key that cannot stand in a header is refused without being quoted", async () => {
  const opening = openOpenAiEmbedder({ model: "tiny", apiKey: "sk-abc\ndef", log: silentLog });
  await expect(opening).rejects.toMatchObject({ code: "invalid_request", param: "api_key", message: expect.not.stringContaining("sk-abc") });
});

test.each(["ftp://example.com", "not an address", "https://user:secret@example.com/v1"])("the base URL %s is refused", async (baseUrl) => {
  await expect(openOpenAiEmbedder({ model: "tiny", baseUrl, log: silentLog })).rejects.toMatchObject({ param: "base_url", message: expect.not.stringContaining("secret@") });
});

test("a base URL may end in a slash and hold a query", async () => {
  const { endpoint } = await start();
  const embedder = await openOpenAiEmbedder({ model: "tiny", baseUrl: `${endpoint.baseUrl}/?api-version=3`, log: silentLog });
  await embedder.embed(["one"], "query");
  expect(endpoint.asked[0]?.path).toBe("/v1/embeddings?api-version=3");
  expect(endpoint.asked[0]?.headers.authorization).toBeUndefined();
});

test("an endpoint that hangs, or drips its answer, is left after the time of a request", async () => {
  for (const reply of [() => {}, (response: Parameters<Extract<FakeReply, (...args: never[]) => void>>[0]) => void response.writeHead(200).write(" ")]) {
    const { endpoint, embedder } = await start({ timing: { documentMs: 20 } });
    endpoint.decide = () => reply;
    await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("cannot be reached") });
    expect(endpoint.asked).toHaveLength(6);
  }
});

test("a query is given up when its whole time is over, repeats included", async () => {
  const { endpoint, embedder } = await start({ timing: { queryMs: 50 } });
  endpoint.decide = () => () => {};
  await expect(embedder.embed(["one"], "query")).rejects.toMatchObject({ code: "unavailable" });
  expect(endpoint.asked).toHaveLength(1);
});

test("an answer larger than any could be is not read to its end", async () => {
  const { endpoint, embedder } = await start();
  let sent = 0;
  endpoint.decide = () => (response) => {
    const chunk = " ".repeat(1_000_000);
    const send = (): void => {
      while (sent < 500 && response.write(chunk)) sent += 1;
    };
    response.on("drain", send).on("error", () => {});
    send();
  };
  await expect(embedder.embed(["one"], "document")).rejects.toMatchObject({ code: "upstream_failed", message: expect.stringContaining("larger than") });
  expect(sent).toBeLessThan(500);
});

test("a caller who leaves gets its own reason, and a closed embedder says so", async () => {
  const { endpoint, embedder } = await start();
  endpoint.decide = () => () => {};
  const leaving = new AbortController();
  const asking = embedder.embed(["one"], "document", leaving.signal);
  leaving.abort(new Error("left"));
  await expect(asking).rejects.toThrow("left");

  const another = embedder.embed(["one"], "document");
  await embedder.close();
  await expect(another).rejects.toMatchObject({ code: "unavailable", message: "The embedder is closed." });
});
