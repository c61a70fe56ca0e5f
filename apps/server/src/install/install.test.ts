import { INSTALL_CLIENTS } from "@loci/mcp/install";
import { expect, test } from "vitest";
import { readPersonalPath, readResource } from "../oauth/resources.ts";
import { shareTestApp } from "../testing/harness.ts";

const PUBLIC_URL = "https://loci.test";
const app = shareTestApp({ env: { PUBLIC_URL } });

test("everybody may read how clients are told of this instance, from any site", async () => {
  const { status, headers, body } = await app().call("GET", "/v1/mcp/clients");
  expect(status).toBe(200);
  expect(headers.get("access-control-allow-origin")).toBe("*");
  expect(body.items.map(({ client }: { client: string }) => client)).toEqual(INSTALL_CLIENTS.map(({ slug }) => slug));
  for (const { url, name, ways } of body.items) {
    expect({ url, name }).toEqual({ url: `${PUBLIC_URL}/mcp`, name: "loci" });
    for (const way of ways) expect(Object.keys(way)).not.toContain("value");
  }
});

test("a person is told an address for each client in each of their workspaces, and no others", async () => {
  const ada = await app().newPerson();
  const bob = await app().newPerson();
  const { slug } = (await ada.call("POST", "/v1/workspaces", { name: "Analytical Engines" })).body;
  await bob.call("POST", "/v1/workspaces", { name: "Difference Engines" });
  const { body } = await ada.call("GET", "/v1/account/mcp");
  expect(body.items.map(({ workspace }: { workspace: { kind: string } }) => workspace.kind)).toEqual(["personal", "team"]);
  for (const { workspace, clients } of body.items) {
    expect(clients.map(({ client }: { client: string }) => client)).toEqual(INSTALL_CLIENTS.map((client) => client.slug));
    for (const { client, url, name } of clients) {
      const path = readResource(PUBLIC_URL, url);
      expect(readPersonalPath(path ?? "")).toEqual({ client, workspace: workspace.slug });
      expect(name).toBe(workspace.kind === "personal" ? "loci" : `loci-${slug}`);
    }
  }
});

test("what goes into a project with its other files holds no personal address", async () => {
  const ada = await app().newPerson();
  await ada.call("POST", "/v1/workspaces", { name: "Analytical Engines" });
  const items: { clients: { url: string; ways: { kind: string; text?: string; files?: { linux: string } | null }[] }[] }[] = (await ada.call("GET", "/v1/account/mcp")).body.items;
  const files = items.flatMap(({ clients }) => clients.flatMap(({ url, ways }) => ways.filter(({ kind, files }) => kind === "config" && files != null).map((way) => ({ url, ...way }))));
  for (const { url, text, files: places } of files) {
    const own = places?.linux.startsWith("~") === true;
    expect(text, places?.linux).toContain(`"${own ? url : `${PUBLIC_URL}/mcp`}"`);
  }
  expect(files.filter(({ files: places }) => places?.linux.startsWith("~") === false)).toHaveLength(4);
});

test("every address that is told leads to a sign-in for exactly this address", async () => {
  const ada = await app().newPerson();
  const personal = (await ada.call("GET", "/v1/account/mcp")).body.items[0].clients;
  const shared = (await app().call("GET", "/v1/mcp/clients")).body.items[0];
  for (const { url } of [shared, ...personal] as { url: string }[]) {
    const asked = await app().call("POST", url.slice(PUBLIC_URL.length), { jsonrpc: "2.0", id: 1, method: "tools/list" }, { accept: "application/json, text/event-stream" });
    expect(asked.status, url).toBe(401);
    const [, metadata = ""] = /resource_metadata="([^"]+)"/.exec(asked.headers.get("www-authenticate") ?? "") ?? [];
    expect((await app().call("GET", metadata.slice(PUBLIC_URL.length))).body.resource).toBe(url);
  }
});

test("workspaces come a page at a time, and one client can be asked for alone", async () => {
  const ada = await app().newPerson();
  for (const name of ["One", "Two"]) await ada.call("POST", "/v1/workspaces", { name });
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await ada.call("GET", `/v1/account/mcp?client=cursor&limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
    for (const { workspace, clients } of body.items) {
      expect(clients.map(({ client }: { client: string }) => client)).toEqual(["cursor"]);
      seen.push(workspace.name);
    }
    cursor = body.next;
  }
  expect(seen.slice(1)).toEqual(["One", "Two"]);
  const { status, body } = await ada.call("GET", "/v1/account/mcp?client=netscape");
  expect({ status, param: body.error.param }).toEqual({ status: 400, param: "client" });
  expect(body.error.message).toContain("cursor");
});

test("nobody's addresses are told to who is not signed in, and a key is nobody", async () => {
  const { key } = await app().newWorkspace();
  expect((await app().call("GET", "/v1/account/mcp")).status).toBe(401);
  expect((await app().call("GET", "/v1/account/mcp", undefined, { authorization: `Bearer ${key}` })).status).toBe(403);
});
