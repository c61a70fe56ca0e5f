import { expect, test } from "vitest";
import { requireSameSite } from "./csrf.ts";

const OWN = { origin: "https://loci.example.com" };
const LOCAL = { origin: "http://127.0.0.1:8080" };
const check = (headers: Record<string, string>, own = OWN, method = "POST") => () => requireSameSite(method, new Headers(headers), own);

test("a change is let in from this site alone", () => {
  expect(check({ origin: OWN.origin, cookie: "sid=1" })).not.toThrow();
  expect(check({ "sec-fetch-site": "same-origin", cookie: "sid=1" })).not.toThrow();
  for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { origin: "http://loci.example.com" }, { origin: "https://loci.example.com.evil.example" }, { "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "same-site" }, { "sec-fetch-site": "none" }]) {
    expect(check({ ...headers, cookie: "sid=1" })).toThrow(/another site/);
  }
});

test("what a browser calls another site is one, whatever the Origin says", () => {
  for (const site of ["cross-site", "same-site"]) expect(check({ origin: OWN.origin, "sec-fetch-site": site, cookie: "sid=1" }), site).toThrow(/another site/);
  for (const site of ["same-origin", "none"]) expect(check({ origin: OWN.origin, "sec-fetch-site": site, cookie: "sid=1" }), site).not.toThrow();
});

test("a program without cookies needs to say nothing, one with cookies says where it is", () => {
  expect(check({})).not.toThrow();
  expect(check({ cookie: "sid=1" })).toThrow(/Origin/);
});

test("reading is always let in", () => {
  for (const method of ["GET", "HEAD"]) expect(check({ origin: "https://evil.example", cookie: "sid=1" }, OWN, method)).not.toThrow();
});

test("on this machine localhost and 127.0.0.1 are one place, but only as the request itself names it", () => {
  expect(check({ origin: "http://localhost:8080", host: "localhost:8080" }, LOCAL)).not.toThrow();
  expect(check({ origin: "http://localhost:3000", host: "localhost:8080" }, LOCAL)).toThrow(/another site/);
  expect(check({ origin: "http://evil.example", host: "evil.example" }, LOCAL)).toThrow(/another site/);
  expect(check({ origin: "http://localhost:8080", host: "localhost:8080" }, OWN)).toThrow(/another site/);
});
