import { Server, type ServerOptions } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { Caller } from "./caller.ts";
import { addFixtureHandlers, toFixtureOptions, withFixtures } from "./conformance/fixtures.ts";
import { INSTRUCTIONS } from "./profiles.ts";
import { createMemorySurface } from "./surface.ts";
import type { Profile } from "./table.ts";

export interface McpOptions {
  profile: Profile;
  /** The version of the product, as clients show it. */
  version: string;
  /** Is told of what should never happen: an error that was not written for callers. They read only that something failed. */
  onError?: ((error: unknown) => void) | undefined;
  /** Also offer what the conformance suite calls; never in production. */
  fixtures?: boolean | undefined;
}

/** Lists hang on the profile alone, so any cache may keep them; a new version reaches clients within the hour. */
const SAME_FOR_ALL = { ttlMs: 3_600_000, cacheScope: "public" } as const;

const OPTIONS: ServerOptions = {
  capabilities: { tools: {}, resources: {}, prompts: {} },
  cacheHints: {
    "tools/list": SAME_FOR_ALL, "prompts/list": SAME_FOR_ALL, "resources/list": SAME_FOR_ALL, "resources/templates/list": SAME_FOR_ALL, "server/discover": SAME_FOR_ALL,
  },
};

const OPTIONS_OF: Record<Profile, ServerOptions> = {
  full: { ...OPTIONS, instructions: INSTRUCTIONS.full },
  minimal: { ...OPTIONS, instructions: INSTRUCTIONS.minimal },
};

// Checked here, for the SDK answers what its own schemas refuse as a fault of ours (-32603).
const ReadParams = z.looseObject({ uri: z.string("`uri` must be a string, such as loci://memory/mem_…") });
const PromptParams = z.looseObject({ name: z.string("`name` must be a string."), arguments: z.record(z.string(), z.string(), "`arguments` must be an object of strings.").optional() });

/** An MCP server of one caller, for both eras of the protocol. It is cheap: make one for each request or connection. */
export function createMcpServer(caller: Caller, { profile, version, onError = () => undefined, fixtures = false }: McpOptions): Server {
  const options = OPTIONS_OF[profile];
  const server = new Server({ name: "loci", title: "Loci memory", version }, fixtures ? toFixtureOptions(options) : options);
  const memory = createMemorySurface(caller, profile, onError);
  const surface = fixtures ? withFixtures(memory) : memory;
  server.setRequestHandler("tools/list", () => ({ tools: [...surface.tools] }));
  server.setRequestHandler("tools/call", ({ params }, ctx) => surface.callTool(params, ctx));
  server.setRequestHandler("resources/list", () => ({ resources: [...surface.resources] }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [...surface.resourceTemplates] }));
  server.setRequestHandler("resources/read", { params: ReadParams }, ({ uri }, ctx) => surface.readResource(uri, ctx));
  server.setRequestHandler("prompts/list", () => ({ prompts: [...surface.prompts] }));
  server.setRequestHandler("prompts/get", { params: PromptParams }, (params, ctx) => surface.getPrompt(params, ctx));
  if (fixtures) addFixtureHandlers(server);
  return server;
}
