import { z } from "zod";
import { flagParam } from "../http/query.ts";
import { WireTime } from "../memories/memory.ts";

export const AccountDeletionQuery = z.strictObject({
  now: flagParam().default(false).describe("Erase at once, without the 30 days in which it can be undone."),
});

export const AccountDeletion = z.strictObject({
  delete_after: WireTime.describe("When the account is erased for good."),
  erasing: z.boolean().describe("Whether it is being erased already: then nothing undoes it."),
  export_with: z.string().nullable().describe("The call that gives out everything first; null when it is too late for that."),
  restore_with: z.string().nullable().describe("The call that undoes the deletion; null when nothing does."),
}).meta({
  id: "AccountDeletion",
  description: "What becomes of an account that was deleted.",
  examples: [{ delete_after: "2026-12-21T07:00:00.000Z", erasing: false, export_with: "POST /v1/account/export", restore_with: "POST /v1/account/restore" }],
});
