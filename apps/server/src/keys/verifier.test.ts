import { setTimeout as sleep } from "node:timers/promises";
import { silentLog } from "@loci/kit/log";
import { expect, onTestFinished, test, vi } from "vitest";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openControl } from "../control/database.ts";
import { createWorkspace } from "../workspaces/service.ts";
import { SYSTEM } from "../audit/origin.ts";
import { createKey, listAllKeys, revokeKey, type NewKey } from "./service.ts";
import { KeyVerifier } from "./verifier.ts";
import type { Peppers } from "./secrets.ts";

const FIRST: Peppers = { current: "the first pepper", previous: null };
const TURNED: Peppers = { current: "the second pepper", previous: FIRST.current };

async function openDesk(peppers = FIRST, dataDir = mkdtempSync(path.join(tmpdir(), "loci-keys-"))) {
  let time = new Date("2026-11-21T12:00:00Z");
  const now = () => time;
  const control = await openControl(dataDir);
  const verifier = new KeyVerifier({ control, peppers, now, log: silentLog });
  onTestFinished(async () => {
    await verifier.close();
    control.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const workspace = await createWorkspace({ control, now }, "acme");
  const mint = (more: Partial<NewKey> = {}) =>
    createKey({ control, now, peppers }, SYSTEM, { workspace_id: workspace.id, name: "ci", scopes: ["memories:read"], group: null, mode: "live", expires_at: null, ...more });
  const verify = async (secret: string) => verifier.authenticate(new Headers({ authorization: `Bearer ${secret}` }), null);
  return { dataDir, control, verifier, workspace, mint, verify, now, setTime: (text: string) => (time = new Date(text)) };
}

test("a key is known by what it is bound to", async () => {
  const { mint, verify, workspace } = await openDesk();
  const { id, secret } = await mint({ group: "ada", scopes: ["memories:read", "usage:read"], mode: "test" });
  for (let times = 0; times < 3; times++) {
    expect(await verify(secret)).toEqual({ kind: "key", key_id: id, workspace_id: workspace.id, group: "ada", may: new Set(["memories:read", "usage:read"]), mode: "test", leaving_at: null });
  }
});

test("nothing of a secret is kept in the database but its hash", async () => {
  const { mint, control } = await openDesk();
  const { secret } = await mint();
  const rows = JSON.stringify(await control.db.selectFrom("keys").selectAll().execute());
  expect(rows).not.toContain(secret.slice(17));
  expect(rows).not.toContain(secret.slice(17, 49));
});

test("the right handle with another secret is refused, also right after the key itself was used", async () => {
  const { mint, verify } = await openDesk();
  const [ours, theirs] = [await mint(), await mint()];
  await verify(ours.secret);
  const { mintKey } = await import("./format.ts");
  expect(ours.secret).not.toBe(theirs.secret);
  await expect(verify(mintKey("live").text)).rejects.toMatchObject({ code: "unauthenticated" });
  await expect(verify(ours.secret.replace("mk_live_", "mk_test_"))).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a key that another process revoked is refused within a second", async () => {
  const { mint, verify, dataDir, now } = await openDesk();
  const { id, secret } = await mint();
  await verify(secret);
  const other = await openControl(dataDir);
  await revokeKey({ control: other, now }, SYSTEM, id);
  other.close();
  await sleep(1_000);
  await expect(verify(secret)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a key that this process revoked is refused at once", async () => {
  const { mint, verify, control, now } = await openDesk();
  const { id, secret } = await mint();
  await verify(secret);
  await revokeKey({ control, now }, SYSTEM, id);
  await expect(verify(secret)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a key works up to its expiry and not from then on", async () => {
  const { mint, verify, setTime } = await openDesk();
  const { secret } = await mint({ expires_at: "2026-11-21T13:00:00.000Z" });
  setTime("2026-11-21T12:59:59.999Z");
  await verify(secret);
  setTime("2026-11-21T13:00:00.000Z");
  await expect(verify(secret)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("all keys that do not work are refused with the same words", async () => {
  const { mint, verify, control, now } = await openDesk();
  const { mintKey } = await import("./format.ts");
  const revoked = await mint();
  await revokeKey({ control, now }, SYSTEM, revoked.id);
  const expired = await mint({ expires_at: "2026-11-21T11:00:00.000Z" });
  const messages = await Promise.all(["mk_live_garbage", mintKey("live").text, revoked.secret, expired.secret].map((secret) => verify(secret).catch((error: Error) => error.message)));
  expect(new Set(messages).size).toBe(1);
});

test("a key made under the previous pepper works, and after its use under the present one alone", async () => {
  const before = await openDesk(FIRST);
  const { secret } = await before.mint();
  const turned = new KeyVerifier({ control: before.control, peppers: TURNED, now: before.now, log: silentLog });
  const verifyWith = async (verifier: KeyVerifier) => verifier.authenticate(new Headers({ "x-api-key": secret }), null);
  await verifyWith(turned);
  await turned.close();
  const after = new KeyVerifier({ control: before.control, peppers: { current: TURNED.current, previous: null }, now: before.now, log: silentLog });
  expect(await verifyWith(after)).toMatchObject({ group: null });
  await after.close();
  const stranger = new KeyVerifier({ control: before.control, peppers: { current: "another", previous: null }, now: before.now, log: silentLog });
  await expect(verifyWith(stranger)).rejects.toMatchObject({ code: "unauthenticated" });
  await stranger.close();
});

test("when a key was last used is written in batches, and not before", async () => {
  const { mint, verify, verifier, control, workspace, now } = await openDesk();
  const keys = await Promise.all(Array.from({ length: 450 }, () => mint()));
  await Promise.all(keys.slice(1).map(({ secret }) => verify(secret)));
  const used = async () => (await listAllKeys({ control, now }, workspace.id)).filter(({ last_used_at }) => last_used_at === "2026-11-21T12:00:00.000Z").length;
  expect(await used()).toBe(0);
  await verifier.flush();
  expect(await used()).toBe(449);
});

test("a scope that this program does not know gives nothing", async () => {
  const { mint, verify, control } = await openDesk();
  const { id, secret } = await mint();
  await control.db.updateTable("keys").set({ scopes: '["memories:read","planets:move"]' }).where("id", "=", id).execute();
  expect((await verify(secret)).may).toEqual(new Set(["memories:read"]));
});

test("two different keys in two headers are refused", async () => {
  const { mint, verifier } = await openDesk();
  const [one, other] = [await mint(), await mint()];
  const headers = new Headers({ authorization: `Bearer ${one.secret}`, "x-api-key": other.secret });
  expect(() => verifier.authenticate(headers, null)).toThrow(/different keys/);
});

test("100,000 keys with one character changed are refused without a look at the database", async () => {
  const { mint, verifier, control } = await openDesk();
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
  const keys = (await Promise.all([mint(), mint({ mode: "test" })])).map(({ secret }) => secret);
  const reads = vi.spyOn(control.reads, "selectFrom");
  let mutated = 0;
  let refused = 0;
  for (let count = 0; mutated < 100_000; count++) {
    const key = keys[count % keys.length] ?? "";
    const at = (count * 7) % key.length;
    const letter = letters[(count * 13 + 5) % letters.length] ?? "";
    if (letter === key[at]) continue;
    mutated += 1;
    try {
      await verifier.authenticate(new Headers({ "x-api-key": key.slice(0, at) + letter + key.slice(at + 1) }), null);
    } catch (error) {
      if ((error as { code?: string }).code === "unauthenticated") refused += 1;
    }
  }
  expect({ refused, reads: reads.mock.calls.length }).toEqual({ refused: 100_000, reads: 0 });
  await verifier.authenticate(new Headers({ "x-api-key": keys[0] ?? "" }), null);
  expect(reads.mock.calls).toHaveLength(1);
});
