import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { shareListeningApp } from "../../server/src/testing/chromium.ts";
import { COMMAND_NAMES, COMMANDS } from "./commands/table.ts";
import { toCommandHelp } from "./help.ts";
import { answerJson, openAnsweringServer } from "./testing/answering-server.ts";
import { MAIN, newMachine, type Machine } from "./testing/machine.ts";
import { VERSION } from "./version.ts";

const app = shareListeningApp();

async function newCaller(): Promise<{ machine: Machine; key: string }> {
  const { key } = await app().newWorkspace();
  return { machine: newMachine({ LOCI_API_KEY: key, LOCI_BASE_URL: app().url }), key };
}

test("--help shows every command with its line, and each command its own help", async () => {
  const { code, stdout, stderr } = await newMachine().run(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await expect(stdout).toMatchFileSnapshot("testing/golden/help.txt");
  const helps = await Promise.all(COMMAND_NAMES.map(async (name) => toCommandHelp(name, await COMMANDS.get(name)!.load())));
  await expect(helps.join(`\n${"=".repeat(80)}\n\n`)).toMatchFileSnapshot("testing/golden/help-of-commands.txt");
  for (const line of [stdout, ...helps].join("\n").split("\n")) expect(line.length, line).toBeLessThanOrEqual(110);
});

test("help of a command and the version need no server, no sign-in and no arguments", async () => {
  const machine = newMachine();
  expect((await machine.run(["recall", "--help"])).stdout).toContain("loci recall QUESTION");
  expect((await machine.run(["mcp", "add", "-h"])).stdout).toContain("loci mcp add");
  for (const args of [["--version"], ["recall", "--version"]]) expect(await machine.run(args)).toEqual({ code: 0, stdout: `loci ${VERSION}\n`, stderr: "" });
  expect(await machine.runJson(["--version"])).toEqual([{ version: VERSION }]);
});

const REFUSALS = [
  { status: 400, code: "invalid_request", exit: 2 },
  { status: 401, code: "unauthenticated", exit: 4 },
  { status: 402, code: "quota_exceeded", exit: 5 },
  { status: 403, code: "forbidden", exit: 5 },
  { status: 404, code: "not_found", exit: 3 },
  { status: 409, code: "conflict", exit: 2 },
  { status: 413, code: "too_large", exit: 2 },
  { status: 429, code: "rate_limited", exit: 6 },
  { status: 500, code: "internal", exit: 1 },
  { status: 502, code: "upstream_failed", exit: 7 },
  { status: 503, code: "unavailable", exit: 7 },
] as const;

test("the exit code tells a shell what kind of refusal it was, and the words go to standard error", async () => {
  // More seconds than the SDK waits for, so that nothing is tried again here.
  const idOf = (code: string) => `mem_${String(REFUSALS.findIndex((refusal) => refusal.code === code)).padStart(32, "0")}`;
  const url = await openAnsweringServer((request, response) => {
    const { status, code } = REFUSALS.find((refusal) => request.url === `/v1/memories/${idOf(refusal.code)}`) ?? REFUSALS[0];
    answerJson(response, status, { error: { code, message: `It is ${code}.`, request_id: "req_1" } }, { "retry-after": "3600" });
  });
  const machine = newMachine({ LOCI_API_KEY: "mk_live_anything", LOCI_BASE_URL: url });
  for (const { code, exit } of REFUSALS) {
    const plain = await machine.run(["get", idOf(code)]);
    expect(plain, code).toMatchObject({ code: exit, stdout: "", stderr: expect.stringContaining(`It is ${code}. (request req_1`) });
  }
  const { code, stdout, stderr } = await machine.run(["get", idOf("rate_limited"), "--agent"]);
  expect({ code, stdout }).toEqual({ code: 6, stdout: "" });
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "rate_limited", message: "It is rate_limited.", request_id: "req_1", retry_after: 3600, exit_code: 6 } });
});

