import { createHmac, randomBytes } from "node:crypto";
import { DAY_MS } from "@loci/kit/clock";
import { newId } from "@loci/kit/ids";
import { deriveKey } from "../accounts/digests.ts";
import type { Role } from "../policy/roles.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { createTokenHasher } from "../sessions/token.ts";
import type { Answer, TestApp } from "./harness.ts";

export interface SignedIn {
  user_id: string;
  /** What a browser sends along with each request. */
  headers: Record<string, string>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

interface PersonOptions {
  operator?: boolean;
  /** Whether they showed a proof of who they are a moment ago; they did unless said. */
  proven?: boolean;
  name?: string;
  email?: string;
}

/** A person and their session, put into the database without the mails and hashes of a sign-up: for tests of what people may do, not of how they came in. */
export async function insertPerson({ server, call }: TestApp, { operator = false, proven = true, name = "Test Person", email }: PersonOptions = {}): Promise<SignedIn> {
  const { control: { db }, now, authSecret, config: { publicUrl } } = server;
  const at = now().toISOString();
  const user_id = newId("usr");
  const token = randomBytes(32).toString("base64url");
  await db.insertInto("users").values({
    id: user_id, name, email: email ?? `${user_id}@example.org`, email_verified: 1, image: null, created_at: at, updated_at: at,
    two_factor_enabled: null, company: null, time_zone: null, operator: operator ? 1 : 0, disabled_at: null, delete_after: null,
  }).execute();
  await db.insertInto("sessions").values({
    id: newId("ses"), user_id, token_hash: createTokenHasher(authSecret)(token), created_at: at, updated_at: at, expires_at: new Date(now().getTime() + 30 * DAY_MS).toISOString(),
    ip_address: null, user_agent: null, proven_at: proven ? at : null, method: "password",
  }).execute();
  const headers = { cookie: `${sessionCookieOf(publicUrl)}=${sign(token, authSecret)}`, origin: new URL(publicUrl).origin };
  return { user_id, headers, call: (method, path, body, more) => call(method, path, body, { ...headers, ...more }) };
}

/** A session's token as better-auth puts it into its cookie. */
function sign(token: string, authSecret: string): string {
  const secret = Buffer.from(deriveKey(authSecret, "better-auth")).toString("base64url");
  return encodeURIComponent(`${token}.${createHmac("sha256", secret).update(token).digest("base64")}`);
}

/** Makes somebody a member of a workspace. */
export async function insertMember({ server: { control, now } }: TestApp, workspace_id: string, { user_id }: SignedIn, role: Role): Promise<void> {
  await control.db.insertInto("members").values({ workspace_id, user_id, role, created_at: now().toISOString() }).execute();
}
