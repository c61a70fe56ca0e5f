import { AppError } from "@loci/kit/errors";
import type { Context } from "hono";
import { readJsonBody, readTextBody, type TextBody } from "./body.ts";
import type { HeaderSource } from "./headers.ts";
import type { ServerEnv } from "./serve.ts";

type Maybe<Value> = Value | Promise<Value>;

/** What a caller sent, over HTTP or from inside the server. Nothing of it is read before it is known who they are. */
export interface Sent {
  /** A part of the path. */
  param(name: string): string | undefined;
  params(): Record<string, string>;
  /** Each name once as text, repeated ones as a list. */
  query(): Record<string, unknown>;
  body(bytesMax?: number): Maybe<unknown>;
  text(body: TextBody): Promise<string>;
}

export class HttpSent implements Sent {
  private readonly context: Context<ServerEnv>;
  private readonly headers: HeaderSource;

  constructor(context: Context<ServerEnv>, headers: HeaderSource) {
    this.context = context;
    this.headers = headers;
  }

  param(name: string): string | undefined {
    return this.context.req.param(name);
  }
  params(): Record<string, string> {
    return requireCleanText(this.context.req.param());
  }
  query(): Record<string, unknown> {
    const { req } = this.context;
    if (!req.url.includes("?")) return {};
    const query: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, values] of Object.entries(req.queries())) query[name] = values.length === 1 ? values[0] : values;
    return requireCleanText(query);
  }
  async body(bytesMax?: number): Promise<unknown> {
    return (await readJsonBody(this.context.req.raw, this.headers, bytesMax)).value;
  }
  text(body: TextBody): Promise<string> {
    return readTextBody(this.context.req.raw, this.headers, body);
  }
}

type Scalar = string | number | boolean | null | undefined;

/** A request that the server makes of itself. Its values were read from outside already, and held to the limits of JSON there. */
export interface InnerRequest {
  params?: Record<string, string> | undefined;
  query?: Record<string, Scalar | readonly Scalar[]> | undefined;
  body?: unknown;
  idempotencyKey?: string | undefined;
}

export class InnerSent implements Sent {
  private readonly request: InnerRequest;

  constructor(request: InnerRequest) {
    this.request = request;
  }

  param(name: string): string | undefined {
    return this.request.params?.[name];
  }
  params(): Record<string, string> {
    return requireCleanText(this.request.params ?? {});
  }
  query(): Record<string, unknown> {
    const query: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
    for (const [name, values] of Object.entries(listQuery(this.request))) if (values.length > 0) query[name] = values.length === 1 ? values[0] : values;
    return requireCleanText(query);
  }
  body(): unknown {
    return this.request.body;
  }
  text(): Promise<string> {
    throw new TypeError("Routes that take text are not called from inside.");
  }
}

/** A query as it would stand in a URL: all is text there, and what is left out is not there. */
export const listQuery = ({ query = {} }: InnerRequest): Record<string, string[]> =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat().filter((one) => one !== undefined && one !== null).map(String)]));

function requireCleanText<Values extends Record<string, unknown>>(values: Values): Values {
  for (const [name, value] of Object.entries(values)) {
    for (const text of [name, value].flat()) {
      if (typeof text === "string" && text.includes("\0")) {
        throw new AppError("invalid_request", `\`${name.replaceAll("\0", "\\0")}\` holds a NUL character. Take it out.`, { param: name.replaceAll("\0", "\\0") });
      }
    }
  }
  return values;
}
