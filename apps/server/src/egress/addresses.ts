import { BlockList, isIP } from "node:net";

/** What is no address of the public internet, by IANA's registries for special purposes (RFC 6890), and what holds such an address inside. */
const CLOSED_IPV4: readonly (readonly [net: string, bits: number])[] = [
  ["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.0.0.0", 24], ["192.0.2.0", 24], ["192.31.196.0", 24], ["192.52.193.0", 24],
  ["192.88.99.0", 24], ["192.168.0.0", 16], ["192.175.48.0", 24], ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24], ["224.0.0.0", 4], ["240.0.0.0", 4],
];
/** Of IPv6 only 2000::/3 is given out; in it these are not. */
const CLOSED_IPV6: readonly (readonly [net: string, bits: number])[] = [["2001::", 23], ["2001:db8::", 32], ["2002::", 16], ["2620:4f:8000::", 48], ["3fff::", 20]];

/** Tells which addresses a server may connect to for a stranger. */
export class PublicAddresses {
  private readonly closed = new BlockList();
  private readonly given = new BlockList();

  constructor() {
    for (const [net, bits] of CLOSED_IPV4) this.closed.addSubnet(net, bits, "ipv4");
    for (const [net, bits] of CLOSED_IPV6) this.closed.addSubnet(net, bits, "ipv6");
    this.given.addSubnet("2000::", 3, "ipv6");
  }

  has(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    if (family === 4) return !this.closed.check(address, "ipv4");
    return this.given.check(address, "ipv6") && !this.closed.check(address, "ipv6");
  }
}
