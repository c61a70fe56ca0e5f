import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { shareDocumentHost } from "../testing/document-host.ts";
import { PublicAddresses } from "./addresses.ts";
import { Egress, EgressError, type FetchLimits } from "./egress.ts";

const host = shareDocumentHost();
const stranger = shareDocumentHost({ trusted: false });
const LIMITS: FetchLimits = { bytesMax: 1_000, timeoutMs: 5_000, network: null };
const ALLOW = ["127.0.0.0/8", "::1"];
const egress = new Egress({ allow: ALLOW });

/** Why a fetch was refused. */
async function refusal(target: string, { by = egress, limits = LIMITS }: { by?: Egress; limits?: FetchLimits } = {}): Promise<string> {
  const error = await by.fetchJson(new URL(target), limits).then(() => new Error("It was fetched."), (thrown: unknown) => thrown as Error);
  expect(error).toBeInstanceOf(EgressError);
  return error.message;
}

const jsonOf = (bytes: number): string => `"${"a".repeat(bytes - 2)}"`;

test("no address is open that is not of the public internet, however it is written", () => {
  const addresses = new PublicAddresses();
  const closed = [
    "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "5f00::1",
    "", "localhost", "8.8.8.8.8", "017.0.0.1", "2130706433",
  ];
  expect(closed.filter((address) => addresses.has(address))).toEqual([]);
  const open = ["1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2001:4860:4860::8888", "2606:4700::1111", "2a00:1450::1"];
  expect(open.filter((address) => !addresses.has(address))).toEqual([]);
});

test("nothing is connected to an address that is not open, and all of them are refused in the same words", async () => {
  const closed = new Egress({ resolve: (name) => Promise.resolve(name === "nowhere.example" ? [] : [{ address: "127.0.0.1", family: 4 }]) });
  const broken = new Egress({ resolve: () => Promise.reject(new Error("ENOTFOUND")) });
  const before = host().connections();
  const words = new Set<string>();
  for (const name of ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "localhost", "apps.example", "nowhere.example"]) words.add(await refusal(`https://${name}:${host().port}/client`, { by: closed }));
  words.add(await refusal("https://apps.example/client", { by: broken }));
  expect([...words]).toEqual(["its host has no public address."]);
  expect(host().connections()).toBe(before);
});

test("a name that has one closed address among open ones is closed", async () => {
  const mixed = [{ address: "93.184.215.14", family: 4 }, { address: "10.0.0.1", family: 4 }];
  expect(await refusal("https://apps.example/", { by: new Egress({ resolve: () => Promise.resolve(mixed) }) })).toBe("its host has no public address.");
});

test("a name is asked for once, and the connection goes to the address that was checked", async () => {
  const answers = ["127.0.0.1", "192.0.2.1"];
  let asked = 0;
  const rebinding = new Egress({ allow: ALLOW, resolve: () => Promise.resolve([{ address: answers[asked++] ?? "", family: 4 }]) });
  host().put("/rebound", { a: 1 });
  expect(await rebinding.fetchJson(new URL(`https://apps.example:${host().port}/rebound`), LIMITS)).toMatchObject({ status: 200, text: '{"a":1}' });
  expect(asked).toBe(1);
});

test("of the addresses of a host one that answers is enough", async () => {
  const addresses = [{ address: "fd00::1", family: 6 }, { address: "127.0.0.1", family: 4 }];
  const several = new Egress({ allow: [...ALLOW, "fd00::/8"], resolve: () => Promise.resolve(addresses) });
  host().put("/several", { a: 1 });
  expect((await several.fetchJson(new URL(`https://apps.example:${host().port}/several`), LIMITS)).status).toBe(200);
});

test("an address or a block that the operator opened is open, and its neighbours are not", async () => {
  host().put("/opened", { a: 1 });
  const one = new Egress({ allow: ["127.0.0.1"] });
  expect((await one.fetchJson(new URL(`https://127.0.0.1:${host().port}/opened`), LIMITS)).status).toBe(200);
  expect(await refusal(`https://127.0.0.2:${host().port}/opened`, { by: one })).toBe("its host has no public address.");
  expect((await egress.fetchJson(new URL(`${host().origin}/opened`), LIMITS)).text).toBe('{"a":1}');
});

test("only https is fetched, with a certificate that holds for the name", async () => {
  expect(await refusal(`http://127.0.0.1:${host().port}/`)).toBe("it is not an https URL.");
  expect(await refusal("ftp://127.0.0.1/")).toBe("it is not an https URL.");
  expect(await refusal(`${stranger().origin}/client`)).toBe("it cannot be reached.");
  const elsewhere = new Egress({ allow: ALLOW, resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]) });
  expect(await refusal(`https://other.example:${host().port}/`, { by: elsewhere })).toBe("it cannot be reached.");
});

