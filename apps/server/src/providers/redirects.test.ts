import { expect, test } from "vitest";
import { isOwnPath, toLanding } from "./redirects.ts";

const STRAYS = ["//evil.example", "/\\evil.example", "/.//evil.example", "/%2e//evil.example", "/a/..//evil.example", "https://evil.example", "/\t/evil.example", ""];

test.each(STRAYS)("%j is no place of this site", (path) => {
  expect(isOwnPath(path)).toBe(false);
});

test.each(["/", "/oauth/authorize?state=%2F%2Fevil.example", "/a//b", "/.well-known/x#y"])("%j is a place of this site", (path) => {
  expect(isOwnPath(path)).toBe(true);
});

test("no landing leads off this site, however it is written", () => {
  const publicUrl = "https://loci.example";
  const paths = STRAYS.map((stray) => toLanding(stray, publicUrl)).map((landing) => (landing.kind === "on" ? landing.path : "/"));
  expect(paths.map((path) => new URL(path, publicUrl).origin)).toEqual(STRAYS.map(() => publicUrl));
  expect(toLanding("/oauth/authorize?client_id=a#b", publicUrl)).toEqual({ kind: "on", path: "/oauth/authorize?client_id=a#b" });
});
