import { expect, test } from "vitest";
import { readClientName } from "./client-name.ts";

const hello = (clientInfo: unknown) => ({ jsonrpc: "2.0", id: 1, method: "initialize", params: { clientInfo } });

test("an assistant's name goes into a header as one word, whatever it is, and none is none", () => {
  expect(readClientName(hello({ name: "Visual Studio Code", version: "1.2 beta" }))).toBe("Visual-Studio-Code/1.2-beta");
  expect(readClientName(hello({ name: " Café\r\nX-Evil: 1 ", version: 2 }))).toBe("Caf-X-Evil:-1");
  expect(readClientName(hello({ name: "x".repeat(500), version: "1" }))?.length).toBeLessThan(70);
  expect(readClientName({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: { "io.modelcontextprotocol/clientInfo": { name: "a", version: "1" } } } })).toBe("a/1");
  for (const said of [undefined, null, 1, {}, { name: "" }, { name: "日本" }]) expect(readClientName(hello(said))).toBeNull();
  expect(readClientName({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { clientInfo: { name: "a" } } })).toBeNull();
});
