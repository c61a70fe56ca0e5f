import { LociError } from "@loci/sdk";
import { expect, test, vi } from "vitest";
import * as z from "zod";
import { shareTestApp } from "../../../apps/server/src/testing/harness.ts";
import type { Caller } from "./caller.ts";
import { TOOL_LIST } from "./list.ts";
import { callTool, openClient, openMemory } from "./testing/open-memory.ts";

const app = shareTestApp();

/** A way to the API on which every call fails like this. */
function failing(error: unknown): Caller {
  return {
    request: async () => {
      throw error;
    },
  };
}

test("bad arguments are an answer that names each fault and what the tool takes", async () => {
  const memory = await openMemory(app());
  const { failed, text, error } = await memory.call("recall_memories", { limit: 0, grup: "x" });
  expect(failed).toBe(true);
  expect(error?.code).toBe("invalid_request");
  expect(text).toBe("invalid_request: `query` is missing: give a string. `limit` must be at least 1. `grup` is no argument here. recall_memories takes `query`, `group`, `limit`, `types`, `since`, `until`.");
  const said = async (name: string, args?: Record<string, unknown>) => (await memory.call(name, args)).text.replace(/ \w+ takes [^.]+\.$/, "");
  for (const id of ["../../keys", "mem_123", "abc"]) expect(await said("get_memory", { id })).toBe("invalid_request: `id` must be the id of a memory: mem_ and 32 hexadecimal digits, as the tools answer it.");
  const id = "mem_00000000000000000000000000000000";
  expect(await said("forget_memories")).toBe("invalid_request: Give either `ids` or `group`.");
  expect(await said("forget_memories", { ids: [id], group: "x" })).toBe("invalid_request: Give either `ids` or `group`.");
  expect(await said("forget_memories", { ids: [id, 7] })).toBe("invalid_request: `ids[1]` must be a string, not a number.");
  expect(await said("forget_memories", { ids: [] })).toBe("invalid_request: `ids` must hold at least 1 item.");
  expect(await said("store_memory", { importance: 1.5, trust: "user" })).toBe("invalid_request: `content` is missing: give a string. `importance` must be at most 1. `trust` must be one of \"agent\", \"web\".");
  expect(await said("list_memories", { limit: 1.5, tags: "x", cursor: null })).toBe("invalid_request: `tags` must be a list, not a string. `limit` must be a whole number, not a number. `cursor` must be a string, not null.");
  expect(await said("update_memory", { id })).toBe("invalid_request: Say what to change: at least one of `content`, `type`, `tags`, `importance`.");
  expect(memory.called).toEqual([]);
});

test("what the API refuses is an answer with its code, the field, and every fault", async () => {
  const memory = await openMemory(app());
  expect(await memory.call("get_memory", { id: "mem_00000000000000000000000000000000" })).toMatchObject({ failed: true, text: "not_found: There is no such memory.", error: { code: "not_found", request_id: expect.any(String) } });
  const { text, error } = await memory.call("store_memory", { content: " ", group: " x" });
  expect(error?.code).toBe("invalid_request");
  expect(text).toBe("invalid_request: `content` may not be only spaces. `group` may not begin or end with a space.");
  expect((await memory.call("store_memory", { content: "" })).text).toBe("invalid_request: `content` must have at least 1 character.");
});

test("an answer that failed has no structured content, which clients would hold against the schema", async () => {
  const client = await openClient(failing(new LociError("Slow down.", { code: "rate_limited", status: 429, retry_after: 7 })));
  const result = await client.callTool({ name: "list_memories", arguments: {} });
  expect(result).toMatchObject({ isError: true, content: [{ type: "text", text: "rate_limited: Slow down. Try again in 7 s." }], _meta: { "loci/error": { code: "rate_limited", retry_after: 7 } } });
  expect(result).not.toHaveProperty("structuredContent");
});

test("what was not meant for callers is told to the operator alone", async () => {
  for (const error of [new Error("secret of the house"), Object.assign(new Error("connect 10.0.0.1 secret of the house"), { code: "ECONNREFUSED" }), new TypeError("secret of the house")]) {
    const told: unknown[] = [];
    const client = await openClient(failing(error), { onError: (failure) => told.push(failure) });
    const answer = await callTool(client, "list_groups", {});
    expect(answer).toMatchObject({ failed: true, error: { code: "internal" } });
    await expect(client.readResource({ uri: "loci://memory/mem_0" })).rejects.toThrow("internal: Something failed on our side.");
    expect(JSON.stringify(answer)).not.toContain("secret of the house");
    expect(told).toEqual([error, error]);
  }
});

test("a tool that is not there is an error of the protocol that names those that are", async () => {
  const memory = await openMemory(app());
  await expect(memory.call("drop_tables")).rejects.toMatchObject({ code: -32_602, message: expect.stringContaining("There are: store_memory, recall_memories") });
});

