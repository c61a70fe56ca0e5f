import { z } from "zod";
import { numberParam } from "../http/query.ts";
import { line, Time } from "../memories/fields.ts";
import { WireTime } from "../memories/memory.ts";
import { pageOf, pageParams } from "../memories/page.ts";
import { ACTIONS } from "./actions.ts";

const WORDS = Object.keys(ACTIONS);
const NOUNS = [...new Set(WORDS.map((word) => word.split(".", 1)[0] ?? ""))];

const ActionFilter = z.string()
  .refine((text) => WORDS.includes(text) || (text.endsWith(".*") && NOUNS.includes(text.slice(0, -2))), `must be an action such as key.created, or all of a noun: ${NOUNS.map((noun) => `${noun}.*`).join(", ")}.`)
  .meta({ examples: ["key.*"] });

export const AuditListQuery = z.strictObject({
  action: ActionFilter.optional().describe("Only this action, or all actions of a noun: `key.*`."),
  actor: line(100).optional().describe("Only what this user or key did, by id."),
  target: line(100).optional().describe("Only what was done to this, by id."),
  since: Time.optional().describe("Only from this time on."),
  until: Time.optional().describe("Only before this time."),
  ...pageParams,
});

export const AuditExportQuery = z.strictObject({
  after: numberParam({ min: 0, max: Number.MAX_SAFE_INTEGER }).default(0).describe("Only what follows on this `seq`, for those who fetched the rest before."),
});

const AuditEvent = z.strictObject({
  seq: z.int().min(1).describe("Its place in the log: 1, 2, 3, without gaps."),
  at: WireTime.describe("When it happened."),
  action: z.string().describe(`What happened, from a closed list: ${WORDS.join(", ")}.`),
  actor: z.string().describe("Who did it: a user's or a key's id, `system`, or `nobody` where that is not known."),
  key_id: z.string().nullable().describe("The API key that it was done with."),
  target: z.string().nullable().describe("What it was done to, by id."),
  ip: z.string().nullable().describe("The address it came from."),
  user_agent: z.string().nullable().describe("The program it came from, as that calls itself."),
  request_id: z.string().nullable().describe("The id of the request."),
  details: z.record(z.string(), z.unknown()).nullable().describe("What else matters, by action. Null, as are address and program, once the person's account was erased."),
  previous_hash: z.string().describe("`hash` of the event before."),
  hash: z.string().describe("SHA-256 of this event with that of the one before, in hex: changing or removing any event breaks those after it."),
}).meta({
  id: "AuditEvent",
  description: "Something that was done, by whom and from where.",
  examples: [{
    seq: 7, at: "2026-11-21T07:00:00.000Z", action: "key.created", actor: "usr_019aa5d27c4c7d1eb8a3c0d94b1f8e52", key_id: null, target: "key_019aa5d27c4c7d1eb8a3c0d94b1f8e53", ip: "203.0.113.7",
    user_agent: "Mozilla/5.0", request_id: "req_019aa5d27c4c7d1eb8a3c0d94b1f8e54", details: { name: "ci" },
    previous_hash: "8d3f1b0c6f1f6c0f8f0f4f0d7f6d2a7b3c0e9a1b5d4c3b2a190807f6e5d4c3b2", hash: "1b5d4c3b2a190807f6e5d4c3b28d3f1b0c6f1f6c0f8f0f4f0d7f6d2a7b3c0e9a",
  }],
});

export const AuditPage = pageOf("AuditPage", AuditEvent);
