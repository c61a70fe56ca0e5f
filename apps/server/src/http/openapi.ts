import { z } from "zod";
import { OAUTH_SCOPE_MEANS, oauthScopesFor } from "../policy/oauth-scopes.ts";
import { isPermission, ruleOf } from "../policy/permissions.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { STATUS_OF } from "./errors.ts";
import { FAULTS, isInWorkspace, listFaults } from "./faults.ts";
import type { Answer, Route, RouteScope } from "./route.ts";
import { takesIdempotencyKey } from "./serve.ts";

export interface OpenApiOptions {
  version: string;
  publicUrl: string;
  /** In the order in which they shall stand. */
  tags: { name: string; description: string }[];
}

type Json = Record<string, unknown>;

/** Named schemas found on the way; the same name must always mean the same schema. */
type Components = Map<string, Json>;

/** The OpenAPI 3.1 document of these routes. Its schemas are the very ones that requests are parsed with. */
export function toOpenApi(routes: Route[], { version, publicUrl, tags }: OpenApiOptions): Json {
  const components: Components = new Map();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method]: toOperation(route, components) });
    for (const [name, schema] of Object.entries(route.components ?? {})) addComponent(components, name, toSchema(schema, "input", components));
  }
  addComponent(components, "Error", toSchema(ErrorAnswer, "output", components));
  return {
    openapi: "3.1.0",
    info: {
      title: "Loci",
      version,
      summary: "Memory for AI agents: store, recall, forget.",
      description: "Every answer carries X-Request-Id. Errors have one shape and a closed list of codes. Lists page by cursor. Every mutation of memories accepts Idempotency-Key, and so does whatever makes something that must not be made twice.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      contact: { name: "Loci", url: publicUrl },
    },
    servers: [{ url: publicUrl }],
    tags: tags.filter(({ name }) => routes.some((route) => route.tags.includes(name))),
    paths,
    components: {
      securitySchemes: toSecuritySchemes(publicUrl),
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY, Workspace: WORKSPACE },
      headers: { RequestId: { description: "The id of this request, for logs and questions.", schema: { type: "string" } } },
      responses: toErrorResponses(routes),
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

const ErrorAnswer = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(STATUS_OF)).describe("What went wrong, from a closed list: branch on this."),
      message: z.string().describe("What went wrong and what to do, for people."),
      param: z.string().optional().describe("The field at fault, as a path: `filter.AND[1].importance`."),
      retry_after: z.int().optional().describe("Seconds after which a repeat may succeed."),
      docs: z.string().describe("A page about this code."),
      request_id: z.string().describe("The id of this request, as in X-Request-Id: for logs and questions."),
      details: z.record(z.string(), z.unknown()).optional().describe("More to know, by code: every fault of a request, or the limit that was passed."),
    }).describe("What went wrong."),
  })
  .meta({ description: "Every failure has this shape." });

const IDEMPOTENCY_KEY = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "1 to 255 visible ASCII characters. A repeat with the same key and request is answered with the first result and has no further effect.",
  schema: { type: "string", minLength: 1, maxLength: 255 },
};

const WORKSPACE = {
  name: "X-Workspace",
  in: "header",
  required: false,
  description: "The workspace to work in, by id or slug. Needed with a session, for a person may have several; a key has its own, and with the name of another it finds nothing.",
  schema: { type: "string" },
};

function toSecuritySchemes(publicUrl: string): Json {
  const cookie = "The session of a person, set by signing in. What changes something needs the header Origin (or Sec-Fetch-Site) as well, as browsers send it. On https its name is `__Host-sid`, else `sid`.";
  return {
    bearer: { type: "http", scheme: "bearer", description: "An API key: `Authorization: Bearer mk_…`." },
    header: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same API key in a header of its own." },
    oauth: {
      type: "oauth2", description: "An access token of an app that a person connected: `Authorization: Bearer mt_…`. RFC 9728 metadata is under /.well-known/oauth-protected-resource.",
      flows: { authorizationCode: { authorizationUrl: `${publicUrl}/oauth/authorize`, tokenUrl: `${publicUrl}/oauth/token`, refreshUrl: `${publicUrl}/oauth/token`, scopes: OAUTH_SCOPE_MEANS } },
    },
    session: { type: "apiKey", in: "cookie", name: sessionCookieOf(publicUrl), description: cookie },
  };
}

