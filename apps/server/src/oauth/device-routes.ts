import { SECOND_MS } from "@loci/kit/clock";
import { invalid } from "@loci/kit/errors";
import { z } from "zod";
import { TOKEN_LIFE_MS } from "../connections/tokens.ts";
import { guarded, json, type AccountCall, type Route } from "../http/route.ts";
import { GroupName } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import type { Parts } from "../parts.ts";
import { OAUTH_SCOPES } from "../policy/oauth-scopes.ts";
import { refuseAssertion } from "./client-proof.ts";
import { answerDevice, createDevice, getWaitingDevice, INTERVAL_S, readUserCode, type NewDevice } from "./devices.ts";
import { OAUTH_FAULTS, OAuthError, toOAuthRefusal } from "./errors.ts";
import { FORM_BODY, readForm } from "./form.ts";
import { chargeDevice } from "./limits.ts";
import { listOffered, withLimits } from "./offers.ts";
import { readScopes } from "./scopes.ts";

const DeviceAuthorization = z.strictObject({
  device_code: z.string().describe("For the token endpoint, with the grant type `urn:ietf:params:oauth:grant-type:device_code`."),
  user_code: z.string().describe("What the person types at `verification_uri`."),
  verification_uri: z.string().describe("Where the person types it, on whatever device they like."),
  verification_uri_complete: z.string().describe("The same with the code in it, to be opened or shown as a picture."),
  expires_in: z.int().describe("Seconds for which both codes hold."),
  interval: z.int().describe("Seconds to wait between two questions at the token endpoint; five more after each `slow_down`."),
}).meta({ id: "DeviceAuthorization", description: "A device that waits for a person (RFC 8628 3.2).", examples: [{
  device_code: "md_…", user_code: "BCDF-GHJK", verification_uri: "https://loci.example/device", verification_uri_complete: "https://loci.example/device#user_code=BCDF-GHJK", expires_in: 600, interval: 5,
}] });

const UserCode = z.string().min(1).max(50).describe("The letters that the device shows; case, spaces and hyphens do not matter.");

const DeviceQuestion = z.strictObject({ user_code: UserCode }).meta({ id: "DeviceCode", description: "A code that a device shows.", examples: [{ user_code: "BCDF-GHJK" }] });

const OfferedWorkspace = z.strictObject({
  id: z.string().describe("Its id."),
  slug: z.string().describe("Its slug."),
  name: z.string().describe("Its name."),
  limits: z.strictObject({
    group: z.string().nullable().describe("The only group that it sees, or null for all of the workspace."),
    read_only: z.boolean().describe("Whether it may only read."),
  }).nullable().describe("What the app was limited to in it before; null for nothing. No answer lifts that: `PATCH /v1/connections/{id}` does."),
});

const WaitingDevice = z.strictObject({
  client_name: z.string().describe("What asks."),
  scopes: z.array(z.enum(OAUTH_SCOPES)).describe("What it wants to do."),
  asked_at: WireTime.describe("When it began."),
  expires_at: WireTime.describe("Until when it can be answered."),
  same_network: z.boolean().nullable().describe("Whether it asked from the network address that you have; null where that is not known. Another may be right, and may be a stranger's."),
  workspaces: z.array(OfferedWorkspace).describe("Where it could work; the first is the likeliest."),
}).meta({ id: "WaitingDevice", description: "A device that asks to be let in.", examples: [{
  client_name: "Loci CLI", scopes: ["memory:read"], asked_at: "2026-11-21T07:00:00.000Z", expires_at: "2026-11-21T07:10:00.000Z", same_network: true,
  workspaces: [{ id: "wsp_019aa5d27c4c7d1eb8a3c0d94b1f8e52", slug: "ada", name: "Ada", limits: null }],
}] });

const DeviceAnswer = z.discriminatedUnion("allow", [
  z.strictObject({ user_code: UserCode, allow: z.literal(false).describe("It may not in.") }),
  z.strictObject({
    user_code: UserCode,
    allow: z.literal(true).describe("It may in."),
    workspace: z.string().min(1).describe("In which workspace, by id or slug."),
    group: GroupName.nullable().optional().describe("The only group that it sees; all of the workspace, or what it was limited to before, unless said."),
    read_only: z.boolean().optional().describe("Whether it changes nothing, whatever its scopes are; as it was limited before, or no, unless said."),
    scopes: z.array(z.enum(OAUTH_SCOPES)).min(1).optional().describe("What it may do, of what it asked for; all of that unless said."),
  }),
]).meta({ id: "DeviceAnswer", description: "A person's answer to a device.", examples: [{ user_code: "BCDF-GHJK", allow: true, workspace: "acme", scopes: ["memory:read"] }] });

