import { randomBytes } from "node:crypto";
import { AppError } from "@loci/kit/errors";
import { z } from "zod";
import { appendAudit } from "../audit/append.ts";
import type { Origin } from "../audit/origin.ts";
import type { Control } from "../control/database.ts";
import { guarded, json, type OpenCall, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import type { Digest } from "./digests.ts";
import { nameOf } from "./newcomers.ts";
import { Email, LinkToken, NewPassword, PersonName } from "./schemas.ts";
import { SignedIn, startSession } from "./signing-in.ts";

const MARK = "owner_link";
const WORKSPACE = "local";

/**
 * A link that makes who opens it the owner of the first start's workspace, once; `null` where it has one. The link
 * before it works no more: only its hash is kept, so a later start prints another.
 */
export function mintOwnerLink({ control, digest }: { control: Control; digest: Digest }, publicUrl: string): Promise<string | null> {
  return control.transaction(async () => {
    if ((await findOwnerless(control)) === undefined) return null;
    const token = randomBytes(32).toString("base64url");
    const value = digest("owner_link", token);
    await control.db.insertInto("marks").values({ name: MARK, value }).onConflict((kept) => kept.column("name").doUpdateSet({ value })).execute();
    return `${publicUrl}/owner-link#token=${token}`;
  });
}

const findOwnerless = ({ db }: Control) =>
  db.selectFrom("workspaces").select("id").where("slug", "=", WORKSPACE).where("kind", "=", "team")
    .where(({ not, exists, selectFrom }) => not(exists(selectFrom("members").select("user_id").whereRef("members.workspace_id", "=", "workspaces.id").where("role", "=", "owner"))))
    .executeTakeFirst();

const OwnerLink = z.strictObject({
  token: LinkToken,
  email: Email.optional().describe("Makes an account with this address; without one, whoever is signed in becomes the owner."),
  password: NewPassword.optional(),
  name: PersonName.optional(),
}).meta({ id: "OwnerLink", description: "The link that the first start of a server in development prints.", examples: [{ token: "Zm9yIHlvdXIgZXllcyBvbmx5", email: "ada@example.com", password: "correct horse battery" }] });

export function ownerLinkRoutes(parts: Parts): Route[] {
  const { accounts: { auth, commonPasswords, limits, newcomers, passwords }, control } = parts;

  const open = guarded("open", {
    id: "openOwnerLink", method: "post", path: "/v1/auth/owner-link", tags: ["Sign-in"], repeat: "idempotent", setsCookies: true,
    summary: "Take over a new server",
    description: "Makes you the owner of the workspace \"local\" and an operator of the instance, once: with an address as a new account, which needs no code since you read the server's terminal; without one as who is signed in.",
    request: { body: OwnerLink },
    responses: { 200: json(SignedIn, "Whoever was signed in is the owner."), 201: json(SignedIn, "The account is made, and the session cookie is set.") },
    faults: [401, 409, 429],
  }, async (call) => {
    const { token, email, password, name } = call.body;
    const guess = <Result>(work: () => Promise<Result>): Promise<Result> => limits.guess([["fails_per_address", call.origin.address]], () => control.transaction(work));
    if (email === undefined) {
      const userId = await requirePerson(parts, call);
      await guess(() => takeOver(parts, call, token, async () => userId));
      return { status: 200 as const, body: { status: "signed_in" as const } };
    }
    if (password !== undefined) await commonPasswords.requireUncommon(password, { param: "password", email });
    const newcomer = { email, name: name ?? nameOf(email), passwordHash: password === undefined ? null : await passwords.hash(password) };
    await auth.load();
    const { body, cookies } = await guess(async () => {
      const userId = await takeOver(parts, call, token, () => newcomers.create(newcomer, call.origin));
      return startSession(parts, call, { method: "owner_link", userId });
    });
    return { status: 201 as const, body, cookies };
  });

  return [open];
}

async function requirePerson({ config, sessions }: Parts, call: OpenCall): Promise<string> {
  const cookie = call.cookie(sessionCookieOf(config.publicUrl));
  if (cookie === null) throw new AppError("unauthenticated", "Nobody is signed in. Send an address as well, for a new account.", { param: "email" });
  return (await sessions.authenticate(cookie)).user_id;
}

/** Spends the link and makes the person the owner, in the transaction that runs. */
async function takeOver({ accounts, control, now }: Parts, { origin }: OpenCall, token: string, findUser: () => Promise<string>): Promise<string> {
  const { db } = control;
  const spent = await db.deleteFrom("marks").where("name", "=", MARK).where("value", "=", accounts.digest("owner_link", token)).returning("name").executeTakeFirst();
  const workspace = spent === undefined ? undefined : await findOwnerless(control);
  if (workspace === undefined) throw new AppError("invalid_request", "This link was used, or a later start printed another. Look at the terminal.", { param: "token", details: { reason: "link_over" } });
  const userId = await findUser();
  const member = { workspace_id: workspace.id, user_id: userId, role: "owner" as const };
  await db.insertInto("members").values({ ...member, created_at: now().toISOString() }).onConflict((known) => known.columns(["workspace_id", "user_id"]).doUpdateSet({ role: "owner" })).execute();
  const who = { ...origin, actor: userId };
  await appendAudit({ control, now }, who, { chain: workspace.id, action: "member.joined", target: userId, details: { role: "owner" } });
  await grantOperator({ control, now }, who);
  return userId;
}

/** Whoever reads the server's terminal runs it, even where somebody else signed up first. */
async function grantOperator({ control, now }: Pick<Parts, "control" | "now">, who: Origin): Promise<void> {
  const { actor } = who;
  const made = await control.db.updateTable("users").set({ operator: 1 }).where("id", "=", actor).where("operator", "=", 0).returning("id").executeTakeFirst();
  if (made === undefined) return;
  for (const chain of ["instance", actor]) await appendAudit({ control, now }, who, { chain, action: "account.operator_granted", target: actor });
}
