import { once } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { openCallback, type Callback } from "./callback.ts";

const STATE = "the-state";

interface Answered {
  status: number | undefined;
  text: string;
}

/** As `fetch`, but for a Host header of one's own. */
function ask(callback: Callback, query: string, headers: Record<string, string> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request(`${callback.redirectUri}?${query}`, { headers, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString())).on("end", () => resolve({ status: response.statusCode, text }));
    }).on("error", reject).end();
  });
}

async function openSocket({ redirectUri }: Callback, said = ""): Promise<Socket> {
  const socket = connect(Number(new URL(redirectUri).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(said);
  return socket;
}

const waitFor = (callback: Callback) => callback.wait(STATE, new AbortController().signal);

test("a second request is answered at once, while the first still waits for how it ends", async () => {
  using callback = await openCallback();
  const waiting = waitFor(callback);
  const first = ask(callback, `state=${STATE}&code=one`);
  const returned = await waiting;
  expect(await ask(callback, `state=${STATE}&code=two`)).toMatchObject({ status: 409, text: expect.stringContaining("The terminal says how it ended.") });
  expect(returned.url.searchParams.get("code")).toBe("one");
  returned.answer("You are signed in", "Go back.");
  expect(await first).toMatchObject({ status: 200, text: expect.stringContaining("You are signed in") });
  expect((await ask(callback, `state=${STATE}&code=three`)).status).toBe(409);
});

test("what was answered arrives whole, and then everybody is cut off who holds a line open", async () => {
  const callback = await openCallback();
  const waiting = waitFor(callback);
  const { host } = new URL(callback.redirectUri);
  const sockets = [await openSocket(callback), await openSocket(callback, "GET /callback HTTP/1.1\r\nHost: x\r\n"), await openSocket(callback, `GET /other HTTP/1.1\r\nHost: ${host}\r\n\r\n`)];
  const ends = sockets.map((socket) => once(socket.resume(), "close"));
  const first = ask(callback, `state=${STATE}&code=one`);
  (await waiting).answer("You are signed in", "Go back.");
  callback[Symbol.dispose]();
  expect(await first).toMatchObject({ status: 200, text: expect.stringMatching(/You are signed in[^]*<\/html>/) });
  await Promise.all(ends);
  await expect(ask(callback, `state=${STATE}`)).rejects.toThrow("ECONNREFUSED");
});

test("a request under another name than the loopback address, or with another state, ends nothing", async () => {
  using callback = await openCallback();
  const waiting = waitFor(callback);
  const { port } = new URL(callback.redirectUri);
  for (const host of ["evil.example", `localhost:${port}`, "127.0.0.1"]) expect((await ask(callback, `state=${STATE}&code=x`, { host })).status, host).toBe(404);
  expect((await ask(callback, "state=other&code=x")).status).toBe(400);
  const last = ask(callback, `state=${STATE}&code=ours`);
  const returned = await waiting;
  returned.answer("Done", "Done.");
  expect((await last).status).toBe(200);
  expect(returned.url.searchParams.get("code")).toBe("ours");
});
