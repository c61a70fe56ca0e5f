import { clearCookie } from "../accounts/cookies.ts";
import { empty, guarded, json, type Route } from "../http/route.ts";
import { sessionCookieOf } from "../sessions/cookie.ts";
import { AccountDeletion, AccountDeletionQuery } from "./schemas.ts";
import { deleteAccount, restoreAccount, type LeavingParts } from "./service.ts";

const tags: [string] = ["Account"];

/** Leaving, and staying after all: `DELETE /v1/account`, `POST /v1/account/restore`. */
export function leavingRoutes(parts: LeavingParts): Route[] {
  const { publicUrl } = parts.config;
  const gone = { headers: { "clear-site-data": '"cache", "cookies", "storage"' }, cookies: [clearCookie(publicUrl, sessionCookieOf(publicUrl))] };

  const remove = guarded("proven account", {
    id: "deleteAccount", method: "delete", path: "/v1/account", tags, repeat: "idempotent", whileLeaving: true,
    summary: "Delete your account",
    description: "Export first: `exportAccount`. Teams that you own are handed to somebody else or deleted before; the refusal lists them. Other sessions end, the keys of the personal workspace stop, and after 30 days, or with `now=true` at once, the account and everything in the personal workspace are erased for good. Until then you can still sign in to look around, to export, and to undo it with `restoreAccount`.",
    request: { query: AccountDeletionQuery },
    responses: { 200: json(AccountDeletion, "What becomes of it.") },
    faults: [409],
  }, async (call) => {
    const { delete_after, erasing } = await deleteAccount(parts, call, { atOnce: call.query.now });
    const ways = erasing ? { export_with: null, restore_with: null } : { export_with: "POST /v1/account/export", restore_with: "POST /v1/account/restore" };
    return { status: 200, body: { delete_after, erasing, ...ways }, ...(erasing && gone) };
  });

  const restore = guarded("account", {
    id: "restoreAccount", method: "post", path: "/v1/account/restore", tags, repeat: "idempotent", whileLeaving: true,
    summary: "Undo the deletion of your account", description: "Within its 30 days: everything is as before. An account that nobody deleted stays as it is.",
    responses: { 204: empty("It stays.") },
    faults: [409],
  }, async (call) => {
    await restoreAccount(parts, call);
    return { status: 204 };
  });

  return [remove, restore];
}
