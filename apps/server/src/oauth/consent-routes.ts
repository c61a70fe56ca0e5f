import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import { GroupName, IdParam } from "../memories/fields.ts";
import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { answerConsent, type ConsentParts } from "./consents.ts";

const ConsentAnswer = z.discriminatedUnion("allow", [
  z.strictObject({ allow: z.literal(false).describe("The app may not in.") }),
  z.strictObject({
    allow: z.literal(true).describe("The app may in."),
    workspace: z.string().min(1).optional().describe("In which workspace, by id or slug; needed unless the app came by a personal URL, which names one."),
    group: GroupName.nullable().optional().describe("The only group that it sees; all of the workspace, or what it was limited to before, unless said."),
    read_only: z.boolean().optional().describe("Whether it changes nothing, whatever its scopes are; as it was limited before, or no, unless said."),
    scopes: z.array(z.enum(OAUTH_SCOPES)).min(1).optional().describe("What it may do, of what it asked for; all of that unless said."),
  }),
]).meta({ id: "ConsentAnswer", description: "A person's answer to an app that asks for access.", examples: [{ allow: true, workspace: "acme", scopes: ["memory:read"] }] });

const Onward = z.strictObject({ location: z.string().describe("Where to take the browser: the app, with a code or with a no.") })
  .meta({ id: "ConsentAnswered", description: "The answer is noted.", examples: [{ location: "http://127.0.0.1:33418/callback?code=mc_…&state=af0ifjsldkj&iss=https%3A%2F%2Floci.example" }] });

/** The answer to the consent page. */
export const consentRoute = (parts: ConsentParts): Route => guarded("account", {
  id: "answerConsent", method: "post", path: "/v1/oauth/consents/{id}", tags: ["OAuth"], repeat: "idempotent",
  summary: "Answer an app that asks for access", description: "For the page that asks: only the person who was asked answers, once, within ten minutes.",
  request: { params: IdParam, body: ConsentAnswer },
  responses: { 200: json(Onward, "Where to go with it.") },
  faults: [409],
}, async (call) => ({ status: 200, body: { location: await answerConsent(parts, call, call.params.id, call.body) } }));
