import { expect, test } from "vitest";
import { newIdempotencyKey, readCrypto } from "./crypto.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Runs with another `globalThis.crypto`, as other runtimes have it. */
async function withCrypto<Value>(crypto: unknown, run: () => Promise<Value>): Promise<Value> {
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto") as PropertyDescriptor;
  Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true });
  try {
    return await run();
  } finally {
    Object.defineProperty(globalThis, "crypto", own);
  }
}

test("idempotency keys are random UUIDs, also where a page is served without TLS and there is no randomUUID", async () => {
  const { crypto } = globalThis;
  const keys = await withCrypto({ getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes) }, () => Promise.all(Array.from({ length: 50 }, newIdempotencyKey)));
  for (const key of [...keys, await newIdempotencyKey()]) expect(key).toMatch(UUID);
  expect(new Set(keys).size).toBe(50);
});

test("where crypto is not global, as in Node 18, it comes from the module", async () => {
  await withCrypto(undefined, async () => {
    expect(typeof (await readCrypto()).subtle.verify).toBe("function");
    expect(await newIdempotencyKey()).toMatch(UUID);
  });
});
