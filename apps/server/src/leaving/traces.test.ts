import { expect, test } from "vitest";
import { newId } from "@loci/kit/ids";
import { LETTER_JOB } from "../accounts/letters.ts";
import { shareTestApp } from "../testing/harness.ts";
import { deleteByAddress, deleteJobsAbout } from "./traces.ts";

const app = shareTestApp();

test("what is kept under an address goes, and what is kept under a longer one that ends or begins with it stays", async () => {
  const { control, sealer, jobs } = app().server;
  const { db } = control;
  const [own, ...others] = ["o@mail.example", "leo@mail.example", "o@mail.example.org", "mail.o@mail.example"];
  const at = new Date().toISOString();
  for (const email of [own, ...others]) {
    await jobs.enqueue(LETTER_JOB, { about: "magic_link", email });
    const failed = await jobs.enqueue(LETTER_JOB, { about: "reset_password", email: "somebody@mail.example" });
    await db.updateTable("jobs").set({ status: "failed", error: `The mail server refuses this mail: 550 no <${email}>.`, finished_at: at }).where("id", "=", failed).execute();
    await db.insertInto("verifications").values({ id: newId("ver"), identifier: email, value: JSON.stringify({ email }), expires_at: at, created_at: at, updated_at: at }).execute();
  }
  await deleteJobsAbout({ control, sealer }, [own]);
  await deleteByAddress(db, { email: own, until: "9999" });
  const left = await db.selectFrom("jobs").select(["payload", "error"]).where("kind", "=", LETTER_JOB).orderBy("id").execute();
  expect(left.flatMap(({ payload, error }) => error ?? JSON.parse(sealer.open(payload)).email)).toEqual(others.flatMap((email) => [email, `The mail server refuses this mail: 550 no <${email}>.`]));
  expect((await db.selectFrom("verifications").select("identifier").orderBy("id").execute()).map(({ identifier }) => identifier)).toEqual(others);
});
