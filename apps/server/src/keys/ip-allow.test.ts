import { expect, test } from "vitest";
import { findAddressFault, isListInside } from "./ip-allow.ts";

test.each([
  [[], [], true],
  [["10.0.0.1"], [], true],
  [[], ["10.0.0.0/8"], false],
  [["10.0.0.1"], ["10.0.0.0/8"], true],
  [["10.0.0.0/8"], ["10.0.0.0/8"], true],
  [["10.1.2.3/8"], ["10.0.0.0/8"], true],
  [["10.0.0.0/7"], ["10.0.0.0/8"], false],
  [["0.0.0.0/0"], ["10.0.0.0/8"], false],
  [["10.0.0.1"], ["10.0.0.1"], true],
  [["10.0.0.1", "11.0.0.1"], ["10.0.0.0/8"], false],
  [["10.0.0.1", "11.0.0.1"], ["10.0.0.0/8", "11.0.0.1"], true],
  [["2001:db8:1::/48"], ["2001:db8::/32"], true],
  [["2001:db8::/31"], ["2001:db8::/32"], false],
  [["2001:db9::1"], ["2001:db8::/32"], false],
  [["0:0:0:0:0:ffff:a00:1"], ["10.0.0.0/8"], false],
  [["10.0.0.1"], ["::/0"], false],
])("the list %j is inside %j: %s", (inner, outer, inside) => {
  expect(isListInside(inner, outer)).toBe(inside);
});

test("an entry that would let nobody in, or that is none, is refused", () => {
  for (const entry of ["203.0.113.7", "203.0.113.0/24", "2001:db8::/32", "::1", "0.0.0.0/0"]) expect(findAddressFault(entry)).toBeNull();
  for (const entry of ["", "localhost", "203.0.113", "203.0.113.7/33", "203.0.113.7/-1", "203.0.113.7/", "2001:db8::/129", "::ffff:10.0.0.1", "10.0.0.1/8/8", " 10.0.0.1"]) {
    expect({ entry, fault: findAddressFault(entry) }).toEqual({ entry, fault: expect.any(String) });
  }
});
