import type { Download } from "./download.ts";
import { Pages, type Cursored } from "./pages.ts";
import { send, type Call, type CallOptions, type Settings } from "./request.ts";
import { KEYED_ROUTES, type Routes, type StreamRoutes } from "./types.gen.ts";

/** A route that answers with JSON, by method and path: `GET /v1/memories/{id}`. */
export type Route = keyof Routes;

/** A route that answers with bytes. */
export type StreamRoute = keyof StreamRoutes;

/** What a route takes: `params`, `query`, `body`. */
export type Input<R extends Route | StreamRoute> = R extends Route ? Routes[R]["input"] : R extends StreamRoute ? StreamRoutes[R]["input"] : never;

/** What a route answers. */
export type Answer<R extends Route> = Routes[R]["answer"];

/** The query of a route. */
export type Query<R extends Route | StreamRoute> = Input<R> extends { query?: infer Given } ? NonNullable<Given> : never;

/** The body of a route. */
export type Body<R extends Route | StreamRoute> = Input<R> extends { body?: infer Given } ? NonNullable<Given> : never;

/** Input and options, of which the first may be left out where nothing in it is needed. */
export type Arguments<R extends Route | StreamRoute> = Partial<Input<R>> extends Input<R>
  ? [input?: Input<R> | undefined, options?: CallOptions | undefined]
  : [input: Input<R>, options?: CallOptions | undefined];

/** A route whose answers name the page that follows. */
type ListRoute = { [R in Route]: Answer<R> extends Cursored ? R : never }[Route];

interface AnyInput {
  params?: Record<string, string> | undefined;
  query?: Record<string, unknown> | undefined;
  body?: unknown;
  text?: string | undefined;
  type?: string | undefined;
}

/** Calls by their routes, with the types that openapi.json gives them. */
export class Api {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async request<R extends Route>(route: R, ...[input, options]: Arguments<R>): Promise<Answer<R>> {
    return (await send(this.#settings, toCall(route, input, "json"), options)) as Answer<R>;
  }

  async open<R extends StreamRoute>(route: R, ...[input, options]: Arguments<R>): Promise<Download> {
    return (await send(this.#settings, toCall(route, input, "bytes"), options)) as Download;
  }

  list<R extends ListRoute, Item>(route: R, input: Input<R>, itemsOf: (page: Answer<R>) => readonly Item[], options: CallOptions | undefined): Pages<Item, Answer<R>> {
    const { query, ...rest } = input as AnyInput;
    const readPage = async (cursor: string | undefined) => {
      const paged = cursor === undefined ? query : { ...query, cursor };
      return (await send(this.#settings, toCall(route, { ...rest, query: paged }, "json"), options)) as Answer<R>;
    };
    return new Pages(readPage, itemsOf);
  }
}

function toCall(route: string, input: AnyInput | undefined, answer: Call["answer"]): Call {
  const { params = {}, query = {}, body, text, type = "application/json" } = input ?? {};
  const [method = "", path = ""] = route.split(" ");
  return {
    method, type, answer,
    target: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => toSegment(name, params[name])) + toQuery(query),
    body: text ?? (body === undefined ? undefined : JSON.stringify(body)),
    keyed: KEYED_ROUTES.has(route),
  };
}

/** A segment that is empty or dots would make another path of this one, even encoded. */
function toSegment(name: string, value: string | undefined): string {
  if (typeof value === "string" && !/^\.{0,2}$/.test(value)) return encodeURIComponent(value);
  throw new TypeError(`\`${name}\` must be a text, and not empty, "." or "..": it becomes a part of the URL.`);
}

/** Lists repeat their name; what is undefined is left out. */
function toQuery(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) => (Array.isArray(value) ? value.map((item: unknown) => [name, item] as const) : [[name, value] as const]));
  const text = pairs.filter(([, value]) => value !== undefined && value !== null).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`).join("&");
  return text === "" ? "" : `?${text}`;
}
