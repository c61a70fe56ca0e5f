import type { AppError } from "@loci/kit/errors";
import { newId } from "@loci/kit/ids";
import { SECOND_MS } from "@loci/kit/clock";
import { z } from "zod";
import type { Origin } from "../audit/origin.ts";
import { guarded, json, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { ClientMetadata, GRANT_TYPES, readClientMetadata } from "./client-metadata.ts";
import { saveClient, type Client } from "./clients.ts";
import { OAUTH_FAULTS, OAuthError, OAuthErrorAnswer, toOAuthRefusal } from "./errors.ts";
import { chargeRegistration } from "./limits.ts";

const ClientRegistration = ClientMetadata.meta({
  id: "ClientRegistration", description: "What a client says of itself (RFC 7591). Nobody checks it.",
  examples: [{ client_name: "My assistant", redirect_uris: ["http://127.0.0.1/callback"], application_type: "native", token_endpoint_auth_method: "none" }],
});

const RegisteredClient = z.strictObject({
  client_id: z.string().describe("What the client is called from now on. It goes when nobody uses it for 30 days."),
  client_id_issued_at: z.int().describe("Seconds since 1970."),
  client_name: z.string().describe("What people are told that it is called."),
  client_uri: z.string().optional().describe("Its home page."),
  redirect_uris: z.array(z.string()).describe("Where people are sent back to."),
  application_type: z.enum(["web", "native"]).describe("Where it runs."),
  token_endpoint_auth_method: z.literal("none").describe("It has no secret: PKCE proves who asks."),
  grant_types: z.array(z.string()).describe("What it can use at the token endpoint."),
  response_types: z.array(z.string()).describe("Always `code`."),
}).meta({ id: "RegisteredClient", description: "A client as it is known here from now on.", examples: [{
  client_id: "cli_019aa5d27c4c7d1eb8a3c0d94b1f8e52", client_id_issued_at: 1_795_244_400, client_name: "My assistant", redirect_uris: ["http://127.0.0.1/callback"], application_type: "native",
  token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"], response_types: ["code"],
}] });

/** Where clients that are no document register (RFC 7591). */
export const registerRoute = (parts: Parts): Route => guarded("open", {
  id: "registerClient", method: "post", path: "/oauth/register", tags: ["OAuth"], repeat: "idempotent", cors: true,
  summary: "Register a client", description: "RFC 7591, for clients that are not described by a document at their own URL. Whatever it asks for, a client gets no secret. An address registers ten an hour, a network (/24, or /48 of IPv6) sixty, and an instance takes a thousand.",
  request: { body: ClientRegistration },
  responses: { 201: json(RegisteredClient, "The client is known."), ...OAUTH_FAULTS, 403: json(OAuthErrorAnswer, "This instance takes no registrations.") },
  refusal: (error, standard) => toOAuthRefusal(toRegistrationRefusal(error), standard),
}, async ({ body, origin }) => ({ status: 201, body: toRegistered(await registerClient(parts, { origin }, body), parts.now()), headers: { "cache-control": "no-store" } }));

/** The front door's faults in the words of RFC 7591 3.2.2. */
function toRegistrationRefusal(error: AppError): AppError {
  if (error instanceof OAuthError || error.code !== "invalid_request") return error;
  return new OAuthError(error.param?.startsWith("redirect_uris") === true ? "invalid_redirect_uri" : "invalid_client_metadata", error.message);
}

async function registerClient(parts: Parts, { origin }: { origin: Origin }, said: z.output<typeof ClientMetadata>): Promise<Client> {
  if (!parts.config.clientRegistration) throw new OAuthError("access_denied", "This instance takes no registrations. Describe the client by a document at a URL of its own, and use that URL as client_id.", { status: 403 });
  const client: Client = { id: newId("cli"), kind: "registered", keys: null, ...readClientMetadata(said) };
  await chargeRegistration(parts, origin.address);
  await saveClient(parts, client);
  return client;
}

const toRegistered = ({ id, name, uri, redirect_uris, application_type }: Client, at: Date): z.input<typeof RegisteredClient> => ({
  client_id: id, client_id_issued_at: Math.floor(at.getTime() / SECOND_MS), client_name: name, ...(uri !== null && { client_uri: uri }),
  redirect_uris, application_type, token_endpoint_auth_method: "none", grant_types: GRANT_TYPES, response_types: ["code"],
});
