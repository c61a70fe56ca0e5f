import { BlockList, isIP } from "node:net";

/** Reads addresses and CIDR blocks (`10.0.0.0/8`, `::1`); a faulty one is named in the error. */
export function toBlockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = "", bits, ...more] = block.split("/");
    const family = isIP(address);
    const bitsMax = family === 6 ? 128 : 32;
    const isWhole = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax);
    if (family === 0 || !isWhole || more.length > 0) throw new TypeError(`"${block}" is not an address or a block like 10.0.0.0/8.`);
    const type = family === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, type);
    else list.addSubnet(address, Number(bits), type);
  }
  return list;
}

export function isInside(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

/** An IPv4 address that came by an IPv6 socket is the IPv4 address. */
const unmap = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

/** Whether a header tells of another client, and nobody believes who sent it. */
export const isUntrustedForward = (peer: string | undefined, forwardedFor: string | null, trusted: BlockList): boolean =>
  peer !== undefined && forwardedFor !== null && !isInside(trusted, unmap(peer));

/**
 * The client's address: the socket's, unless that is a trusted proxy; then the last in `X-Forwarded-For` that is not
 * one. What stands before it in the header anybody could have written.
 */
export function readClientAddress(peer: string | undefined, forwardedFor: string | null, trusted: BlockList): string | null {
  if (peer === undefined) return null;
  let address = unmap(peer);
  if (forwardedFor === null) return address;
  for (const hop of forwardedFor.split(",").toReversed()) {
    if (!isInside(trusted, address)) return address;
    const next = unmap(hop.trim().replace(/^\[|\](?::\d+)?$/g, ""));
    if (isIP(next) === 0) return address;
    address = next;
  }
  return address;
}
