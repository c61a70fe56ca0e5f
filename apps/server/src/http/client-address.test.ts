import { expect, test } from "vitest";
import { isInside, readClientAddress, toBlockList } from "./client-address.ts";

const NOBODY = toBlockList([]);
const PROXIES = toBlockList(["10.0.0.0/8", "::1"]);

test("without trusted proxies the header is worth nothing", () => {
  expect(readClientAddress("203.0.113.9", "198.51.100.1", NOBODY)).toBe("203.0.113.9");
  expect(readClientAddress("::ffff:203.0.113.9", null, NOBODY)).toBe("203.0.113.9");
  expect(readClientAddress(undefined, "198.51.100.1", PROXIES)).toBeNull();
});

test("behind trusted proxies the client is the last hop that is not one, whatever stands before it", () => {
  expect(readClientAddress("10.1.1.1", "203.0.113.9", PROXIES)).toBe("203.0.113.9");
  expect(readClientAddress("10.1.1.1", "6.6.6.6, 203.0.113.9, 10.2.2.2", PROXIES)).toBe("203.0.113.9");
  expect(readClientAddress("::1", "6.6.6.6, [2001:db8::1]:443", PROXIES)).toBe("2001:db8::1");
  expect(readClientAddress("10.1.1.1", "203.0.113.9, <script>", PROXIES)).toBe("10.1.1.1");
  expect(readClientAddress("203.0.113.9", "6.6.6.6", PROXIES)).toBe("203.0.113.9");
});

test("a faulty block is named", () => {
  for (const block of ["10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.0/", "10.0.0.1/8/8", "::1/64/", "example.com"]) expect(() => toBlockList([block])).toThrow(block);
  expect(isInside(PROXIES, "no address")).toBe(false);
});
