import { z } from "zod";
import { empty, guarded, json, type Route } from "../http/route.ts";
import { IdParam } from "../memories/fields.ts";
import { pageOf, toPageBody } from "../memories/page.ts";
import { SCOPES } from "../policy/permissions.ts";
import type { Key } from "./key.ts";
import { LeakDesk, REPORT_BYTES_MAX, type LeakParts } from "./leak-report.ts";
import { ApiKey, CreatedApiKey, GRACE_HOURS_MAX, KeyListQuery, KeyPatchBody, LeakFeedback, NewKeyBody, RotateBody, RotatedApiKey } from "./schemas.ts";
import { endKey, getKey, grantKey, listKeys, rotateKey, updateKey, type CreatedKey, type KeyParts } from "./service.ts";

/** The routes of API keys. */
export const keyRoutes = (parts: KeyParts & LeakParts): Route[] => [readOwn, create(parts), list(parts), get(parts), update(parts), rotate(parts), revoke(parts), reportLeak(new LeakDesk(parts))];

const BOUNDS = "No key gets more than its maker has: a member gives what their role may do, a key what it may do itself, within its own group, mode, addresses and life.";

const create = (parts: KeyParts) => guarded("keys:write", {
  id: "createApiKey", method: "post", path: "/v1/api-keys", tags: ["Keys"], repeat: "with key",
  summary: "Create an API key",
  description: `Makes a key and shows it whole, for the only time. ${BOUNDS} A plan may limit how many work at a time (402).`,
  request: { body: NewKeyBody },
  responses: { 201: json(CreatedApiKey, "The key, with its secret for the only time.") },
  faults: [402],
}, async ({ actor, origin, body }) => ({ status: 201, body: toCreated(await grantKey(parts, { actor, origin }, body)) }));

const list = (parts: KeyParts) => guarded("keys:read", {
  id: "listApiKeys", method: "get", path: "/v1/api-keys", tags: ["Keys"], repeat: "safe",
  summary: "List API keys",
  description: "The newest first, those that ended too; never a secret. A key sees the keys of its own mode, and of its group when it is bound to one.",
  request: { query: KeyListQuery },
  responses: { 200: json(pageOf("ApiKeyPage", ApiKey), "A page of keys.") },
}, async ({ actor, query }) => {
  const { items, next } = await listKeys(parts, actor, query);
  return { status: 200, body: toPageBody({ items: items.map(toBody), next }) };
});

const get = (parts: KeyParts) => guarded("keys:read", {
  id: "getApiKey", method: "get", path: "/v1/api-keys/{id}", tags: ["Keys"], repeat: "safe",
  summary: "Get an API key", description: "One key, without its secret.",
  request: { params: IdParam },
  responses: { 200: json(ApiKey, "The key.") },
}, async ({ actor, params: { id } }) => ({ status: 200, body: toBody(await getKey(parts, actor, id)) }));

const update = (parts: KeyParts) => guarded("keys:write", {
  id: "updateApiKey", method: "patch", path: "/v1/api-keys/{id}", tags: ["Keys"], repeat: "idempotent",
  summary: "Change an API key",
  description: `Changes what is given of a key that works. ${BOUNDS} The same holds for the key as it was.`,
  request: { params: IdParam, body: KeyPatchBody },
  responses: { 200: json(ApiKey, "The key as it is now.") },
  faults: [409],
}, async ({ actor, origin, params: { id }, body }) => ({ status: 200, body: toBody(await updateKey(parts, { actor, origin }, id, body)) }));

const rotate = (parts: KeyParts) => guarded("keys:write", {
  id: "rotateApiKey", method: "post", path: "/v1/api-keys/{id}/rotate", tags: ["Keys"], repeat: "with key",
  summary: "Rotate an API key",
  description: `Makes a key on the same terms. The old one works beside it for the grace (0 to ${GRACE_HOURS_MAX} hours), and goes on showing when it was last used; once the new one is in place everywhere, revoke it.`,
  request: { params: IdParam, body: RotateBody.default({ grace_hours: 24 }) },
  responses: { 201: json(RotatedApiKey, "The new key, with its secret for the only time.") },
}, async ({ actor, origin, params: { id }, body }) => {
  const { replaces, ...made } = await rotateKey(parts, { actor, origin }, id, body);
  return { status: 201, body: { ...toCreated(made), replaces: toBody(replaces) } };
});

const revoke = (parts: KeyParts) => guarded("keys:write", {
  id: "revokeApiKey", method: "delete", path: "/v1/api-keys/{id}", tags: ["Keys"], repeat: "idempotent",
  summary: "Revoke an API key",
  description: "Ends a key for good. The next request with it is refused: at once here, within a second by other processes. It stays in the list.",
  request: { params: IdParam },
  responses: { 204: empty("Revoked.") },
}, async ({ actor, origin, params: { id } }) => {
  await endKey(parts, { actor, origin }, id);
  return { status: 204 };
});

const toBody = ({ scopes, ip_allow, ...key }: Key) => ({ ...key, scopes: [...scopes], ip_allow: [...ip_allow] });

function toCreated({ secret, ...key }: CreatedKey): z.input<typeof CreatedApiKey> {
  const warning = findWarning(key);
  return { ...toBody(key), secret, ...(warning !== null && { warning }) };
}

function findWarning({ expires_at, state }: Key): string | null {
  if (expires_at === null) return "This key never ends: whoever finds it can use it until somebody notices. Give it an end and rotate it, where you can.";
  return state === "expiring" ? `This key ends soon, at ${expires_at}. PATCH gives it another end.` : null;
}

const OwnKey = z.strictObject({
  key_id: z.string().describe("The key's id, which stands in logs and in the ledger; it is no secret."),
  workspace_id: z.string().describe("The workspace that the key belongs to."),
  group: z.string().nullable().describe("The only group that the key sees, or null for all of them."),
  scopes: z.array(z.enum(SCOPES)).describe("What the key may do."),
  mode: z.enum(["live", "test"]).describe("A test key works on a store of its own."),
}).meta({ id: "OwnKey", description: "What the key that asks may do." });

const readOwn = guarded("any key", {
  id: "readOwnKey", method: "get", path: "/v1/key", tags: ["Keys"], repeat: "safe",
  summary: "Read what this key may do",
  description: "Who the key is and what it may do: the first call of a client that wants to know whether its key works. It is not counted.",
  responses: { 200: json(OwnKey, "The key.") },
}, async ({ actor }) => {
  const { key_id, workspace_id, group, may, mode } = actor;
  return { status: 200, body: { key_id, workspace_id, group, scopes: SCOPES.filter((scope) => may.has(scope)), mode } };
});

const reportLeak = (desk: LeakDesk) => guarded("open", {
  id: "reportLeakedApiKeys", method: "post", path: "/v1/api-keys/report-leak", tags: ["Keys"], repeat: "idempotent",
  summary: "Report leaked API keys",
  description: "For secret scanners, in the shape of GitHub's: a JSON list of `{token, type, url, source}`, signed in the headers `Github-Public-Key-Identifier` and `Github-Public-Key-Signature` (ECDSA P-256 with SHA-256 over the body as it is sent). Every key of this server in it is revoked, and the owners and admins of its workspace are told. It is not there (404) unless the operator names the scanner's public keys.",
  request: { text: { types: ["application/json"], bytesMax: REPORT_BYTES_MAX } },
  responses: { 200: json(LeakFeedback, "What became of each token.") },
  faults: [401, 404, 429],
}, async ({ text, header, origin }) =>
  ({ status: 200, body: await desk.take({ text, identifier: header("github-public-key-identifier"), signature: header("github-public-key-signature"), origin }) }));
