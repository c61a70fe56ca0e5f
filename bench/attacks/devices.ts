import { createHash, createHmac, createSign, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";

const PERIOD_S = 30;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The six digits of an authenticator app (RFC 6238) now, or so many half minutes later. */
export function toTotp(secret: string, later = 0): string {
  const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1_000 / PERIOD_S) + later));
  const mac = createHmac("sha1", key).update(counter).digest();
  return String((mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

/** Six digits that none of the codes around now are. */
export function toWrongTotp(secret: string): string {
  const right = new Set([-3, -2, -1, 0, 1, 2, 3].map((later) => toTotp(secret, later)));
  return ["000000", "111111", "222222", "333333", "444444", "555555", "666666"].find((code) => !right.has(code)) ?? "777777";
}

const USER_PRESENT_AND_VERIFIED = 0x05;
const HAS_CREDENTIAL = 0x40;

interface CeremonyOptions {
  challenge: string;
  user?: { id: string };
}

/** A device with one passkey (WebAuthn, P-256, no attestation) that always says that its owner is there. */
export class PasskeyDevice {
  private readonly id = randomBytes(16);
  private readonly keys: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  private userId: string | null = null;

  /** What the browser sends for the options of a registration. */
  create({ challenge, user }: CeremonyOptions, origin: string): object {
    this.userId = user?.id ?? null;
    const { x = "", y = "" } = this.keys.publicKey.export({ format: "jwk" });
    // COSE in CBOR: { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y }
    const publicKey = Buffer.concat([Buffer.from("a5010203262001215820", "hex"), Buffer.from(x, "base64url"), Buffer.from("225820", "hex"), Buffer.from(y, "base64url")]);
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, publicKey]);
    const authData = Buffer.concat([this.toAuthenticatorData(origin, USER_PRESENT_AND_VERIFIED | HAS_CREDENTIAL), credential]);
    // CBOR: { "fmt": "none", "attStmt": {}, "authData": bytes }
    const attestation = Buffer.concat([Buffer.from("a363666d74646e6f6e656761747453746d74a0686175746844617461", "hex"), Buffer.from([0x58, authData.length]), authData]);
    return this.toCredential({ clientDataJSON: toClientData("webauthn.create", challenge, origin).toString("base64url"), attestationObject: attestation.toString("base64url"), transports: ["internal"] });
  }

  /** What the browser sends for the options of a sign-in. */
  sign({ challenge }: CeremonyOptions, origin: string): object {
    const clientData = toClientData("webauthn.get", challenge, origin);
    const authenticatorData = this.toAuthenticatorData(origin, USER_PRESENT_AND_VERIFIED);
    const signature = createSign("sha256").update(authenticatorData).update(sha256(clientData)).sign(this.keys.privateKey);
    return this.toCredential({
      clientDataJSON: clientData.toString("base64url"), authenticatorData: authenticatorData.toString("base64url"), signature: signature.toString("base64url"), userHandle: this.userId,
    });
  }

  private toAuthenticatorData(origin: string, flags: number): Buffer {
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags, 0, 0, 0, 0])]);
  }

  private toCredential(response: object): object {
    const id = this.id.toString("base64url");
    return { id, rawId: id, type: "public-key", authenticatorAttachment: "platform", clientExtensionResults: {}, response };
  }
}

const sha256 = (data: string | Buffer): Buffer => createHash("sha256").update(data).digest();
const toClientData = (type: string, challenge: string, origin: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
