import { randomInt } from "node:crypto";
import { SECOND_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Selectable } from "kysely";
import { toNetwork } from "../accounts/limits.ts";
import type { Origin } from "../audit/origin.ts";
import { connect } from "../connections/connect.ts";
import { isLive } from "../connections/live.ts";
import { hashesOfToken, hashToken, mintToken, TOKEN_LIFE_MS } from "../connections/tokens.ts";
import type { ControlTables } from "../control/tables.ts";
import type { Parts } from "../parts.ts";
import type { Person } from "../policy/actor.ts";
import type { OAuthScope } from "../policy/oauth-scopes.ts";
import { findClient, type Client } from "./clients.ts";
import { readAllowed } from "./consents.ts";
import { OAuthError } from "./errors.ts";
import { openFamily, type IssuedTokens } from "./families.ts";
import { requireUse } from "./offers.ts";
import { toScopes } from "./scopes.ts";

type DeviceParts = Pick<Parts, "control" | "now" | "peppers">;
type DeviceRow = Selectable<ControlTables["device_codes"]>;

/** Seconds between two questions of a device, and what is added each time that one comes too soon (RFC 8628 3.5). */
export const INTERVAL_S = 5;
/** Clocks and networks are not exact. */
const EARLY_MS = 500;

// Consonants alone make no words; 20^8 are 34 bits (RFC 8628 6.1).
const LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_CHARS = 8;
const USER_CODE = new RegExp(`^[${LETTERS}]{${USER_CODE_CHARS}}$`);
const TRIES_MAX = 3;

/** What a device without a browser asks for. */
interface DeviceRequest {
  client_id: string;
  scopes: readonly OAuthScope[];
  resource: string;
  address: string | null;
}

export interface NewDevice {
  device_code: string;
  /** As people read and type it: `BCDF-GHJK`. */
  user_code: string;
}

/** Notes a device that asks to be let in; throws for a client that may not. */
export async function createDevice(parts: DeviceParts, { client_id, scopes, resource, address }: DeviceRequest): Promise<NewDevice> {
  const { control, peppers, now } = parts;
  const client = await findClient(parts, client_id);
  if (client === undefined) throw new OAuthError("invalid_client", "This client is not known. Device codes are for the command line of Loci alone.");
  // Whoever reads a code aloud to somebody can make them let in a stranger: so no app that strangers have made.
  if (client.kind !== "own") throw new OAuthError("unauthorized_client", "Device codes are for the command line of Loci alone. Send people to the authorization endpoint.");
  const device_code = mintToken("device");
  const at = now();
  const row = {
    device_hash: hashToken(peppers, device_code), client_id, scopes: scopes.join(" "), resource, address, created_at: at.toISOString(), expires_at: new Date(at.getTime() + TOKEN_LIFE_MS.device).toISOString(),
    polled_at: null, interval_s: INTERVAL_S, connection_id: null, denied_at: null, spent_at: null,
  };
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const letters = Array.from({ length: USER_CODE_CHARS }, () => LETTERS[randomInt(LETTERS.length)]).join("");
    const { numInsertedOrUpdatedRows } = await control.db.insertInto("device_codes").values({ ...row, user_hash: hashToken(peppers, letters) }).onConflict((taken) => taken.doNothing()).executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows === 1n) return { device_code, user_code: `${letters.slice(0, 4)}-${letters.slice(4)}` };
  }
  throw new AppError("unavailable", "No code is free at the moment. Try again.", { retry_after: INTERVAL_S });
}

/** A device that waits for a person's answer. */
export interface WaitingDevice {
  client: Client;
  scopes: OAuthScope[];
  resource: string;
  asked_at: string;
  expires_at: string;
  /** Whether it asked from the network that this person is in; `null` where that is not known. */
  same_network: boolean | null;
}

/** The letters of a code as somebody typed it, or `null` for what is none. */
export function readUserCode(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[^A-Z]/g, "");
  return USER_CODE.test(letters) ? letters : null;
}

/** The device behind a code that a person typed; throws `not_found`. */
export async function getWaitingDevice(parts: DeviceParts, { origin }: { origin: Origin }, user_code: string): Promise<WaitingDevice> {
  const row = await getWaitingRow(parts, user_code);
  const client = await findClient(parts, row.client_id);
  if (client === undefined) throw over();
  const same_network = row.address === null || origin.address === null ? null : toNetwork(row.address) === toNetwork(origin.address);
  return { client, scopes: toScopes(row.scopes), resource: row.resource, asked_at: row.created_at, expires_at: row.expires_at, same_network };
}

export type DeviceAnswer =
  | { allow: false }
  | { allow: true; workspace: string; group?: string | null | undefined; read_only?: boolean | undefined; scopes?: readonly OAuthScope[] | undefined };