test("a call that the client gives up ends on its way to the API", async () => {
  let seen: AbortSignal | undefined;
  const caller: Caller = {
    request: (_route, ...args) => new Promise((_, reject) => {
      seen = args[1]?.signal;
      seen?.addEventListener("abort", () => reject(seen?.reason as Error));
    }),
  };
  const client = await openClient(caller);
  const hangUp = new AbortController();
  const call = client.callTool({ name: "list_memories", arguments: {} }, { signal: hangUp.signal });
  await vi.waitFor(() => expect(seen).toBeDefined());
  hangUp.abort();
  await expect(call).rejects.toThrow(/abort/i);
  await vi.waitFor(() => expect(seen?.aborted).toBe(true));
});

test("a memory is a resource: found by its template, in full, and never listed", async () => {
  const memory = await openMemory(app());
  const content = `Whole.${" long".repeat(2_000)}`;
  const { data: { id } } = await memory.call("store_memory", { content });
  expect((await memory.client.listResources()).resources).toEqual([]);
  expect((await memory.client.listResourceTemplates()).resourceTemplates).toMatchObject([{ uriTemplate: "loci://memory/{id}", mimeType: "text/plain" }]);
  const { contents } = await memory.client.readResource({ uri: `loci://memory/${id}` });
  expect(contents).toEqual([{ uri: `loci://memory/${id}`, mimeType: "text/plain", text: expect.stringContaining(content) }]);
});

test.for(["loci://memory/mem_00000000000000000000000000000000", "loci://memory/../keys", "loci://memory/", "loci://keys/key_1", "file:///etc/passwd", "loci://memory/mem_0?x=1"])("the resource %s is not found, and the error says which", async (uri, { expect }) => {
  const { client } = await openMemory(app());
  await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32_602, data: { uri } });
});

test.for([["resources/read", { uri: 7 }], ["resources/read", {}], ["prompts/get", { name: 7 }], ["prompts/get", { name: "recall_first", arguments: { task: 7 } }], ["tools/call", { name: 7 }]] as const)("%s with %o is at fault itself, not the server", async ([method, params], { expect }) => {
  const { client } = await openMemory(app());
  await expect(client.request({ method, params } as never, z.looseObject({}))).rejects.toMatchObject({ code: -32_602 });
});

test("another workspace's memory is not there, as a tool and as a resource", async () => {
  const [mine, theirs] = [await openMemory(app()), await openMemory(app())];
  const { data: { id } } = await theirs.call("store_memory", { content: "Theirs." });
  expect((await mine.call("get_memory", { id })).error?.code).toBe("not_found");
  await expect(mine.client.readResource({ uri: `loci://memory/${id}` })).rejects.toMatchObject({ code: -32_602 });
  expect((await mine.call("recall_memories", { query: "theirs" })).data.memories).toEqual([]);
});

test("prompts name the tools of their profile, and ask for what they need", async () => {
  const read = async (profile: "full" | "minimal") => {
    const client = await openClient(failing(new Error("not called")), { profile });
    const { prompts } = await client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(["recall_first", "store_learned"]);
    const texts = [await client.getPrompt({ name: "recall_first", arguments: { task: "Plan the trip to Lisbon" } }), await client.getPrompt({ name: "store_learned" })];
    await expect(client.getPrompt({ name: "recall_first" })).rejects.toMatchObject({ code: -32_602, message: expect.stringContaining("`task`") });
    await expect(client.getPrompt({ name: "other" })).rejects.toMatchObject({ code: -32_602, message: expect.stringContaining("recall_first, store_learned") });
    return texts.map(({ messages }) => (messages[0]!.content as { text: string }).text);
  };
  const [full, minimal] = [await read("full"), await read("minimal")];
  expect(full[0]).toContain("Plan the trip to Lisbon");
  expect(full.join(" ")).toMatch(/recall_memories.*store_memory/s);
  expect(minimal.join(" ")).toMatch(/search_memories.*add_memory/s);
  expect(minimal.join(" ")).not.toMatch(/recall_memories|store_memory/);
});

test("the instructions name only tools that are there", async () => {
  for (const profile of ["full", "minimal"] as const) {
    const client = await openClient(failing(new Error("not called")), { profile });
    const named = client.getInstructions()?.match(/\b[a-z]+(_[a-z]+)+\b/g) ?? [];
    expect(named.length).toBeGreaterThan(1);
    expect(TOOL_LIST[profile].map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  }
});

test("what only the conformance suite calls is there only when asked for", async () => {
  const names = async (fixtures: boolean) => {
    const client = await openClient(failing(new Error("not called")), { fixtures });
    const [{ tools }, { prompts }, { resources }] = [await client.listTools(), await client.listPrompts(), await client.listResources()];
    return [...tools, ...prompts, ...resources].map(({ name }) => name);
  };
  expect((await names(false)).filter((name) => /test|fixture|static|json_schema/.test(name))).toEqual([]);
  expect(await names(true)).toEqual(expect.arrayContaining(["store_memory", "test_simple_text", "test_simple_prompt", "static-text"]));
  const client = await openClient(failing(new Error("not called")));
  expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {} });
  await expect(callTool(client, "test_simple_text", {})).rejects.toMatchObject({ code: -32_602 });
});
