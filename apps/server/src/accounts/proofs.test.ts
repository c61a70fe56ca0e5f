import { MINUTE_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { startTestApp } from "../testing/harness.ts";
import type { Proofs } from "./proofs.ts";

const EMAIL = "ada@example.com";
const wrong = (code: string): string => (code === "000000" ? "111111" : "000000");

async function openProofs() {
  const clock = { ms: Date.parse("2026-11-21T07:00:00Z") };
  const { server } = await startTestApp({ now: () => new Date(clock.ms) });
  return { proofs: server.accounts.proofs, db: server.control.db, clock };
}

const spend = (proofs: Proofs, cookie: string, code: string) => proofs.spend("sign_in", cookie, code);

test("of 100 uses of a right code at once exactly one wins, and it gives back what was kept", async () => {
  const { proofs, db } = await openProofs();
  const { code, cookie } = await proofs.create({ purpose: "sign_in", email: EMAIL, payload: { hidden: "heron" } });
  const results = await Promise.all(Array.from({ length: 100 }, () => spend(proofs, cookie, code)));
  expect(results.filter((result) => result !== null)).toEqual([{ email: EMAIL, payload: { hidden: "heron" } }]);
  const row = JSON.stringify(await db.selectFrom("proofs").selectAll().execute());
  for (const secret of [code, cookie.split(".")[1] ?? "", "heron"]) expect(row).not.toContain(`"${secret}"`);
});

test("after five wrong tries the right code is refused too; of 100 wrong ones at once five are counted", async () => {
  const { proofs, db } = await openProofs();
  const { code, cookie } = await proofs.create({ purpose: "sign_in", email: EMAIL });
  for (let i = 0; i < 4; i++) expect(await spend(proofs, cookie, wrong(code))).toBeNull();
  expect(await proofs.findAddress("sign_in", cookie)).toBe(EMAIL);
  await Promise.all(Array.from({ length: 100 }, () => spend(proofs, cookie, wrong(code))));
  expect((await db.selectFrom("proofs").select("tries").executeTakeFirstOrThrow()).tries).toBe(5);
  expect(await spend(proofs, cookie, code)).toBeNull();
  expect(await proofs.findAddress("sign_in", cookie)).toBeNull();
});

test("the fifth try may be the right one", async () => {
  const { proofs } = await openProofs();
  const { code, cookie } = await proofs.create({ purpose: "sign_in", email: EMAIL });
  for (let i = 0; i < 4; i++) await spend(proofs, cookie, wrong(code));
  expect(await spend(proofs, cookie, code)).toMatchObject({ email: EMAIL });
});

test("a code works in the browser that asked, for what it was asked for, and counts no try elsewhere", async () => {
  const { proofs, db } = await openProofs();
  const { code, cookie } = await proofs.create({ purpose: "sign_in", email: EMAIL });
  const [id = ""] = cookie.split(".");
  const other = await proofs.create({ purpose: "sign_in", email: EMAIL });
  for (const stranger of ["", id, `${id}.`, `${id}.guess`, `${id}.${other.cookie.split(".")[1]}`]) expect(await spend(proofs, stranger, code)).toBeNull();
  expect(await proofs.spend("prove", cookie, code)).toBeNull();
  expect(await proofs.findAddress("prove", cookie)).toBeNull();
  expect((await db.selectFrom("proofs").select("tries").where("id", "=", id).executeTakeFirstOrThrow()).tries).toBe(0);
  expect(await spend(proofs, cookie, code)).toMatchObject({ email: EMAIL });
});

test("a wrong guess beside the right code never takes it away, nor does another asking for the same address", async () => {
  const { proofs } = await openProofs();
  for (let i = 0; i < 30; i++) {
    const { code, cookie } = await proofs.create({ purpose: "sign_in", email: EMAIL });
    const [, right] = await Promise.all([spend(proofs, cookie, wrong(code)), spend(proofs, cookie, code), proofs.create({ purpose: "sign_in", email: EMAIL })]);
    expect(right).not.toBeNull();
  }
});

test("a code is over after ten minutes", async () => {
  const { proofs, clock } = await openProofs();
  const [early, late] = [await proofs.create({ purpose: "sign_in", email: EMAIL }), await proofs.create({ purpose: "sign_in", email: EMAIL })];
  clock.ms += 10 * MINUTE_MS - 1;
  expect(await spend(proofs, early.cookie, early.code)).not.toBeNull();
  clock.ms += 1;
  expect(await spend(proofs, late.cookie, late.code)).toBeNull();
});
