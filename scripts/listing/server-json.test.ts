import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { toSharedServer } from "@loci/mcp/install";
import { expect, test } from "vitest";

const ROOT = path.join(import.meta.dirname, "../..");
const readJson = (file: string): Record<string, unknown> => JSON.parse(readFileSync(path.join(ROOT, file), "utf8")) as Record<string, unknown>;

interface Listing {
  $schema: string;
  name: string;
  version: string;
  remotes: [{ url: string }];
}
const listing = readJson("server.json") as unknown as Listing;

/** By the published schema of the day that `server.json` names (MIT, its licence lies beside it). */
function openValidator() {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(readJson("scripts/listing/server.schema.json"));
}

test("the listing for MCP registries fits the schema that it names", () => {
  const validate = openValidator();
  expect(validate(listing), JSON.stringify(validate.errors)).toBe(true);
  expect(listing.$schema).toBe(readJson("scripts/listing/server.schema.json")["$id"]);
});

test("the schema would refuse a listing that is wrong", () => {
  const validate = openValidator();
  for (const wrong of [{ name: "loci" }, { description: "x".repeat(101) }, { version: 1 }, { remotes: [{ type: "carrier-pigeon", url: "https://loci.example.com/mcp" }] }]) {
    expect(validate({ ...listing, ...wrong }), JSON.stringify(wrong)).toBe(false);
  }
});

test("the listing is of this version, and its address is the one that clients are told", () => {
  expect(listing.version).toBe(readJson("package.json")["version"]);
  expect(listing.remotes[0].url.replace("{host}", "loci.example.com")).toBe(toSharedServer("https://loci.example.com").url);
});