/** Takes a person's answer to a device, once. */
export function answerDevice(parts: DeviceParts & Pick<Parts, "config" | "mailer" | "memberships" | "outbox">, { person, origin }: { person: Person; origin: Origin }, user_code: string, answer: DeviceAnswer): Promise<void> {
  const { control, now } = parts;
  return control.transaction(async () => {
    const { device_hash, client_id, resource, scopes: asked } = await getWaitingRow(parts, user_code);
    const client = await findClient(parts, client_id);
    if (client === undefined) throw over();
    const note = async (values: Partial<DeviceRow>): Promise<void> => {
      const { numUpdatedRows } = await control.db.updateTable("device_codes").set(values)
        .where("device_hash", "=", device_hash).where("connection_id", "is", null).where("denied_at", "is", null).executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw over();
    };
    if (!answer.allow) return note({ denied_at: now().toISOString() });
    const scopes = readAllowed(toScopes(asked), answer.scopes);
    const member = await parts.memberships.require(person, answer.workspace);
    requireUse(member, scopes);
    const { group = null, read_only = false } = answer;
    const connection_id = await connect(parts, { origin }, { user_id: person.user_id, workspace_id: member.workspace_id, client, resource, scopes, group, read_only });
    await note({ connection_id, scopes: scopes.join(" ") });
  });
}

async function getWaitingRow({ control: { db }, peppers, now }: DeviceParts, user_code: string): Promise<DeviceRow> {
  const row = await db.selectFrom("device_codes").selectAll().where("user_hash", "in", hashesOfToken(peppers, user_code)).executeTakeFirst();
  if (row === undefined || row.expires_at <= now().toISOString() || row.connection_id !== null || row.denied_at !== null) throw over();
  return row;
}

const over = (): AppError => new AppError("not_found", "This code is not known, or is over: it works once, for ten minutes. Compare it with the one on your device, or begin there once more.", { param: "user_code" });

/** Turns a device code into tokens, once a person has allowed it (RFC 8628 3.4 and 3.5). */
export async function spendDeviceCode(parts: DeviceParts, device_code: string, { client_id, resource }: { client_id: string; resource: string | null }): Promise<IssuedTokens> {
  // That it asked too soon must be remembered, so the refusal comes out of the transaction instead of breaking it off.
  const outcome = await parts.control.transaction(async () => {
    const row = await parts.control.db.selectFrom("device_codes").selectAll().where("device_hash", "in", hashesOfToken(parts.peppers, device_code)).executeTakeFirst();
    if (row === undefined || row.client_id !== client_id || row.spent_at !== null) return refused(SPENT);
    if (resource !== null && resource !== row.resource) return new OAuthError("invalid_target", `This device code is for ${row.resource}.`);
    return (await pace(parts, row)) ?? spend(parts, row);
  });
  if (outcome instanceof OAuthError) throw outcome;
  return outcome;
}

const refused = (message: string): OAuthError => new OAuthError("invalid_grant", message);
const SPENT = "This device code is not valid, or was used before. Begin anew.";

/** Why there are no tokens yet, or never will be. */
async function pace({ control, now }: DeviceParts, row: DeviceRow): Promise<OAuthError | null> {
  const at = now();
  if (row.expires_at <= at.toISOString()) return new OAuthError("expired_token", "This device code is too old: it holds for ten minutes. Begin anew.");
  if (row.denied_at !== null) return new OAuthError("access_denied", "The person said no.");
  const soon = row.polled_at !== null && at.getTime() - Date.parse(row.polled_at) < row.interval_s * SECOND_MS - EARLY_MS;
  const interval_s = row.interval_s + (soon ? INTERVAL_S : 0);
  await control.db.updateTable("device_codes").set({ polled_at: at.toISOString(), interval_s }).where("device_hash", "=", row.device_hash).execute();
  if (soon) return new OAuthError("slow_down", `Ask again after ${interval_s} seconds, not sooner.`);
  return row.connection_id === null ? new OAuthError("authorization_pending", "The person has not answered yet.") : null;
}

async function spend(parts: DeviceParts, { device_hash, connection_id, scopes, resource }: DeviceRow): Promise<IssuedTokens | OAuthError> {
  const { control: { db }, now } = parts;
  if (connection_id === null || !(await isLive(db, connection_id))) return refused("What this device code stands for was revoked.");
  const { numUpdatedRows } = await db.updateTable("device_codes").set({ spent_at: now().toISOString() }).where("device_hash", "=", device_hash).where("spent_at", "is", null).executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) return refused(SPENT);
  return openFamily(parts, { connection_id, code_hash: null, scopes, resource });
}
