import { z } from "zod";
import { expect, test } from "vitest";
import { guarded, json } from "../http/route.ts";
import { isPermission } from "./permissions.ts";

const declaration = {
  id: "readNothing", method: "get" as const, path: "/v1/nothing", tags: ["Docs"] as [string], repeat: "safe" as const, summary: "Nothing",
  responses: { 200: json(z.strictObject({}), "Nothing.") },
};
const nothing = () => ({ status: 200 as const, body: {} });

// The compiler is the test: each of these lines fails the build once what it forbids is allowed.
test("a route without a scope, with one that the table does not know, or that takes more than its scope gives, does not compile", () => {
  // @ts-expect-error the table has no such permission
  expect(guarded("memories:eat", declaration, nothing).scope).toBe("memories:eat");
  // @ts-expect-error who may call comes first
  expect(guarded(declaration, nothing).scope).toBe(declaration);
  // @ts-expect-error an open call has no actor
  guarded("open", declaration, ({ actor }) => ({ status: 200, body: actor }));
  // @ts-expect-error nobody's account is known in a call by permission
  guarded("memories:read", declaration, ({ person }) => ({ status: 200, body: person }));
  // @ts-expect-error keys are not kept in a workspace's store
  guarded("keys:read", declaration, ({ workspace }) => ({ status: 200, body: workspace }));
  expect(guarded("memories:read", declaration, nothing).scope).toBe("memories:read");
});

test("words that every object has are no permissions", () => {
  for (const word of ["toString", "constructor", "__proto__", ""]) expect(isPermission(word), word).toBe(false);
});
