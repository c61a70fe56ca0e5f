import { z } from "zod";
import { toAppError } from "./errors.ts";
import { readJson } from "./json.ts";

/** A number in a query: `?limit=20`. */
export function numberParam({ min, max, integer = true }: { min: number; max: number; integer?: boolean }) {
  const range = integer ? z.number().int().min(min).max(max) : z.number().min(min).max(max);
  return z.preprocess((value) => (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value), range);
}

const FLAGS: Record<string, boolean> = { true: true, "1": true, false: false, "0": false };

/** Yes or no in a query: `true`, `1`, `false` or `0`. */
export const flagParam = () =>
  z.preprocess((value) => (typeof value === "string" ? (FLAGS[value] ?? value) : value), z.boolean({ error: "must be true or false." }));

/** Several values in a query: the name repeated, or commas between. */
export const listParam = <Item extends z.ZodType<string, string>>(item: Item) =>
  z.preprocess((value) => (typeof value === "string" ? [value] : value), z.array(z.string()))
    .transform((values) => values.flatMap((value) => value.split(",")).filter((value) => value !== ""))
    .pipe(z.array(item).max(100));

/** A JSON text in a query, held to the limits of bodies, as in `?filter={"importance":{"gte":0.5}}`. */
export const jsonParam = <Schema extends z.ZodType>(schema: Schema) =>
  z.string()
    .transform((text, context): unknown => {
      try {
        return readJson(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: `is refused. ${toAppError(error).message.replace("The body", "It")}` });
        return z.NEVER;
      }
    })
    .pipe(schema);
