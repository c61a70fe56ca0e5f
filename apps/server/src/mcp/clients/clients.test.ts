import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { UnauthorizedError } from "@modelcontextprotocol/client";
import { ResponseBodyError, WWWAuthenticateChallengeError } from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { shareBrowser } from "../../testing/chromium.ts";
import { LOOPBACK, shareDocumentHost } from "../../testing/document-host.ts";
import { endAccess, sendBare, type McpApp, type ToolAnswer } from "../../testing/mcp-apps/mcp-app.ts";
import { McpRemote } from "../../testing/mcp-apps/mcp-remote.ts";
import { OfficialApp } from "../../testing/mcp-apps/official-app.ts";
import { StrictApp } from "../../testing/mcp-apps/strict-app.ts";
import { openServerProcess, type ServerProcess } from "../../testing/server-process.ts";
import { shareCallback, Visitor } from "../../testing/visitor.ts";

const chromium = shareBrowser();
const callback = shareCallback();
const documents = shareDocumentHost();

let server: ServerProcess;
let mcp: string;
beforeAll(async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "loci-certificate-"));
  const NODE_EXTRA_CA_CERTS = path.join(dir, "documents.pem");
  writeFileSync(NODE_EXTRA_CA_CERTS, documents().cert);
  server = await openServerProcess({ EGRESS_ALLOW: LOOPBACK, NODE_EXTRA_CA_CERTS });
  rmSync(dir, { recursive: true });
  mcp = `${server.url}/mcp`;
  // The clients run in a process without a server. Where one was, it left a lighter Response, and what `fetch` gives is none of those.
  vi.stubGlobal("Response", (await fetch("data:,")).constructor);
});
afterAll(() => {
  vi.unstubAllGlobals();
  return server?.remove();
});

const ALL = "memory:read memory:write memory:delete";

let people = 0;
const newVisitor = (): Promise<Visitor> => Visitor.open(server, chromium(), `Ada${++people}`);

const contentsOf = ({ structuredContent }: ToolAnswer): string[] => structuredContent.memories.map(({ content }: { content: string }) => content);

/** Stores with an app and finds that again by other words. */
async function storeAndRecall(app: Pick<McpApp, "callTool">): Promise<void> {
  expect(await app.callTool("store_memory", { content: "The ferry to Samsø leaves at six." })).toMatchObject({ structuredContent: { status: "created" } });
  expect(contentsOf(await app.callTool("recall_memories", { query: "When does the ferry leave?" }))).toContain("The ferry to Samsø leaves at six.");
}

const statusOf = async (token: string): Promise<number> => (await sendBare(mcp, token)).status;

/** That an app comes by new tokens when its access ends, without its person, and that what it had works nowhere. */
async function expectRefresh(app: McpApp): Promise<void> {
  const before = app.tokens;
  await endAccess(server.url, app);
  await app.callTool("list_groups", {});
  expect(app.tokens.refresh).not.toBe(before.refresh);
  expect([await statusOf(before.access), await statusOf(app.tokens.access)]).toEqual([401, 200]);
}

/** What the official library says where it runs, as it does for want of a person to tell. */
function listen(): () => string {
  const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  onTestFinished(() => said.mockRestore());
  return () => said.mock.calls.flat().join("\n");
}

describe.each([
  ["2026-07-28", true],
  ["2025-11-25", false],
])("the official client of %s", (version, modern) => {
  test("finds where to sign in, registers, is let in by its person, stores, recalls, refreshes, and asks anew once it was cut off", async () => {
    const ada = await newVisitor();
    const app = new OfficialApp({ url: mcp, name: "Heron", redirect_uri: callback(), modern });
    onTestFinished(() => app.close());
    await app.connect((url) => ada.answer(url, { keyboard: modern }));
    expect(app.client.getNegotiatedProtocolVersion()).toBe(version);
    expect(ada.questions).toEqual(["Connect Heron?"]);
    expect(app.tokens).toMatchObject({ client_id: expect.stringMatching(/^cli_/) as string, scope: ALL });
    expect((await app.client.listTools()).tools.map(({ name }) => name)).toContain("recall_memories");
    await storeAndRecall(app);
    await expectRefresh(app);
    // It refreshes once for each call that finds its access over.
    await endAccess(server.url, app);
    await Promise.all(Array.from({ length: 5 }, () => app.callTool("list_groups", {})));
    expect(app.opened).toBeNull();

    const { access } = app.tokens;
    const said = listen();
    await ada.revoke("Heron");
    const refused = await sendBare(mcp, access);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe(`Bearer error="invalid_token", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="${ALL}"`);
    await expect(app.callTool("list_groups", {})).rejects.toThrow(UnauthorizedError);
    expect(said()).toContain("This sign-in was ended. Start again.");
    expect(app.kept.tokens).toBeUndefined();

    await app.finish((url) => ada.answer(url));
    expect(contentsOf(await app.callTool("recall_memories", { query: "ferry" }))).toEqual(["The ferry to Samsø leaves at six."]);
    expect(ada.questions).toHaveLength(2);
  });

  test("comes back for a scope that it lacks, is asked for all of them, and then goes on with its call", async () => {
    const ada = await newVisitor();
    const app = new OfficialApp({ url: mcp, name: "Heron", redirect_uri: callback(), modern });
    onTestFinished(() => app.close());
    await app.connect((url) => ada.answer(url, { without: ["Store and change memories", "Forget memories"] }));
    expect(app.tokens.scope).toBe("memory:read");
    const store = { name: "store_memory", arguments: { content: "Ada likes tea." } };
    const refused = await sendBare(mcp, app.tokens.access, { jsonrpc: "2.0", id: 1, method: "tools/call", params: store });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toBe(`Bearer error="insufficient_scope", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="memory:read memory:write"`);

    await expect(app.client.callTool(store)).rejects.toThrow(UnauthorizedError);
    expect(app.opened?.searchParams.get("scope")).toBe("memory:read memory:write");
    await app.finish((url) => ada.answer(url));
    const { id } = (await app.callTool("store_memory", store.arguments)).structuredContent;
    await expect(app.callTool("forget_memories", { ids: [id] })).rejects.toThrow(UnauthorizedError);
    expect(app.opened?.searchParams.get("scope")).toBe(ALL);
    await app.finish((url) => ada.answer(url));
    expect((await app.callTool("forget_memories", { ids: [id] })).isError).not.toBe(true);
    expect(contentsOf(await app.callTool("recall_memories", { query: "tea" }))).toEqual([]);
    expect(await ada.connection("Heron")).toMatchObject({ scopes: ["memory:read", "memory:write", "memory:delete"] });
  });
});

