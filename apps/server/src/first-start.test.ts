import { readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { readConfig, type Environment } from "./config.ts";
import { ensureFirstKey, findWayIn, toGreeting } from "./first-start.ts";
import { startTestApp } from "./testing/harness.ts";
import { createWorkspace } from "./workspaces/service.ts";

test("the first start makes a workspace and a key that works, for its owner's eyes only; later starts make nothing", async () => {
  const { server, dataDir, call } = await startTestApp();
  const parts = { ...server, dataDir };
  const file = path.join(dataDir, "first-key");
  const first = await ensureFirstKey(parts);
  const key = readFileSync(file, "utf8").trim();
  expect(first).toEqual({ kind: "created", key, file });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const headers = { authorization: `Bearer ${key}` };
  expect((await call("POST", "/v1/store", { content: "Ada prefers tea." }, headers)).status).toBe(200);

  expect(await ensureFirstKey(parts)).toEqual({ kind: "kept", file });
  rmSync(file);
  expect(await ensureFirstKey(parts)).toEqual({ kind: "none" });
});

test("a first start that was cut short before the key is finished by the next one", async () => {
  const { server, dataDir } = await startTestApp();
  await createWorkspace({ control: server.control, now: server.now }, "local");
  expect(await ensureFirstKey({ ...server, dataDir })).toMatchObject({ kind: "created" });
});

test("the greeting holds commands that work as printed", async () => {
  const { server, dataDir, call } = await startTestApp();
  const first = await ensureFirstKey({ ...server, dataDir });
  const commands = toGreeting("http://127.0.0.1:8080", first).split("\n").filter((line) => line.startsWith("curl "));
  expect(commands).toHaveLength(2);
  const answers = [];
  for (const command of commands) {
    const [, url = ""] = /http:\/\/127\.0\.0\.1:8080(\S+)/.exec(command) ?? [];
    const [, body] = / -d '(.+)'$/.exec(command) ?? [];
    const headers = Object.fromEntries([...command.matchAll(/-H ["']([^:]+): ([^"']+)["']/g)].map(([, name, value]) => [name ?? "", value ?? ""]));
    answers.push(await call("POST", url, body, headers));
  }
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(answers[1]?.body.memories[0].content).toContain("tea");
});

test("a server in production without an account says what becomes of the first one, and no other server does", () => {
  const config = (env: Environment = {}) => readConfig({ NODE_ENV: "production", PUBLIC_URL: "https://loci.test", KEY_PEPPER: "q7Vt0m3Zk9xW1bRfYc8Lh2NsGd5JpAe6UiTo4", AUTH_SECRET: "w3Rk8Zq1Xv6Tn0Yb5Lc9Pd2Mf7Hj4Gs8Ua3Ie6", ...env });
  const reachable = [{ SMTP_URL: "smtps://mail.example.com" }, { GITHUB_CLIENT_ID: "Iv1.8a61f9b3", GITHUB_CLIENT_SECRET: "a0c1e2b3d4f5" }];
  expect(findWayIn(config(), false)).toContain("npm run admin -- account create ADDRESS");
  expect(findWayIn(config(), false)).toContain("nobody can sign up");
  for (const env of reachable) expect(findWayIn(config(env), false)).toContain("the first to sign up becomes operator");
  expect([findWayIn(config(), true), ...reachable.map((env) => findWayIn(config(env), true)), findWayIn(config({ NODE_ENV: "development" }), false)]).toEqual([null, null, null, null]);
});

test("a later greeting says where the key is, and not what it is", () => {
  const greeting = toGreeting("http://127.0.0.1:8080", { kind: "kept", file: "/data/first-key" });
  expect(greeting).toContain("/data/first-key");
  expect(greeting).not.toContain("mk_");
  expect(toGreeting("http://127.0.0.1:8080", { kind: "none" })).toContain("key create");
});