const MISUSES: { args: string[]; code: number; says: string }[] = [
  { args: [], code: 2, says: "loci COMMAND" },
  { args: ["rcall", "x"], code: 2, says: "Did you mean recall?" },
  { args: ["recall", "x", "--gruop", "y"], code: 2, says: "Did you mean --group?" },
  { args: ["recall", "x", "--limit"], code: 2, says: "--limit" },
  { args: ["get"], code: 2, says: "loci get ID" },
  { args: ["get", "a", "b"], code: 2, says: '"b" is one too many' },
  { args: ["recall", "x", "--limit", "many"], code: 2, says: "--limit must be a whole number from 1 to 100" },
  { args: ["recall", "x", "--filter", "{"], code: 2, says: "--filter must be a JSON object" },
  { args: ["recall", "x", "--since", "soon"], code: 2, says: "--since must be a time" },
  { args: ["get", "xyz"], code: 2, says: "mem_ and 32 letters a to f and digits" },
  { args: ["restore", "mem_123"], code: 2, says: "is no id of a memory" },
  { args: ["forget", "mem_…", "--yes"], code: 2, says: "is no id of a memory" },
  { args: ["store", ""], code: 2, says: "The text is empty." },
  { args: ["recall", " "], code: 2, says: "The question is empty." },
  { args: ["whoami", "--profile", "work"], code: 4, says: "loci login --profile work" },
  { args: ["store", "-"], code: 2, says: "nothing on standard input" },
  { args: ["forget"], code: 2, says: "Say what to forget" },
  { args: ["forget", "--matching", "tea"], code: 2, says: "--min-score" },
  { args: ["keys", "create", "ci"], code: 2, says: "--scopes" },
  { args: ["mcp", "--folder", "x"], code: 2, says: "--local" },
  { args: ["list", "--local", "--base-url", "http://localhost:1"], code: 2, says: "--local and --base-url contradict each other" },
  { args: ["whoami", "--local"], code: 2, says: "This is about a server, and --local has none." },
  { args: ["login", "--local"], code: 2, says: "This is about a server, and --local has none." },
  { args: ["mcp", "add", "cursr"], code: 2, says: "Did you mean cursor?" },
  { args: ["completion", "csh"], code: 2, says: "bash, zsh, fish, powershell" },
  { args: ["whoami", "--base-url", "loci.example.com"], code: 2, says: "https://loci.example.com" },
  { args: ["whoami", "--profile", "a/b"], code: 2, says: "no name of a profile" },
  { args: ["whoami", "--api-key", "two words"], code: 2, says: "no API key" },
  { args: ["whoami"], code: 4, says: "loci login" },
  { args: ["whoami", "--api-key", "mk_live_anything", "--base-url", "http://127.0.0.1:9"], code: 7, says: "loci doctor" },
];

test("a mistake is told with what to do, and nothing goes to standard output", async () => {
  const machine = newMachine();
  for (const { args, code, says } of MISUSES) {
    expect(await machine.run(args), args.join(" ")).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
  }
});

test("all that the server finds at fault is told at once, each field once", async () => {
  const { machine } = await newCaller();
  const { code, stderr } = await machine.run(["store", "text", "--title", " ", "--session", "s".repeat(300), "--group", " g"]);
  expect(code).toBe(2);
  expect(stderr).not.toContain("details.faults");
  for (const field of ["title", "session", "group"]) expect(stderr.split(`\`${field}\``), stderr).toHaveLength(2);
});

