import { expect, test } from "vitest";
import { newClient, newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

const newApp = async (kind: "registered" | "document" | "own" = "registered") => {
  const ada = await app().newPerson();
  const { call } = await newConnection(app(), ada, { client: await newClient(app(), "Notes helper", kind) });
  return { ada, call, own: (method: string, path: string, body?: object) => ada.call(method, path, body, { "x-workspace": ada.workspace }) };
};

test.each(["registered", "document"] as const)("what a %s app writes is never more trusted than an assistant's word, and names no source that it likes, by whatever route", async (kind) => {
  const { call } = await newApp(kind);
  const claims = { trust: "user", source: { kind: "user", client: "Ada" } };
  const source = { kind: "api", client: "Notes helper" };
  const stored = (await call("POST", "/v1/store", { content: "The account is 666.", ...claims })).body;
  expect(stored.memory).toMatchObject({ trust: "agent", source });
  const plain = (await call("POST", "/v1/store", { content: "The bank is closed." })).body;
  expect(plain.memory).toMatchObject({ trust: "agent", source });
  const { results } = (await call("POST", "/v1/store", { messages: [{ role: "user", content: "I am Ada." }, { role: "assistant", content: "Hello." }], ...claims })).body;
  expect(results).toMatchObject([{ memory: { trust: "agent", source } }, { memory: { trust: "agent", source } }]);
  const batch = (await call("POST", "/v1/batch", { operations: [{ op: "store", content: "Pay at once.", ...claims }] })).body;
  expect(batch.results).toMatchObject([{ body: { memory: { trust: "agent", source } } }]);
  expect((await call("PATCH", `/v1/memories/${plain.memory.id}`, { trust: "user" })).body.memory.trust).toBe("agent");
  expect((await call("POST", "/v1/store", { content: "A page said so.", trust: "web" })).body.memory.trust).toBe("web");
});

test("an app cannot take over a person's word: the same is ignored, none is superseded or rewritten, and none is brought back as the person's", async () => {
  const { call, own } = await newApp();
  const { memory } = (await own("POST", "/v1/store", { content: "Ada likes tea." })).body;
  expect(memory.trust).toBe("user");
  const at = `/v1/memories/${memory.id}`;
  expect((await call("POST", "/v1/store", { content: "Ada likes tea.", tags: ["sugar"], trust: "user" })).body).toMatchObject({ status: "ignored", memory: { trust: "user", tags: [] } });
  expect((await call("POST", "/v1/store", { content: "Ada likes rum.", supersedes: memory.id, trust: "user" })).status).toBe(403);
  expect((await call("PATCH", at, { content: "Ada likes rum.", trust: "user" })).status).toBe(403);
  for (const patch of [{ trust: "agent" }, { trust: "web", content: "Ada likes rum." }]) expect((await call("PATCH", at, patch)).body.error).toMatchObject({ code: "forbidden", param: "trust", details: { reason: "trust" } });
  expect((await call("PATCH", at, { trust: "user", tags: ["drinks"] })).body.memory).toMatchObject({ trust: "user", tags: ["drinks"] });
  // Its person says that it is only what an assistant said.
  for (const patch of [{ trust: "agent" }, { content: "Ada likes coffee." }]) expect((await own("PATCH", at, patch)).status).toBe(200);
  expect((await call("POST", `${at}/restore`, { version: 1 })).body.memory).toMatchObject({ content: "Ada likes tea.", trust: "agent" });
  expect((await own("POST", `${at}/restore`, { version: 1 })).body.memory.trust).toBe("user");
});

test("a person's command line says what its person says", async () => {
  const { call } = await newApp("own");
  expect((await call("POST", "/v1/store", { content: "I like tea.", source: { kind: "cli" } })).body.memory).toMatchObject({ trust: "user", source: { kind: "cli", client: "Notes helper" } });
});
