import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import { SCOPES } from "../policy/permissions.ts";

const OwnKey = z.strictObject({
  key_id: z.string().describe("The key's id, which stands in logs and in the ledger; it is no secret."),
  workspace_id: z.string().describe("The workspace that the key belongs to."),
  group: z.string().nullable().describe("The only group that the key sees, or null for all of them."),
  scopes: z.array(z.enum(SCOPES)).describe("What the key may do."),
  mode: z.enum(["live", "test"]).describe("A test key works on a store of its own."),
}).meta({ id: "OwnKey", description: "What the key that asks may do." });

const read = guarded("any key", {
  id: "readOwnKey", method: "get", path: "/v1/key", tags: ["Keys"], repeat: "safe",
  summary: "Read what this key may do",
  description: "Who the key is and what it may do: the first call of a client that wants to know whether its key works. It is not counted.",
  responses: { 200: json(OwnKey, "The key.") },
}, async ({ actor }) => {
  const { key_id, workspace_id, group, may, mode } = actor;
  return { status: 200, body: { key_id, workspace_id, group, scopes: SCOPES.filter((scope) => may.has(scope)), mode } };
});

export const keyRoutes: Route[] = [read];
