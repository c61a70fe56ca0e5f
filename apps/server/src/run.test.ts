import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { spawnServer, type SpawnedServer } from "./testing/server-process.ts";

function startProcess(env: Record<string, string>, dataDir = mkdtempSync(path.join(tmpdir(), "loci-run-"))): SpawnedServer {
  const server = spawnServer(env, dataDir);
  onTestFinished(() => {
    server.child.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  });
  return server;
}

test("the first start prints address, key and two commands; a signal stops it with exit 0, and the next start prints no key", async () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "loci-run-"));
  const first = startProcess({ PORT: "0" }, dataDir);
  const url = await first.see(/listens on (http:\S+)/);
  const key = await first.see(/The key is (mk_live_\S+)/);
  await first.see(/v1\/recall/);
  const answer = await fetch(`${url}/v1/store`, { method: "POST", headers: { authorization: `Bearer ${key}`, "content-type": "application/json" }, body: '{"content": "tea"}' });
  expect(answer.status).toBe(200);
  first.child.kill("SIGTERM");
  expect(await first.exit).toBe(0);
  expect(first.output()).toContain('"msg":"stopped"');

  const second = startProcess({ PORT: "0" }, dataDir);
  await second.see(/The key is in (\S+first-key)/);
  expect(second.output()).not.toContain("mk_live_");
  second.child.kill("SIGINT");
  expect(await second.exit).toBe(0);
});

test("in production nothing is made and no key is printed", async () => {
  const { child, see, output, exit } = startProcess({ PORT: "0", NODE_ENV: "production", PUBLIC_URL: "http://localhost:8080", KEY_PEPPER: "q7Vt0m3Zk9xW1bRfYc8Lh2NsGd5JpAe6UiTo4", AUTH_SECRET: "w3Rk8Zq1Xv6Tn0Yb5Lc9Pd2Mf7Hj4Gs8Ua3Ie6" });
  await see(/"msg":"listening"/);
  await sleep(200);
  expect(output()).not.toMatch(/mk_|The key/);
  expect(output()).toMatch(/"level":"warn".*npm run admin -- account create/);
  child.kill("SIGTERM");
  expect(await exit).toBe(0);
});

test("a bad configuration is told whole, and nothing starts", async () => {
  const { exit, output } = startProcess({ PORT: "x", LOCI_HSOT: "1", NODE_ENV: "production" });
  expect(await exit).toBe(1);
  expect(output()).toMatch(/5 faults:[^]*LOCI_HOST[^]*PORT must[^]*KEY_PEPPER is missing/);
  expect(output()).not.toContain("    at ");
});

test("a port that is taken is named, with the way to another", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { exit, output } = startProcess({ PORT: String(port) });
  expect(await exit).toBe(1);
  expect(output()).toContain(`Port ${port} on 127.0.0.1 is taken`);
  expect(output()).toContain(`PORT=${port + 1}`);
  taken.close();
});

test("while it stops, what is in flight is finished, and a second signal ends it at once", async () => {
  const { child, see, exit } = startProcess({ PORT: "0" });
  const url = new URL(await see(/listens on (http:\S+)/));
  const key = await see(/The key is (mk_live_\S+)/);
  const { connect } = await import("node:net");
  const socket = connect(Number(url.port), url.hostname);
  const body = '{"content": "tea"}';
  socket.write(`POST /v1/store HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n{`);
  await sleep(200);
  child.kill("SIGTERM");
  await see(/"msg":"stopping"/);
  const ready = await fetch(new URL("/readyz", url));
  expect(ready.status).toBe(503);
  socket.write(body.slice(1));
  const [chunk] = (await once(socket, "data")) as [Buffer];
  expect(chunk.toString()).toMatch(/^HTTP\/1.1 200[^]*[Cc]onnection: close/);
  expect(await exit).toBe(0);

  const stuck = startProcess({ PORT: "0" });
  const other = new URL(await stuck.see(/listens on (http:\S+)/));
  const otherKey = await stuck.see(/The key is (mk_live_\S+)/);
  const hanging = connect(Number(other.port), other.hostname);
  hanging.on("error", () => undefined);
  hanging.write(`POST /v1/store HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${otherKey}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`);
  await sleep(200);
  stuck.child.kill("SIGTERM");
  await stuck.see(/"msg":"stopping"/);
  stuck.child.kill("SIGTERM");
  expect(await stuck.exit).toBe(1);
});