test("redirects are not followed", async () => {
  const target = host().put("/target", { secret: true });
  for (const status of [301, 302, 303, 307, 308]) {
    const from = host().put(`/redirect-${status}`, (_, response) => response.writeHead(status, { location: target }).end());
    expect((await egress.fetchJson(new URL(from), LIMITS)).status).toBe(status);
  }
  expect(host().asked("/target")).toBe(0);
});

test("an answer of just the limit is taken, with a byte more it is not, whether it says its length or not", async () => {
  const put = (bytes: number, chunked: boolean): string => host().put(`/bytes-${bytes}-${chunked}`, (_, response) => {
    if (chunked) response.write("");
    response.end(jsonOf(bytes));
  });
  for (const chunked of [false, true]) {
    expect((await egress.fetchJson(new URL(put(LIMITS.bytesMax, chunked)), LIMITS)).text.length).toBe(LIMITS.bytesMax);
    expect(await refusal(put(LIMITS.bytesMax + 1, chunked))).toBe("it has more than 1,000 bytes.");
  }
  // One that never ends is left as soon as it is too long.
  const endless = host().put("/endless", (_, response) => {
    const timer = setInterval(() => response.write("a".repeat(500)), 5);
    response.on("close", () => clearInterval(timer));
  });
  expect(await refusal(endless)).toBe("it has more than 1,000 bytes.");
});

test("time is up for a name that does not answer, for a host that says nothing, and for one that drips", async () => {
  const limits = { ...LIMITS, timeoutMs: 200 };
  const late = "it was not there within 0.2 seconds.";
  expect(await refusal("https://apps.example/", { limits, by: new Egress({ resolve: () => new Promise(() => {}) }) })).toBe(late);
  expect(await refusal(host().put("/silent", () => {}), { limits })).toBe(late);
  const drip = host().put("/drip", (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write(" "), 20);
    response.on("close", () => clearInterval(timer));
  });
  expect(await refusal(drip, { limits })).toBe(late);
});

test("what is compressed, is not text, is cut off, or is no answer at all is refused", async () => {
  const bomb = host().put("/bomb", (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("a".repeat(1_000_000))));
  expect(await refusal(bomb)).toBe("it is compressed, although that was not asked for.");
  expect(await refusal(host().put("/latin", (_, response) => response.end(Buffer.from([0x22, 0xe9, 0x22]))))).toBe("it is not UTF-8.");
  expect(await refusal(host().put("/cut", (_, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => response.destroy());
  }))).toBe("it cannot be reached.");
  expect(await refusal(host().put("/hang-up", (request) => request.socket.destroy()))).toBe("it cannot be reached.");
  expect(await refusal(host().put("/headers", (_, response) => response.writeHead(200, { "x-long": "a".repeat(20_000) }).end()))).toBe("it cannot be reached.");
  expect(await refusal(host().put("/upgrade", (request) => request.socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n")))).toBe("it cannot be reached.");
});

/** Fetches that hang until their time is up, each `[host, network]`; the last is answered with why it was refused. */
async function crowd(...asked: [host: string, network: string | null][]): Promise<string> {
  const own = new Egress({ resolve: () => new Promise(() => {}) });
  const [last = ["", null], ...before] = asked.toReversed();
  const fetch = ([name, network]: [string, string | null]) => own.fetchJson(new URL(`https://${name}/`), { ...LIMITS, network, timeoutMs: 50 }).then(() => "It was fetched.", (error: Error) => error.name);
  const running = before.map(fetch);
  const reason = await fetch(last);
  await Promise.all(running);
  // Room is made as each ends.
  expect(await fetch(last)).toBe("EgressError");
  return reason;
}

test("twenty are fetched at a time, three for one network that asks, and two from one host; who comes then is told so before anything is asked", async () => {
  const many = (count: number): [string, string][] => Array.from({ length: count }, (_, index) => [`host${index}.example`, `network${index}`]);
  expect(await crowd(...many(20))).toBe("EgressError");
  expect(await crowd(...many(21))).toBe("EgressBusyError");
  expect(await crowd(["a.example", "one"], ["b.example", "one"], ["c.example", "one"])).toBe("EgressError");
  expect(await crowd(["a.example", "one"], ["b.example", "one"], ["c.example", "one"], ["d.example", "one"])).toBe("EgressBusyError");
  expect(await crowd(["a.example", "one"], ["b.example", "one"], ["c.example", "one"], ["d.example", "two"])).toBe("EgressError");
  expect(await crowd(["a.example", "one"], ["a.example", "two"])).toBe("EgressError");
  expect(await crowd(["a.example", "one"], ["a.example", "two"], ["a.example:8443", "three"])).toBe("EgressBusyError");
});

test("nothing that was not asked for is sent along", async () => {
  const target = host().put("/headers-sent", (request, response) => response.end(JSON.stringify(request.headers)));
  const { text } = await egress.fetchJson(new URL(target), LIMITS);
  expect(JSON.parse(text)).toEqual({ host: `localhost:${host().port}`, accept: "application/json", "accept-encoding": "identity", "user-agent": "Loci", connection: "close" });
});