test("with --json every answer is a line of JSON and nothing else is on standard output, whatever is stored", async () => {
  const { machine } = await newCaller();
  const hostile = "red \u001b[31m text\u009b2J, then\na second line\u202e";
  const [receipt] = await machine.runJson(["store", "-", "--group", "user:ada", "--tag", "a", "--tag", "b", "--importance", "0.9", "--metadata", '{"k":1}', "--occurred", "2026-01-02"], { input: hostile });
  expect(receipt).toMatchObject({ status: "created", memory: { content: hostile, group: "user:ada", tags: ["a", "b"], importance: 0.9, metadata: { k: 1 }, occurred_at: "2026-01-02T00:00:00.000Z" } });
  const { memory: { id } } = receipt as { memory: { id: string } };
  for (const args of [["list"], ["recall", "red text"], ["get", id]]) {
    const { stdout } = await machine.run([...args, "--json"]);
    expect(stdout.split("\n").slice(0, -1).map((line) => (JSON.parse(line) as { id: string }).id), args.join(" ")).toEqual([id]);
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    // Nor can what a terminal is shown do anything to it.
    expect((await machine.run(args)).stdout, args.join(" ")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  expect((await machine.runJson(["groups"]))[0]).toMatchObject({ name: "user:ada", memories: 1 });
  expect((await machine.runJson(["update", id, "plain", "--no-tags", "--title", "T"]))[0]).toMatchObject({ memory: { content: "plain", tags: [], title: "T", version: 2 } });
  expect((await machine.runJson(["usage"]))[0]).toMatchObject({ meters: { memories: { total: 1 } } });
  expect((await machine.runJson(["list", "--type", "task"]))).toEqual([]);
});

test("nothing is forgotten that was not confirmed, and many at once only by their name or number", async () => {
  const { machine } = await newCaller();
  const ids = await Promise.all(["one", "two", "three"].map(async (text) => ((await machine.runJson(["store", text, "--group", "user:ada"]))[0] as { memory: { id: string } }).memory.id));
  const [first = ""] = ids;
  const refused = [["forget", first], ["forget", "--group", "user:ada", "--yes"], ["forget", "--group", "user:ada", "--confirm", "user:bob"], ["forget", "--filter", '{"group":"user:ada"}', "--agent"], ["forget", first, "--group", "user:ada", "--yes"]];
  for (const args of refused) expect((await machine.run(args)).code, args.join(" ")).toBe(2);
  expect((await machine.run(["forget", "--filter", '{"group":"user:ada"}'])).stderr).toContain("--confirm 3");
  expect(await machine.runJson(["list"])).toHaveLength(3);

  expect((await machine.runJson(["forget", "--group", "user:ada", "--dry-run"]))[0]).toMatchObject({ dry_run: true, forgotten: { memories: 3 } });
  expect((await machine.runJson(["forget", first, "--yes"]))[0]).toMatchObject({ forgotten: { memories: 1 } });
  expect((await machine.runJson(["forget", "--filter", '{"group":"user:ada"}', "--confirm", "2"]))[0]).toMatchObject({ forgotten: { memories: 2 } });
  expect(await machine.runJson(["list", "--forgotten"])).toHaveLength(3);

  expect((await machine.run(["restore", first])).stdout).toBe(`${first} restored, version 1 now\n`);
  expect((await machine.runJson(["restore", first, "--to", "1"]))[0]).toMatchObject({ memory: { id: first, content: "one" } });
  expect(await machine.runJson(["list"])).toHaveLength(1);
});

test("a key is made, listed without its secret, replaced and revoked", async () => {
  const { machine } = await newCaller();
  const { stdout } = await machine.run(["keys", "create", "ci", "--scopes", "memories:read,groups:read", "--group", "user:ada", "--expires", "30d"]);
  const env = { LOCI_API_KEY: stdout.trim() };
  const [who] = await machine.runJson(["whoami"], { env });
  expect(who).toMatchObject({ kind: "key", name: "ci", group: "user:ada", permissions: ["memories:read", "groups:read"] });
  const { id } = who as { id: string };
  expect((await machine.run(["store", "no"], { env })).code).toBe(5);
  expect((await machine.run(["keys"])).stdout).not.toContain(stdout.trim());
  expect((await machine.runJson(["keys"])).find((key) => key["id"] === id)).toMatchObject({ name: "ci", state: "active" });

  const [rotated] = await machine.runJson(["keys", "rotate", id, "--grace", "0"]);
  expect((await machine.run(["whoami"], { env })).code).toBe(4);
  const { id: next, secret } = rotated as { id: string; secret: string };
  expect((await machine.run(["keys", "revoke", next])).code).toBe(2);
  expect((await machine.runJson(["keys", "revoke", next, "--yes"]))[0]).toEqual({ id: next, revoked: true });
  expect((await machine.run(["whoami"], { env: { LOCI_API_KEY: secret } })).code).toBe(4);
});

test("what was exported is imported elsewhere, and an export is written over nothing", async () => {
  const [from, to] = [await newCaller(), await newCaller()];
  for (const text of ["Ada prefers tea.", "Ada plays the cello."]) await from.machine.run(["store", text]);
  const { stdout } = await from.machine.run(["export"]);
  expect((await to.machine.runJson(["import", "-"], { input: stdout }))[0]).toMatchObject({ imported: { memories: 2 } });
  expect((await to.machine.runJson(["import", "-"], { input: stdout }))[0]).toMatchObject({ imported: { memories: 0 }, unchanged: { memories: 2 } });
  expect((await from.machine.runJson(["export", "all.jsonl"]))[0]).toEqual({ file: "all.jsonl", memories: 2, relationships: 0, lines: stdout.split("\n").length - 1 });
  expect((await from.machine.run(["export", "again.jsonl"])).stdout).toBe("Exported 2 memories and 0 relationships to again.jsonl.\n");
  expect(await from.machine.run(["export", "all.jsonl"])).toMatchObject({ code: 2, stderr: expect.stringContaining("is there already") });
});

test("a reader that has enough ends the command quietly", async () => {
  const { machine, key } = await newCaller();
  const batch = { operations: Array.from({ length: 300 }, (_, index) => ({ op: "store", content: `${index} ${"long ".repeat(200)}` })) };
  expect((await app().call("POST", "/v1/batch", batch, { authorization: `Bearer ${key}` })).status).toBe(200);
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", `set -o pipefail; "${process.execPath}" "${MAIN}" list --all --json | head -n 1 | wc -l`], { env: machine.env, cwd: machine.home });
  expect({ lines: stdout.trim(), stderr }).toEqual({ lines: "1", stderr: "" });
});

test("--verbose tells of each request with its id, and never of the key", async () => {
  const { machine, key } = await newCaller();
  const { stderr } = await machine.run(["whoami", "--verbose"]);
  expect(stderr).toMatch(/GET \S+\/v1\/whoami 200 in \d+ ms \(req_\w+\)/);
  expect(stderr).not.toContain(key.slice(8));
});

test("status and doctor say what is well, and doctor what to mend", async () => {
  const { machine } = await newCaller();
  expect((await machine.runJson(["status"]))[0]).toMatchObject({ ready: true });
  const findings = await machine.runJson(["doctor"]);
  expect(findings.map(({ check, state }) => `${String(check)} ${String(state)}`)).toEqual(["node ok", "sign-ins ok", "address ok", "environment ok", "server ok", "clock ok", "ready ok", "sign-in ok", "mcp ok"]);
  const html = await openAnsweringServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<h1>Router</h1>"));
  for (const [env, code, says] of [[{ LOCI_BASE_URL: "http://127.0.0.1:9" }, 7, "was not reached"], [{ LOCI_BASE_URL: html }, 7, "not as Loci does"], [{ LOCI_API_KEY: "mk_live_of_nobody" }, 4, "sign-in"]] as const) {
    expect(await machine.run(["doctor"], { env }), says).toMatchObject({ code, stdout: expect.stringContaining(says) });
  }
});
