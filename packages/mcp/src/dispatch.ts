import { ProtocolError, ProtocolErrorCode, type CallToolResult } from "@modelcontextprotocol/server";
import type { Arguments, Input, Route } from "@loci/sdk";
import type { Caller } from "./caller.ts";
import { INTERNAL, toErrorResult, toFailure } from "./errors.ts";
import { explain, toFaultText } from "./faults.ts";
import { TOOLS, type Profile } from "./table.ts";
import type { Tool, ToolCall } from "./tools/tool.ts";

const TABLE_OF: Record<Profile, ReadonlyMap<string, Tool>> = { full: toTable(TOOLS.full), minimal: toTable(TOOLS.minimal) };

function toTable(tools: readonly Tool[]): ReadonlyMap<string, Tool> {
  return new Map(tools.map((tool) => [tool.name, tool]));
}

interface Asked {
  name: string;
  arguments?: Record<string, unknown> | undefined;
}

/** How a request of the protocol is answered. */
export interface Ways {
  caller: Caller;
  /** Fires when the client hangs up. */
  signal: AbortSignal;
  /** Is told of what should never happen. */
  onError(error: unknown): void;
}

/** Runs a tool. What went wrong with the call is an answer that the model can act on; only a tool that is not there is an error of the protocol. */
export async function callTool(profile: Profile, asked: Asked, { caller, signal, onError }: Ways): Promise<CallToolResult> {
  const tools = TABLE_OF[profile];
  const tool = tools.get(asked.name);
  if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool of this name. There are: ${[...tools.keys()].join(", ")}.`);
  const read = tool.input.safeParse(asked.arguments ?? {}, { error: explain });
  if (!read.success) return toErrorResult({ code: "invalid_request", message: toFaultText(tool, read.error) });
  try {
    const { data, text } = await tool.run(toCall(caller, signal), read.data);
    return { content: [{ type: "text", text }], structuredContent: data };
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = toFailure(error);
    if (failure === null) onError(error);
    return toErrorResult(failure ?? INTERNAL);
  }
}

const toCall = (caller: Caller, signal: AbortSignal): ToolCall => ({
  request: <R extends Route>(route: R, input: Input<R>) => caller.request(route, ...([input, { signal }] as unknown as Arguments<R>)),
});
