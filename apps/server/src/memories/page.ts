import { z } from "zod";
import type { Page } from "@loci/kit/page";
import { numberParam } from "../http/query.ts";
import { PAGE_LIMIT_MAX } from "./fields.ts";

/** The shape of every list: its items, and the cursor of what follows. */
export const pageOf = <Item extends z.ZodType>(id: string, item: Item) =>
  z.strictObject({
    items: z.array(item).describe("This page, in the order asked for."),
    next: z.string().nullable().describe("Give it back as `cursor` for what follows; null on the last page."),
    has_more: z.boolean().describe("Whether anything follows."),
    total: z.int().min(0).optional().describe("How many match in all; only when asked for."),
  }).meta({ id, description: "A page of a list; pages stay in order while others write." });

/** The wire form of a page. */
export const toPageBody = <Item>({ items, next, total }: Page<Item> & { total?: number }) =>
  ({ items, next, has_more: next !== null, ...(total !== undefined && { total }) });

/** The two fields that every list takes. */
export const pageParams = {
  limit: numberParam({ min: 1, max: PAGE_LIMIT_MAX }).default(50).describe(`How many a page, 1 to ${PAGE_LIMIT_MAX}; 50 unless said.`),
  cursor: z.string().min(1).max(2_000).optional().describe("`next` of the page before."),
};
