import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

export interface Certificate {
  key: string;
  cert: string;
}

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = der(0x30, Buffer.from("06082a8648ce3d040302", "hex"));
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const ALTERNATIVE_NAMES = Buffer.from("0603551d11", "hex");

/** A certificate that signed itself, for servers of tests (RFC 5280 4.1, ECDSA on P-256): no key has to lie in the repository. */
export function createCertificate(names: readonly string[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  // Trust is looked up by the name, so no two have the same.
  const serial = randomBytes(8);
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(`a server for tests, ${serial.toString("hex")}`)))));
  const validity = der(0x30, toTime(Date.now() - DAY_MS), toTime(Date.now() + DAY_MS));
  const extensions = der(0x30,
    der(0x30, BASIC_CONSTRAINTS, der(0x04, der(0x30, der(0x01, Buffer.from([0xff]))))),
    der(0x30, ALTERNATIVE_NAMES, der(0x04, der(0x30, ...names.map(toAlternativeName)))),
  );
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const toSign = der(0x30, version, der(0x02, Buffer.from([1]), serial), ECDSA_WITH_SHA256, name, validity, name, publicKey.export({ type: "spki", format: "der" }), der(0xa3, extensions));
  const signature = der(0x03, Buffer.from([0]), sign("sha256", toSign, privateKey));
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert: toPem(der(0x30, toSign, ECDSA_WITH_SHA256, signature)) };
}

/** A tag, the length of what follows, and that (X.690 8.1). */
function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const header = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), content]);
}

/** UTCTime: `261121081500Z`. */
const toTime = (ms: number): Buffer => der(0x17, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, "").slice(2)));

function toAlternativeName(name: string): Buffer {
  if (isIP(name) === 4) return der(0x87, Buffer.from(name.split(".").map(Number)));
  if (name === "::1") return der(0x87, Buffer.concat([Buffer.alloc(15), Buffer.from([1])]));
  return der(0x82, Buffer.from(name));
}

const toPem = (bytes: Buffer): string => `-----BEGIN CERTIFICATE-----\n${(bytes.toString("base64").match(/.{1,64}/g) ?? []).join("\n")}\n-----END CERTIFICATE-----\n`;
