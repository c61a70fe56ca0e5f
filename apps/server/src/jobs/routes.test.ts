import { expect, test } from "vitest";
import { z } from "zod";
import { shareTestApp } from "../testing/harness.ts";
import type { TestPerson } from "../testing/people.ts";

const app = shareTestApp();

const ROUTES: [method: string, path: string][] = [
  ["GET", "/v1/admin/jobs"],
  ["POST", "/v1/admin/jobs/job_1/run"],
  ["GET", "/v1/admin/job-kinds"],
  ["POST", "/v1/admin/job-kinds/mail.send/pause"],
  ["POST", "/v1/admin/job-kinds/mail.send/resume"],
  ["GET", "/v1/admin/schedules"],
  ["POST", "/v1/admin/schedules/sweep/pause"],
  ["POST", "/v1/admin/schedules/sweep/resume"],
  ["POST", "/v1/admin/schedules/sweep/run"],
];

/** A kind of its own for a test, with a switch that breaks it. */
function registerKind(kind: string) {
  const { jobs } = app().server;
  const state = { broken: false, ran: 0 };
  jobs.register(kind, {
    payload: z.strictObject({ secret: z.string() }), triesMax: 1,
    run: async () => {
      state.ran += 1;
      if (state.broken) throw new Error("it is broken");
    },
  });
  return { state, jobs, enqueue: (more = {}) => jobs.enqueue(kind, { secret: "heron" }, more) };
}

const openOperator = (): Promise<TestPerson> => app().newPerson({ operator: true });
const auditOf = (target: string) => app().server.control.reads.selectFrom("audit").select(["action", "actor"]).where("chain", "=", "instance").where("target", "=", target).orderBy("seq").execute();

test("nobody but an operator sees or steers jobs: not without a session, not other people, not keys", async () => {
  const somebody = await app().newPerson();
  const { call: withKey } = await app().newWorkspace();
  for (const [method, path] of ROUTES) {
    expect({ path, status: (await app().call(method, path)).status }).toEqual({ path, status: 401 });
    expect({ path, status: (await somebody.call(method, path)).status }).toEqual({ path, status: 403 });
    expect({ path, status: (await withKey(method, path)).status }).toEqual({ path, status: 403 });
  }
  const operator = await openOperator();
  const crossSite = await operator.call("POST", "/v1/admin/job-kinds/mail.send/pause", undefined, { origin: "https://evil.test" });
  expect(crossSite).toMatchObject({ status: 403, body: { error: { details: { reason: "cross_site" } } } });
});

test("an operator lists jobs page by page, by state and kind, and never what they are given", async () => {
  const operator = await openOperator();
  const { enqueue, jobs } = registerKind("listed");
  const ids = [await enqueue(), await enqueue(), await enqueue({ runAt: new Date("2999-01-01T00:00:00Z") })];
  await jobs.runDue();
  const first = await operator.call("GET", "/v1/admin/jobs?kind=listed&limit=2");
  expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[1]]);
  expect(first.body.items[0]).toMatchObject({ kind: "listed", status: "waiting", run_at: "2999-01-01T00:00:00.000Z", tries: 0, error: null });
  expect(Object.keys(first.body.items[0])).not.toContain("payload");
  const second = await operator.call("GET", `/v1/admin/jobs?kind=listed&limit=2&cursor=${first.body.next}`);
  expect(second.body).toMatchObject({ items: [{ id: ids[0], status: "done" }], next: null, has_more: false });
  expect((await operator.call("GET", "/v1/admin/jobs?kind=listed&status=waiting")).body.items).toHaveLength(1);
  expect(await operator.call("GET", "/v1/admin/jobs?status=lost")).toMatchObject({ status: 400, body: { error: { param: "status" } } });
});

