import type { GetPromptRequestParams, GetPromptResult, InputRequiredResult, Prompt, PromptMessage, ReadResourceResult, Resource, Server, ServerContext, ServerOptions, Tool } from "@modelcontextprotocol/server";
import type { Surface } from "../surface.ts";
import { ASKING_FIXTURES, getAskingPrompt, stateCodec } from "./asking.ts";
import { CONTENT_FIXTURES } from "./content.ts";
import { PNG, type Fixture } from "./fixture.ts";

const DESCRIPTION = "For the conformance suite.";

const FIXTURES: ReadonlyMap<string, Fixture> = new Map([...CONTENT_FIXTURES, ...ASKING_FIXTURES].map((fixture) => [fixture.name, fixture]));

const TOOLS: readonly Tool[] = [...FIXTURES.values()].map(({ name, inputSchema = { type: "object" } }) => ({ name, description: DESCRIPTION, inputSchema }));

const RESOURCES: readonly Resource[] = [
  { uri: "test://static-text", name: "static-text", mimeType: "text/plain" },
  { uri: "test://static-binary", name: "static-binary", mimeType: "image/png" },
  { uri: "test://watched-resource", name: "watched-resource", mimeType: "text/plain" },
];

const TEMPLATE = { uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" };

const PROMPTS: readonly Prompt[] = [
  { name: "test_simple_prompt" },
  { name: "test_prompt_with_arguments", arguments: [toArgument("arg1"), toArgument("arg2")] },
  { name: "test_prompt_with_embedded_resource", arguments: [toArgument("resourceUri")] },
  { name: "test_prompt_with_image" },
  { name: "test_input_required_result_prompt" },
].map((prompt) => ({ ...prompt, description: DESCRIPTION }));

function toArgument(name: string) {
  return { name, description: DESCRIPTION, required: true };
}

/** What the conformance suite needs of a server beside its own surface: subscriptions, log levels, completion, signed state. */
export const toFixtureOptions = (options: ServerOptions): ServerOptions => ({
  ...options,
  capabilities: { ...options.capabilities, resources: { subscribe: true }, logging: {}, completions: {} },
  requestState: { verify: stateCodec.verify },
});

/** A surface with the tools, resources and prompts that the conformance suite knows by name. */
export function withFixtures(own: Surface): Surface {
  return {
    tools: [...own.tools, ...TOOLS],
    resources: [...own.resources, ...RESOURCES],
    resourceTemplates: [...own.resourceTemplates, TEMPLATE],
    prompts: [...own.prompts, ...PROMPTS],
    callTool: async (asked, ctx) => {
      const fixture = FIXTURES.get(asked.name);
      return fixture === undefined ? own.callTool(asked, ctx) : fixture.run(asked.arguments ?? {}, ctx);
    },
    readResource: async (uri, ctx) => findResource(uri) ?? own.readResource(uri, ctx),
    getPrompt: (asked, ctx) => findPrompt(asked, ctx) ?? own.getPrompt(asked, ctx),
  };
}

/** Answers what only the conformance suite asks. */
export function addFixtureHandlers(server: Server): void {
  server.setRequestHandler("resources/subscribe", () => ({}));
  server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.setRequestHandler("completion/complete", ({ params: { argument } }) => {
    const values = ["testAlpha", "testBeta"].filter((value) => value.startsWith(argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
}

function findResource(uri: string): ReadResourceResult | null {
  if (uri === "test://static-text") return toText(uri, "text/plain", "This is the content of the static text resource.");
  if (uri === "test://watched-resource") return toText(uri, "text/plain", "Watched");
  if (uri === "test://static-binary") return { contents: [{ uri, mimeType: "image/png", blob: PNG }] };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  return id === undefined ? null : toText(uri, "application/json", JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }));
}

const toText = (uri: string, mimeType: string, text: string): ReadResourceResult => ({ contents: [{ uri, mimeType, text }] });

function findPrompt({ name, arguments: given = {} }: GetPromptRequestParams, ctx: ServerContext): GetPromptResult | InputRequiredResult | null {
  if (name === "test_input_required_result_prompt") return getAskingPrompt(ctx);
  const contents = findPromptContents(name, given);
  return contents === null ? null : { messages: contents.map((content) => ({ role: "user", content })) };
}

function findPromptContents(name: string, given: Record<string, string>): PromptMessage["content"][] | null {
  switch (name) {
    case "test_simple_prompt":
      return [{ type: "text", text: "This is a simple prompt for testing." }];
    case "test_prompt_with_arguments":
      return [{ type: "text", text: `Prompt with arguments: arg1='${given["arg1"]}', arg2='${given["arg2"]}'` }];
    case "test_prompt_with_embedded_resource":
      return [
        { type: "resource", resource: { uri: given["resourceUri"] ?? "", mimeType: "text/plain", text: "Embedded resource content for testing." } },
        { type: "text", text: "Please process the embedded resource above." },
      ];
    case "test_prompt_with_image":
      return [{ type: "image", data: PNG, mimeType: "image/png" }, { type: "text", text: "Please analyze the image above." }];
    default:
      return null;
  }
}
