import type { Answer, Input, Route } from "@loci/sdk";
import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type * as z from "zod";

/** One call of a tool: its way to the API, which ends when the client hangs up. */
export interface ToolCall {
  request<R extends Route>(route: R, input: Input<R>): Promise<Answer<R>>;
}

/** What a tool answers: the same once for programs and once for a model. */
export interface Reply<Data = Record<string, unknown>> {
  data: Data;
  text: string;
}

/** A row of the table of tools. A model reads `title`, `description` and the schemas: every word costs, in every session. */
export interface Tool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  annotations: ToolAnnotations;
  input: In;
  output: Out;
  /** Every route that it may call; what it needs may be read from them. */
  routes: readonly Route[];
  run(call: ToolCall, args: z.output<In>): Promise<Reply<z.output<Out>>>;
}

/** Checks a row's `run` against its schemas, and gives it the type that all rows share. */
export const defineTool = <In extends z.ZodObject, Out extends z.ZodObject>(tool: Tool<In, Out>): Tool => tool as unknown as Tool;

export const READS = { readOnlyHint: true, openWorldHint: false } as const;
export const ADDS = { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false } as const;
export const REPLACES = { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false } as const;
