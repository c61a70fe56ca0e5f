import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Loci, LociError, VERSION, type Options } from "./index.ts";

interface Sent {
  url: string;
  headers: Record<string, string>;
  init: RequestInit;
}

/** A client whose requests are kept and answered with an empty object. */
function openClient(options: Options = {}): { loci: Loci; sent: Sent[] } {
  const sent: Sent[] = [];
  const loci = new Loci({
    fetch: (url, init) => {
      sent.push({ url, init, headers: init.headers as Record<string, string> });
      return Response.json({});
    },
    ...options,
  });
  return { loci, sent };
}

test.for(["loci.example.com", "/v1", "ftp://loci.example.com", "", "http://"])("the base URL %j is refused when the client is made", (baseUrl, { expect }) => {
  expect(() => new Loci({ baseUrl })).toThrow(TypeError);
});

test("a base URL with credentials, a query or a fragment is refused, and the message holds none of it", () => {
  for (const baseUrl of ["https://ana:pa55@loci.example.com", "https://loci.example.com?key=pa55", "https://loci.example.com#pa55", "https://ana:pa55@"]) {
    expect(() => new Loci({ baseUrl })).toThrow(expect.objectContaining({ name: "TypeError", message: expect.not.stringContaining("pa55") as string }) as Error);
  }
});

test("a key that no header can hold is refused without being told, and white space around one is forgiven", async () => {
  for (const apiKey of ["mk_live_s3cret\nx: y", "mk_live_s3cret\0", "mk_s3cret_☕", "  "]) {
    expect(() => new Loci({ apiKey })).toThrow(expect.objectContaining({ name: "TypeError", message: expect.not.stringContaining("s3cret") as string }) as Error);
  }
  const { loci, sent } = openClient({ apiKey: "mk_live_abc\n" });
  await loci.usage();
  expect(sent[0]?.headers["authorization"]).toBe("Bearer mk_live_abc");
});

test("a key that is a function is asked before every try, and its failure is the call's", async () => {
  const keys = ["first", "second"];
  const seen: (string | undefined)[] = [];
  const loci = new Loci({
    apiKey: async () => keys.shift() ?? Promise.reject(new Error("signed out")),
    fetch: (_, init) => {
      seen.push((init.headers as Record<string, string>)["authorization"]);
      return new Response(null, { status: 503 });
    },
  }, { sleep: async () => undefined });
  await expect(loci.usage()).rejects.toThrow("signed out");
  expect(seen).toEqual(["Bearer first", "Bearer second"]);
});

test("the version that is sent is that of the package", async () => {
  const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, "../package.json"), "utf8")) as { version: string };
  expect(VERSION).toBe(version);
  const { loci, sent } = openClient({ client: "bot/1" });
  await loci.usage();
  expect(sent[0]?.headers["user-agent"]).toBe(`bot/1 loci-typescript/${version}`);
});

test("headers of a call stand over those of the client", async () => {
  const { loci, sent } = openClient({ headers: { "x-a": "1", "x-b": "1" } });
  await loci.usage({ headers: { "x-b": "2" } });
  expect(sent[0]?.headers).toMatchObject({ "x-a": "1", "x-b": "2" });
});

test("the global fetch is looked up when a call is made, and called on nothing", async () => {
  const before = globalThis.fetch;
  const loci = new Loci();
  const calledOn: unknown[] = [];
  globalThis.fetch = function fetch(this: unknown) {
    calledOn.push(this);
    return Promise.resolve(Response.json({ ok: true }));
  };
  try {
    expect(await loci.usage()).toEqual({ ok: true });
  } finally {
    globalThis.fetch = before;
  }
  expect([undefined, globalThis]).toContain(calledOn[0]);
});

test("a call is over when its time is, although the transport does not mind its signal", async () => {
  const loci = new Loci({ timeoutMs: 10, retriesMax: 0, fetch: () => new Promise<Response>(() => undefined) });
  await expect(loci.usage()).rejects.toMatchObject({ name: "TimeoutError", code: "timed_out", status: null, message: "No whole answer came within 10 ms." });
});

test("a call that the caller ends throws the caller's reason, also one that is no error", async () => {
  const controller = new AbortController();
  const { loci } = openClient({ fetch: () => new Promise<Response>(() => undefined) });
  const call = loci.usage({ signal: controller.signal });
  controller.abort("enough");
  await expect(call).rejects.toBe("enough");
});

test("a signal that outlives many calls gathers no listeners", async () => {
  let listeners = 0;
  const { signal } = new AbortController();
  const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1;
    remove(...args);
  };
  const { loci } = openClient({ fetch: (url) => (url.endsWith("/usage") ? Response.json({}) : new Response(null, { status: 404 })) });
  await loci.usage({ signal });
  await expect(loci.export({}, { signal })).rejects.toThrow(LociError);
  expect(listeners).toBe(0);
});

test("the reason of a connection that failed is in its error, and the cause is attached", async () => {
  const cause = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
  const { loci } = openClient({ retriesMax: 0, fetch: () => Promise.reject(cause) });
  await expect(loci.usage()).rejects.toMatchObject({ name: "ConnectionError", message: "The connection failed: connect ECONNREFUSED 127.0.0.1:1.", cause });
});

test("retries wait by the clock, and a wait can be ended", async () => {
  let tries = 0;
  const mended = new Loci({ fetch: () => (tries++ === 0 ? new Response(null, { status: 500 }) : Response.json({ tries })) }, { random: () => 0.01 });
  expect(await mended.usage()).toEqual({ tries: 2 });
  const broken = new Loci({ fetch: () => new Response(null, { status: 500 }) }, { random: () => 0.999 });
  const controller = new AbortController();
  const call = broken.usage({ signal: controller.signal });
  setTimeout(() => controller.abort("enough"), 20);
  await expect(call).rejects.toBe("enough");
});

test("errors can be told apart by class and written as JSON, without what was sent", async () => {
  const { loci } = openClient({ apiKey: "mk_live_s3cret", fetch: () => Response.json({ error: { code: "not_found", message: "There is no such memory.", docs: "d", request_id: "req_1" } }, { status: 404 }) });
  const error = await loci.memories.get("mem_1").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LociError);
  expect(JSON.stringify(error)).not.toContain("s3cret");
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({ name: "NotFoundError", code: "not_found", status: 404, request_id: "req_1", retry_after: null });
});
