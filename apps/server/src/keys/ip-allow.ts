import { isInside, toBlockList } from "../http/client-address.ts";

/** What is wrong with an entry of a list of addresses, as the rest of a sentence, or `null`. */
export function findAddressFault(entry: string): string | null {
  // Callers by IPv4 are known by their IPv4 address, whatever socket they came by.
  if (/^::ffff:/i.test(entry)) return "must be written as an IPv4 address, like 203.0.113.7.";
  return isBlock(entry) ? null : "must be an address or a block of addresses, like 203.0.113.7 or 2001:db8::/32.";
}

function isBlock(entry: string): boolean {
  if (!/^[0-9a-f.:]+(?:\/\d{1,3})?$/i.test(entry)) return false;
  try {
    toBlockList([entry]);
    return true;
  } catch {
    return false;
  }
}

/** Whether everything that `inner` lets in is let in by `outer` too; an empty list lets everything in. */
export function isListInside(inner: readonly string[], outer: readonly string[]): boolean {
  if (outer.length === 0) return true;
  return inner.length > 0 && inner.every((block) => outer.some((around) => isBlockInside(block, around)));
}

function isBlockInside(inner: string, outer: string): boolean {
  const [address = ""] = inner.split("/");
  return isV6(inner) === isV6(outer) && bitsOf(inner) >= bitsOf(outer) && isInside(toBlockList([outer]), address);
}

const isV6 = (block: string): boolean => block.includes(":");

function bitsOf(block: string): number {
  const bits = block.split("/")[1];
  return bits === undefined ? (isV6(block) ? 128 : 32) : Number(bits);
}
