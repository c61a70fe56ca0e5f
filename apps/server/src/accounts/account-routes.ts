import { notFound } from "@loci/kit/errors";
import type { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import type { ControlDb } from "../control/database.ts";
import { guarded, json, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { PROOF_AGE_MAX_MS, type Person } from "../policy/actor.ts";
import { findCredential } from "./credentials.ts";
import { Account, AccountChange } from "./schemas.ts";

const tags: [string] = ["Account"];

/** The profile of the person who is signed in. */
export function accountRoutes(parts: Parts): Route[] {
  const { control, now } = parts;

  const read = guarded("account", {
    id: "readAccount", method: "get", path: "/v1/account", tags, repeat: "safe",
    summary: "Read your account", description: "The profile, what one can sign in with, and until when a proof lasts.",
    responses: { 200: json(Account, "The account.") },
  }, async ({ person }) => ({ status: 200, body: await readAccount(control.reads, person, now()) }));

  const change = guarded("account", {
    id: "updateAccount", method: "patch", path: "/v1/account", tags, repeat: "idempotent",
    summary: "Change your profile", description: "Name, company, time zone, and which mails are wanted. The address has a call of its own: `changeEmail`.",
    request: { body: AccountChange },
    responses: { 200: json(Account, "The account.") },
  }, async ({ person, origin, body }) => {
    const account = await control.transaction(async () => {
      await updateAccount(control.db, person.user_id, body, now());
      const fields = Object.keys(body);
      if (fields.length > 0) await appendAudit({ control, now }, origin, { chain: person.user_id, action: "account.updated", target: person.user_id, details: { fields } });
      return readAccount(control.db, person, now());
    });
    return { status: 200, body: account };
  });

  return [read, change];
}

async function updateAccount(db: ControlDb, userId: string, { name, company, time_zone, usage_alerts, product_news }: z.output<typeof AccountChange>, now: Date): Promise<void> {
  await db.updateTable("users").set({
    ...(name !== undefined && { name }),
    ...(company !== undefined && { company }),
    ...(time_zone !== undefined && { time_zone }),
    ...(usage_alerts !== undefined && { usage_alerts: usage_alerts ? 1 : 0 }),
    ...(product_news !== undefined && { product_news: product_news ? 1 : 0 }),
    updated_at: now.toISOString(),
  }).where("id", "=", userId).execute();
}

async function readAccount(db: ControlDb, { user_id, provenMs }: Person, now: Date): Promise<z.input<typeof Account>> {
  const user = await db.selectFrom("users").selectAll().where("id", "=", user_id).executeTakeFirst();
  if (user === undefined) throw notFound("account");
  const credential = await findCredential(db, { user_id });
  const provenUntilMs = provenMs + PROOF_AGE_MAX_MS;
  return {
    id: user.id, email: user.email, name: user.name, company: user.company, time_zone: user.time_zone,
    usage_alerts: user.usage_alerts === 1, product_news: user.product_news === 1, operator: user.operator === 1,
    has_password: credential !== undefined, has_second_factor: user.two_factor_enabled === 1,
    proven_until: provenUntilMs >= now.getTime() ? new Date(provenUntilMs).toISOString() : null,
    created_at: user.created_at, delete_after: user.delete_after,
  };
}
