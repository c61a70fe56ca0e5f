import { guarded, json, type Route } from "../http/route.ts";
import { toPageBody } from "../memories/page.ts";
import { requireProven } from "../policy/actor.ts";
import { listAccounts } from "./accounts.ts";
import { ManagedAccount, ManagedAccountChange, ManagedAccountPage, ManagedAccountParam, ManagedAccountQuery } from "./schemas.ts";
import { changeAccount, type OperatorDesk } from "./service.ts";

const tags: [string] = ["Administration"];

/** What operators see and steer of the accounts of their instance. */
export function operatorRoutes(desk: OperatorDesk): Route[] {
  const list = guarded("operator", {
    id: "listAccounts", method: "get", path: "/v1/admin/accounts", tags, repeat: "safe",
    summary: "List accounts", description: "The newest first, a page at a time: who they are and how they stand, nothing of what is in them.",
    request: { query: ManagedAccountQuery },
    responses: { 200: json(ManagedAccountPage, "A page of accounts.") },
  }, async ({ query }) => ({ status: 200, body: toPageBody(await listAccounts(desk.control.reads, query)) }));

  const change = guarded("operator", {
    id: "changeManagedAccount", method: "patch", path: "/v1/admin/accounts/{id}", tags, repeat: "idempotent",
    summary: "Name an operator, or shut an account",
    description: "Asks for a proof from the last ten minutes. Shutting an account ends its sessions at once, and until it is opened again nobody signs in to it and the keys of its personal workspace do not work; teams, and the keys in them, work on. Both stand in the log of the instance and in the account's own.",
    request: { params: ManagedAccountParam, body: ManagedAccountChange },
    responses: { 200: json(ManagedAccount, "The account as it is now.") },
    faults: [409],
  }, async (call) => {
    requireProven(call.person, call.now());
    return { status: 200, body: await changeAccount(desk, call, call.params.id, call.body) };
  });

  return [list, change];
}
