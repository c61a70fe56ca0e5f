interface Global {
  crypto?: Crypto;
}

/**
 * Web Crypto, wherever this runs. Node 18 has it only as a module, whose name is put together so that bundlers for
 * browsers leave it alone.
 */
export async function readCrypto(): Promise<Crypto> {
  const here = (globalThis as Global).crypto;
  if (here !== undefined) return here;
  const name = ["node", "crypto"].join(":");
  const { webcrypto } = (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as { webcrypto: Crypto };
  return webcrypto;
}

/** 122 random bits as a UUID. `randomUUID` is missing where a page is served without TLS. */
export async function newIdempotencyKey(): Promise<string> {
  const crypto = await readCrypto();
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte, at) => {
    const value = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    return `${[4, 6, 8, 10].includes(at) ? "-" : ""}${value.toString(16).padStart(2, "0")}`;
  }).join("");
}
