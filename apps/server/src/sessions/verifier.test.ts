import { DAY_MS, HOUR_MS } from "@loci/kit/clock";
import { expect, test } from "vitest";
import { startTestApp } from "../testing/harness.ts";

async function openSession() {
  const clock = { aheadMs: 0 };
  const app = await startTestApp({ now: () => new Date(Date.now() + clock.aheadMs) });
  const { server } = app;
  const ada = await app.newPerson();
  const lastUse = async (): Promise<number> => Date.parse((await server.control.reads.selectFrom("sessions").select("updated_at").where("user_id", "=", ada.user_id).executeTakeFirstOrThrow()).updated_at);
  return { clock, server, ada, lastUse, token: ada.cookies.get("sid") ?? "" };
}

test("a session's last use is written down, once an hour at most", async () => {
  const { clock, server, token, lastUse } = await openSession();
  const begun = await lastUse();
  clock.aheadMs = HOUR_MS / 2;
  await server.sessions.authenticate(token);
  await server.sessions.flush();
  expect(await lastUse()).toBe(begun);
  clock.aheadMs = 2 * HOUR_MS;
  await server.sessions.authenticate(token);
  await server.sessions.flush();
  expect(await lastUse() - begun).toBeGreaterThanOrEqual(2 * HOUR_MS);
});

test("a session that is used goes on past seven days, and one whose use was written only after its idle end stays over", async () => {
  const { clock, server, token } = await openSession();
  for (const days of [6, 12, 18]) {
    clock.aheadMs = days * DAY_MS;
    expect(await server.sessions.authenticate(token)).toMatchObject({ operator: false });
    await server.sessions.flush();
  }
  clock.aheadMs = 18 * DAY_MS + 7 * DAY_MS + HOUR_MS;
  await expect(Promise.resolve().then(() => server.sessions.authenticate(token))).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a session that was remembered is refused at the very next request after it ended, and when its person was shut out", async () => {
  const { server, ada, token } = await openSession();
  const { db } = server.control;
  await server.sessions.authenticate(token);
  await db.updateTable("users").set({ disabled_at: new Date().toISOString() }).where("id", "=", ada.user_id).execute();
  await expect(Promise.resolve().then(() => server.sessions.authenticate(token))).rejects.toMatchObject({ code: "unauthenticated" });
  await db.updateTable("users").set({ disabled_at: null }).where("id", "=", ada.user_id).execute();
  expect(await server.sessions.authenticate(token)).toMatchObject({ user_id: ada.user_id });
  await db.deleteFrom("sessions").where("user_id", "=", ada.user_id).execute();
  await expect(Promise.resolve().then(() => server.sessions.authenticate(token))).rejects.toMatchObject({ code: "unauthenticated" });
});
