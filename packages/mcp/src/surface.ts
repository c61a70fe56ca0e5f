import type {
  CallToolRequestParams, CallToolResult, GetPromptRequestParams, GetPromptResult, InputRequiredResult, Prompt, ReadResourceResult, Resource, ResourceTemplateType, ServerContext, Tool,
} from "@modelcontextprotocol/server";
import type { Caller } from "./caller.ts";
import { callTool } from "./dispatch.ts";
import { TOOL_LIST } from "./list.ts";
import { getPrompt, PROMPTS } from "./prompts.ts";
import { readMemoryResource, RESOURCE_TEMPLATES } from "./resources.ts";
import type { Profile } from "./table.ts";

/** What a server offers, and what answers for it. */
export interface Surface {
  tools: readonly Tool[];
  resources: readonly Resource[];
  resourceTemplates: readonly ResourceTemplateType[];
  prompts: readonly Prompt[];
  callTool(asked: CallToolRequestParams, ctx: ServerContext): Promise<CallToolResult | InputRequiredResult>;
  readResource(uri: string, ctx: ServerContext): Promise<ReadResourceResult>;
  getPrompt(asked: GetPromptRequestParams, ctx: ServerContext): GetPromptResult | InputRequiredResult;
}

/** The memory of one caller. `onError` is told of what should never happen. */
export function createMemorySurface(caller: Caller, profile: Profile, onError: (error: unknown) => void): Surface {
  return {
    tools: TOOL_LIST[profile],
    // Memories are found by asking; a list of them would be a copy of the store.
    resources: [],
    resourceTemplates: RESOURCE_TEMPLATES,
    prompts: PROMPTS,
    callTool: (asked, { mcpReq: { signal } }) => callTool(profile, asked, { caller, signal, onError }),
    readResource: (uri, { mcpReq: { signal } }) => readMemoryResource(uri, { caller, signal, onError }),
    getPrompt: (asked) => getPrompt(asked, profile),
  };
}
