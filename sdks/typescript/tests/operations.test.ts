import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { Loci } from "../src/index.ts";
import { callOperation, listCovered, listMethods } from "./methods.ts";

interface Parameter {
  $ref?: string;
  name?: string;
  in?: string;
}

interface Operation {
  operationId: string;
  tags: string[];
  parameters?: Parameter[];
  requestBody?: unknown;
  responses: Record<string, { content?: Record<string, unknown> }>;
}

interface Sent {
  url: string;
  init: RequestInit;
}

/** Why operations with these tags have no method of their own. All but pages can be called by `request` and `open`. */
const WITHOUT_BY_TAG: Record<string, string> = {
  "Sign-in": "A ceremony of a page with a person in front of it, and what it gives is a cookie of the browser.",
  "Second factor": "A ceremony of a page with a person in front of it.",
  Administration: "For operators of an instance, who have a command line.",
  OAuth: "OAuth's own protocol: a client of it takes its steps, and a page in front of a person the one between.",
  Pages: "A page, or a part of one.",
  Status: "For those who run the server: probes and metrics.",
  Docs: "The document from which the SDK is made, and pages made from it.",
};

const CEREMONY = "A step of proving who is there: the page of the account takes it.";

const MCP = "MCP's own protocol: an MCP client speaks it.";

const WITHOUT: Record<string, string> = {
  sendMcpMessage: MCP, openMcpStream: MCP, endMcpSession: MCP, sendPersonalMcpMessage: MCP, openPersonalMcpStream: MCP, endPersonalMcpSession: MCP,
  reportLeakedApiKeys: "For scanners that found keys; they sign what they send.",
  sendProofCode: CEREMONY, proveIdentity: CEREMONY, changePassword: CEREMONY, changeEmail: CEREMONY, verifyEmailChange: CEREMONY,
  listPasskeys: CEREMONY, createPasskey: CEREMONY, beginPasskeyRegistration: CEREMONY, updatePasskey: CEREMONY, deletePasskey: CEREMONY,
  listSignIns: CEREMONY, linkSignIn: CEREMONY, deleteSignIn: CEREMONY,
};

const document = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../../openapi.json"), "utf8")) as { paths: Record<string, Record<string, Operation>> };
const operations = Object.entries(document.paths).flatMap(([url, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), url })));

const isLeftOut = ({ operationId, tags }: Operation): boolean => operationId in WITHOUT || tags.some((tag) => tag in WITHOUT_BY_TAG);

test("every operation of openapi.json has a method or a reason why not, and none has both", () => {
  const covered = new Set(listCovered());
  expect(operations.filter((operation) => !covered.has(operation.operationId) && !isLeftOut(operation)).map(({ operationId }) => operationId)).toEqual([]);
  expect(operations.filter((operation) => covered.has(operation.operationId) && isLeftOut(operation)).map(({ operationId }) => operationId)).toEqual([]);
});

test("every method and every reason is of an operation that is there", () => {
  const ids = new Set(operations.map(({ operationId }) => operationId));
  const tags = new Set(operations.flatMap((operation) => operation.tags));
  expect([...listCovered(), ...Object.keys(WITHOUT)].filter((id) => !ids.has(id))).toEqual([]);
  expect(Object.keys(WITHOUT_BY_TAG).filter((tag) => !tags.has(tag))).toEqual([]);
});

test("every public method of the client is the method of an operation", () => {
  const loci = new Loci();
  const named = new Set(listMethods());
  expect(listPublic(loci).filter((name) => !named.has(name))).toEqual(["open", "request"]);
});

function listPublic(noun: object, prefix = ""): string[] {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(noun)).filter((name) => name !== "constructor").map((name) => prefix + name);
  return [...methods, ...Object.entries(noun).flatMap(([name, inner]) => listPublic(inner as object, `${prefix}${name}.`))].sort();
}

test.for(operations.filter(({ operationId }) => listCovered().includes(operationId)))("$operationId is sent as openapi.json declares it", async (operation, { expect }) => {
  const { operationId, method, url, parameters = [], requestBody } = operation;
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place).map(({ name = "" }) => name);
  const sent: Sent[] = [];
  const bytes = !Object.values(operation.responses).some(({ content }) => content !== undefined && "application/json" in content) && !("204" in operation.responses);
  const loci = new Loci({
    apiKey: "mk_test_x", baseUrl: "http://loci.test",
    fetch: (url, init) => {
      sent.push({ url, init });
      return bytes ? new Response("{}\n", { headers: { "content-type": "application/x-ndjson" } }) : Response.json({ items: [], versions: [], next: null });
    },
  });
  const query = Object.fromEntries(of("query").filter((name) => name !== "filter").map((name) => [name, `a ${name}`]));
  const params = Object.fromEntries(of("path").map((name) => [name, `a ${name}`]));
  const body = { token: "t", operations: [] };
  await callOperation(loci, operationId, { params, ...(requestBody === undefined ? { query } : { body }), file: "{}" });

  const { url: address, init }: Sent = sent[0] ?? { url: "http://nowhere", init: {} };
  const target = new URL(address);
  const headers = init.headers as Record<string, string>;
  expect([init.method, decodeURIComponent(target.pathname)]).toEqual([method, url.replaceAll(/\{(\w+)\}/g, "a $1")]);
  if (requestBody === undefined) expect(Object.fromEntries(target.searchParams)).toEqual(query);
  expect(init.body === undefined).toBe(requestBody === undefined);
  expect("idempotency-key" in headers).toBe(parameters.some(({ $ref }) => $ref?.endsWith("/IdempotencyKey") === true));
});