test("the official client is known by the document that describes it, and its person is asked once, until they cut it off", async () => {
  const ada = await newVisitor();
  const redirect_uri = documents().put("/heron/callback", (_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<h1>Signed in</h1>"));
  const document = documents().putClient("/heron/client.json", { client_name: "Heron", redirect_uris: [redirect_uri] });
  const app = new OfficialApp({ url: mcp, name: "Heron", redirect_uri, document, modern: true });
  onTestFinished(() => app.close());
  await app.connect((url) => ada.answer(url));
  expect(app.tokens.client_id).toBe(document);
  expect(await ada.connection("Heron")).toMatchObject({ client: { id: document, name: "Heron", kind: "document" } });
  await storeAndRecall(app);
  await expectRefresh(app);

  const again = new OfficialApp({ url: mcp, name: "Heron", redirect_uri, document, modern: true });
  onTestFinished(() => again.close());
  await again.connect((url) => ada.pass(url));
  await again.callTool("list_groups", {});
  expect(ada.questions).toHaveLength(1);

  const said = listen();
  await ada.revoke("Heron");
  for (const each of [app, again]) await expect(each.callTool("list_groups", {})).rejects.toThrow(UnauthorizedError);
  expect(said()).toContain("This sign-in was ended. Start again.");
  await again.finish((url) => ada.answer(url));
  await again.callTool("list_groups", {});
  expect(ada.questions).toHaveLength(2);
  expect(documents().asked("/heron/client.json")).toBe(1);
});

test("mcp-remote, known by a document, signs a program in that speaks over its standard input alone, refreshes for it, and says so when its person has cut it off", async () => {
  const ada = await newVisitor();
  const document = documents().putClient("/remote/client.json", { client_name: "Kestrel", redirect_uris: ["http://localhost/oauth/callback"], application_type: "native" });
  const app = await McpRemote.open(mcp, (url) => ada.answer(url), document);
  onTestFinished(() => app.close());
  expect(ada.questions).toEqual(["Connect Kestrel?"]);
  expect(app.tokens).toMatchObject({ client_id: document, scope: ALL });
  expect((await app.client.listTools()).tools.map(({ name }) => name)).toContain("recall_memories");
  await storeAndRecall(app);
  await expectRefresh(app);

  const { access } = app.tokens;
  await ada.revoke("Kestrel");
  expect(await statusOf(access)).toBe(401);
  const call = app.callTool("list_groups", {}).then(() => "went through", (error: Error) => error.message);
  const asked = await app.asks();
  await app.see(/requires authorization/g);
  await ada.answer(asked, { press: "Cancel" });
  expect(await call).toContain("access_denied");
});

test("a strict client finds no fault from the refused call to the end of its access, and a copied refresh token ends the sign-in", async () => {
  const ada = await newVisitor();
  const app = await StrictApp.open(mcp, callback());
  await app.connect((url) => ada.answer(url, { keyboard: true }));
  expect(app.tokens.scope).toBe("memory:read memory:write");
  await storeAndRecall(app);

  const first = app.tokens;
  await app.refresh();
  expect([app.tokens.access, app.tokens.refresh].some((token) => [first.access, first.refresh].includes(token))).toBe(false);
  await expect(app.callTool("list_groups", {}, first.access)).rejects.toThrow(WWWAuthenticateChallengeError);
  await app.callTool("list_groups", {});
  await app.refresh();
  const last = app.tokens;
  for (const copied of [first.refresh, last.refresh]) {
    const refused = await app.refresh(copied).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ResponseBodyError);
    expect(refused).toMatchObject({ status: 400, error: "invalid_grant" });
  }
  expect(await statusOf(last.access)).toBe(401);

  await app.connect((url) => ada.answer(url), "memory:read");
  expect(await refusalOf(app, "store_memory", { content: "No." })).toMatchObject({ status: 403, cause: [{ scheme: "bearer", parameters: { error: "insufficient_scope", scope: "memory:read memory:write" } }] });
  await ada.revoke("Strict");
  expect(await refusalOf(app, "list_groups", {})).toMatchObject({ status: 401, cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }] });
  await expect(app.refresh()).rejects.toMatchObject({ error: "invalid_grant" });
});

const refusalOf = (app: StrictApp, name: string, args: Record<string, unknown>): Promise<unknown> => app.callTool(name, args).catch((error: unknown) => error);