const DeviceAnswered = z.strictObject({ status: z.enum(["allowed", "denied"]).describe("What the device will be told when it next asks.") })
  .meta({ id: "DeviceAnswered", description: "The answer is noted.", examples: [{ status: "allowed" }] });

/** How the command line signs in where it has no browser. */
export const deviceRoutes = (parts: Parts): Route[] => [
  guarded("open", {
    id: "beginDevice", method: "post", path: "/oauth/device", tags: ["OAuth"], repeat: "idempotent", cors: true,
    summary: "Begin to sign in on a device without a browser", description: "RFC 8628: `client_id`, and `scope` where more than `memory:read` is wanted. For the command line of Loci, whose tokens are for `PUBLIC_URL/v1`.",
    request: { text: FORM_BODY },
    responses: { 200: json(DeviceAuthorization, "The codes."), ...OAUTH_FAULTS },
    refusal: toOAuthRefusal,
  }, async (call) => {
    const { publicUrl } = parts.config;
    const { address } = call.origin;
    const form = readForm(call);
    refuseAssertion(form);
    const [resource, asked] = [`${publicUrl}/v1`, form.find("resource")];
    if (asked !== null && asked !== resource) throw new OAuthError("invalid_target", `Device codes are for ${resource} alone.`);
    const request = { client_id: form.get("client_id"), scopes: readScopes(form.find("scope")), resource, address };
    await chargeDevice(parts, address);
    return { status: 200, body: toAuthorization(publicUrl, await createDevice(parts, request)), headers: { "cache-control": "no-store" } };
  }),
  guarded("account", {
    id: "readDevice", method: "post", path: "/v1/oauth/devices/read", tags: ["OAuth"], repeat: "safe",
    summary: "Look at a device that asks to be let in", description: "For the page at which its code is typed. Five wrong codes stop a person for ten minutes.",
    request: { body: DeviceQuestion },
    responses: { 200: json(WaitingDevice, "The device.") }, faults: [404, 429],
  }, async (call) => {
    const { client, scopes, resource, asked_at, expires_at, same_network } = await guess(parts, call, call.body.user_code, (user_code) => getWaitingDevice(parts, call, user_code));
    const workspaces = await withLimits(parts, { ...call.person, client_id: client.id, resource }, await listOffered(parts, call.person, scopes));
    return { status: 200, body: { client_name: client.name, scopes, asked_at, expires_at, same_network, workspaces } };
  }),
  guarded("account", {
    id: "answerDevice", method: "post", path: "/v1/oauth/devices", tags: ["OAuth"], repeat: "idempotent",
    summary: "Answer a device that asks to be let in", description: "Once, within ten minutes. Whoever types a code lets in whoever holds the device: it must be one's own.",
    request: { body: DeviceAnswer },
    responses: { 200: json(DeviceAnswered, "The answer is noted.") }, faults: [404, 429],
  }, async (call) => {
    await guess(parts, call, call.body.user_code, (user_code) => answerDevice(parts, call, user_code, call.body));
    const status = call.body.allow ? "allowed" as const : "denied" as const;
    return { status: 200, body: { status } };
  }),
];

const toAuthorization = (publicUrl: string, { device_code, user_code }: NewDevice): z.input<typeof DeviceAuthorization> => ({
  device_code, user_code, verification_uri: `${publicUrl}/device`,
  // What stands after # stays in the browser: codes do not belong into logs.
  verification_uri_complete: `${publicUrl}/device#${new URLSearchParams({ user_code }).toString()}`,
  expires_in: TOKEN_LIFE_MS.device / SECOND_MS, interval: INTERVAL_S,
});

/** Whoever finds a stranger's code by trying could let their device into a memory of the finder's: so nobody shall try long. */
function guess<Result>({ accounts }: Pick<Parts, "accounts">, { person, origin }: AccountCall, typed: string, work: (user_code: string) => Promise<Result>): Promise<Result> {
  const user_code = readUserCode(typed);
  if (user_code === null) throw invalid("user_code", "`user_code` is eight letters without vowels, like BCDF-GHJK, as your device shows them.");
  return accounts.limits.guess([["device_fails_per_account", person.user_id], ["fails_per_address", origin.address]], () => work(user_code));
}