const KEY = [{ bearer: [] }, { header: [] }];
const SESSION = [{ session: [] }];

/** What lets a caller in, any one of these. */
function toSecurity(scope: RouteScope): Json[] {
  if (scope === "open") return [];
  if (scope === "any key") return KEY;
  if (scope === "any program") return [...KEY, { oauth: [] }];
  if (scope === "any caller") return [...KEY, { oauth: [] }, ...SESSION];
  if (isPermission(scope) && ruleOf(scope).key) {
    const oauth = oauthScopesFor(scope);
    return [...KEY, ...(oauth.length > 0 ? [{ oauth }] : []), ...SESSION];
  }
  return SESSION;
}

function toErrorResponses(routes: Route[]): Json {
  const content = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };
  const met = new Set(routes.flatMap(listFaults));
  const named = Object.entries(FAULTS).filter(([status]) => met.has(Number(status) as keyof typeof FAULTS));
  return Object.fromEntries(named.map(([, [name, description]]) => [name, { description, headers: REQUEST_ID, content }]));
}

const REQUEST_ID = { "X-Request-Id": { $ref: "#/components/headers/RequestId" } };

function toOperation(route: Route, components: Components): Json {
  const { id, summary, description, tags, repeat, scope, request, responses } = route;
  const parameters = [
    ...toParameters(request?.params, "path", components),
    ...toParameters(request?.query, "query", components),
    ...(isInWorkspace(route) && !route.path.includes("{workspace}") ? [{ $ref: "#/components/parameters/Workspace" }] : []),
    ...(takesIdempotencyKey(route) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
  ];
  const body = toRequestBody(route, components);
  const answers = Object.entries(responses).map(([status, answer]) => [status, toAnswer(answer, components)]);
  const faults = listFaults(route).filter((status) => !(status in responses)).map((status) => [status, { $ref: `#/components/responses/${FAULTS[status][0]}` }]);
  return {
    operationId: id,
    summary,
    ...(description !== undefined && { description }),
    tags,
    security: toSecurity(scope),
    "x-scope": scope,
    "x-repeat": repeat,
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: Object.fromEntries([...answers, ...faults] as [string, Json][]),
  };
}

function toParameters(schema: z.ZodObject | undefined, place: "path" | "query", components: Components): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input", components) as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}

function toRequestBody({ request }: Route, components: Components): Json | undefined {
  if (request?.body !== undefined) {
    const required = !request.body.safeParse(undefined).success;
    return { required, content: { "application/json": { schema: toSchema(request.body, "input", components) } } };
  }
  if (request?.text === undefined) return undefined;
  return { required: true, content: Object.fromEntries(request.text.types.map((type) => [type, { schema: { type: "string" } }])) };
}

function toAnswer(answer: Answer, components: Components): Json {
  const { description } = answer;
  if (answer.kind === "empty") return { description, headers: REQUEST_ID };
  if (answer.kind === "redirect") return { description, headers: { ...REQUEST_ID, Location: { description: "Where to go.", schema: { type: "string" } } } };
  const content =
    answer.kind === "json"
      ? { "application/json": { schema: toSchema(answer.schema, "output", components) } }
      : { [answer.type.split(";")[0] ?? answer.type]: { schema: { type: "string" } } };
  return { description, headers: REQUEST_ID, content };
}

/** JSON Schema 2020-12, which is what OpenAPI 3.1 speaks; named parts move to the components. */
function toSchema(schema: z.ZodType, io: "input" | "output", components: Components): Json {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & { $defs?: Record<string, Json> };
  for (const [name, definition] of Object.entries($defs)) addComponent(components, name, withoutDefs(definition));
  return withoutDefs(own);
}

const withoutDefs = (schema: Json): Json => JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;

function addComponent(components: Components, name: string, schema: Json): void {
  const known = components.get(name);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new TypeError(`Two schemas are called ${name}. One that differs between requests and answers needs a name for each.`);
  }
  components.set(name, schema);
}
