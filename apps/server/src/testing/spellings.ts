/** Ways in which the same bytes are written into other text. */
export function toSpellings(secret: string | Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const plain = bytes.toString("latin1");
  const hex = bytes.toString("hex");
  const encoded = [0, 1, 2].flatMap((before) => [toInnerBase64(bytes, before, "base64"), toInnerBase64(bytes, before, "base64url")]);
  const inAddresses = typeof secret === "string" ? [encodeURIComponent(secret), new URLSearchParams([["", secret]]).toString().slice(1)] : [];
  return [...new Set([plain, ...inAddresses, hex, hex.toUpperCase(), ...encoded])];
}

/** What base64 makes of these bytes where so many others stand before them: the letters that depend on these alone. */
function toInnerBase64(bytes: Buffer, before: number, encoding: "base64" | "base64url"): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding);
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}