test("a failed job is run again when an operator says so, and that is in the audit log", async () => {
  const operator = await openOperator();
  const { state, enqueue, jobs } = registerKind("mended");
  state.broken = true;
  const id = await enqueue();
  await jobs.runDue();
  expect((await operator.call("GET", "/v1/admin/jobs?kind=mended")).body.items).toMatchObject([{ id, status: "failed", error: "it is broken" }]);
  state.broken = false;
  expect(await operator.call("POST", `/v1/admin/jobs/${id}/run`)).toMatchObject({ status: 200, body: { id, status: "waiting", tries: 0 } });
  await jobs.runDue();
  expect((await operator.call("GET", "/v1/admin/jobs?kind=mended")).body.items).toMatchObject([{ id, status: "done", error: null }]);
  expect(await operator.call("POST", `/v1/admin/jobs/${id}/run`)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
  expect(await operator.call("POST", "/v1/admin/jobs/job_none/run")).toMatchObject({ status: 404 });
  expect(await auditOf(id)).toEqual([{ action: "job.run", actor: operator.user_id }]);
});

test("a waiting job can be run before its time, and a failed one not beside one that waits to do the same", async () => {
  const operator = await openOperator();
  const { state, enqueue, jobs } = registerKind("hastened");
  const later = { runAt: new Date("2999-01-01T00:00:00Z"), uniqueKey: "same" };
  const first = await enqueue(later);
  state.broken = true;
  await operator.call("POST", `/v1/admin/jobs/${first}/run`);
  await jobs.runDue();
  expect(state.ran).toBe(1);
  const second = await enqueue(later);
  expect(await operator.call("POST", `/v1/admin/jobs/${first}/run`)).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining(second) } } });
});

test("jobs of a paused kind wait, in every process, until they are resumed", async () => {
  const operator = await openOperator();
  const { state, enqueue, jobs } = registerKind("paused");
  expect(await operator.call("POST", "/v1/admin/job-kinds/paused/pause")).toMatchObject({ status: 200, body: { kind: "paused", paused_at: expect.any(String) } });
  await operator.call("POST", "/v1/admin/job-kinds/paused/pause");
  const id = await enqueue();
  await jobs.runDue();
  expect(state.ran).toBe(0);
  expect(await operator.call("POST", `/v1/admin/jobs/${id}/run`)).toMatchObject({ status: 409, body: { error: { details: { reason: "paused" } } } });
  const { body } = await operator.call("GET", "/v1/admin/job-kinds");
  expect(body.items.find(({ kind }: { kind: string }) => kind === "paused")).toMatchObject({ waiting: 1, running: 0, failed: 0, paused_at: expect.any(String) });
  expect(await operator.call("POST", "/v1/admin/job-kinds/paused/resume")).toMatchObject({ status: 200, body: { paused_at: null } });
  await jobs.runDue();
  expect(state.ran).toBe(1);
  expect(await operator.call("POST", "/v1/admin/job-kinds/nothing/pause")).toMatchObject({ status: 404 });
  expect((await auditOf("paused")).map(({ action }) => action)).toEqual(["job.paused", "job.resumed"]);
});

test("a schedule can be run now, paused and resumed", async () => {
  const operator = await openOperator();
  const { jobs, control } = app().server;
  let ran = 0;
  jobs.schedule("sweep", "0 0 1 1 *", async () => void (ran += 1));
  await jobs.runDue();
  const { body } = await operator.call("GET", "/v1/admin/schedules");
  expect(body.items.find(({ name }: { name: string }) => name === "sweep")).toMatchObject({ cron: "0 0 1 1 *", last_run_at: null, paused_at: null, next_run_at: expect.stringMatching(/-01-01T00:00:00.000Z$/) });
  expect(await operator.call("POST", "/v1/admin/schedules/sweep/run")).toMatchObject({ status: 200, body: { kind: "schedule.sweep", status: "waiting" } });
  await jobs.runDue();
  expect(ran).toBe(1);

  expect(await operator.call("POST", "/v1/admin/schedules/sweep/pause")).toMatchObject({ status: 200, body: { paused_at: expect.any(String) } });
  expect(await operator.call("POST", "/v1/admin/schedules/sweep/run")).toMatchObject({ status: 409 });
  await control.db.updateTable("schedules").set({ next_run_at: "2026-01-01T00:00:00.000Z" }).where("name", "=", "sweep").execute();
  await jobs.enqueue("schedule.sweep", {}, { uniqueKey: "sweep" });
  await jobs.runDue();
  expect(ran).toBe(1);
  expect(await operator.call("POST", "/v1/admin/schedules/sweep/resume")).toMatchObject({ status: 200, body: { paused_at: null } });
  await jobs.runDue();
  expect(ran).toBe(2);
  expect(await operator.call("POST", "/v1/admin/schedules/nothing/run")).toMatchObject({ status: 404 });
  expect((await auditOf("sweep")).map(({ action }) => action)).toEqual(["schedule.run", "schedule.paused", "schedule.resumed"]);
});
