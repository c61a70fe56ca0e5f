import { z } from "zod";
import { guarded, json, type Route } from "../http/route.ts";
import { toPageBody } from "../memories/page.ts";
import { Job, JobKind, JobPage, JobParam, JobQuery, KindParam, Schedule, ScheduleParam } from "./schemas.ts";
import { listJobs, listKinds, listSchedules, pauseKind, pauseSchedule, runJobNow, runScheduleNow, type JobsDesk } from "./service.ts";

const tags: [string] = ["Administration"];

/** What operators see and steer of what the server does by itself. */
export function jobRoutes(desk: JobsDesk): Route[] {
  return [...singleJobs(desk), ...kindsOfJobs(desk), ...schedules(desk)];
}

function singleJobs(desk: JobsDesk): Route[] {
  const list = guarded("operator", {
    id: "listJobs", method: "get", path: "/v1/admin/jobs", tags, repeat: "safe",
    summary: "List jobs", description: "Newest first, a page at a time: mails on their way, work that runs, what failed and why.",
    request: { query: JobQuery },
    responses: { 200: json(JobPage, "A page of jobs.") },
  }, async ({ query }) => ({ status: 200, body: toPageBody(await listJobs(desk, query)) }));

  const run = guarded("operator", {
    id: "runJob", method: "post", path: "/v1/admin/jobs/{id}/run", tags, repeat: "idempotent",
    summary: "Run a job now", description: "Lets a waiting job run at once, and a failed one again with all its tries. The answer does not wait for it.",
    request: { params: JobParam },
    responses: { 200: json(Job, "The job, which is due now.") },
    faults: [409],
  }, async ({ params, origin }) => ({ status: 200, body: await runJobNow(desk, origin, params.id) }));

  return [list, run];
}

function kindsOfJobs(desk: JobsDesk): Route[] {
  const list = guarded("operator", {
    id: "listJobKinds", method: "get", path: "/v1/admin/job-kinds", tags, repeat: "safe",
    summary: "List kinds of jobs", description: "With how many wait, run and failed, and which are paused.",
    responses: { 200: json(z.strictObject({ items: z.array(JobKind).describe("The kinds, by name.") }), "All kinds.") },
  }, async () => ({ status: 200, body: { items: await listKinds(desk) } }));

  const change = (verb: "pause" | "resume", texts: { summary: string; description: string }) => guarded("operator", {
    id: `${verb}JobKind`, method: "post", path: `/v1/admin/job-kinds/{kind}/${verb}`, tags, repeat: "idempotent", ...texts,
    request: { params: KindParam },
    responses: { 200: json(JobKind, "The kind as it is now.") },
  }, async ({ params, origin }) => ({ status: 200, body: await pauseKind(desk, origin, { kind: params.kind, paused: verb === "pause" }) }));

  return [
    list,
    change("pause", { summary: "Pause a kind of jobs", description: "No more of them are begun, in any process, until they are resumed. Those that run end as they would." }),
    change("resume", { summary: "Resume a kind of jobs", description: "What has become due meanwhile runs at once." }),
  ];
}

function schedules(desk: JobsDesk): Route[] {
  const list = guarded("operator", {
    id: "listSchedules", method: "get", path: "/v1/admin/schedules", tags, repeat: "safe",
    summary: "List schedules", description: "What the server does again and again: when next, when last, and how that went.",
    responses: { 200: json(z.strictObject({ items: z.array(Schedule).describe("The schedules, by name.") }), "All schedules.") },
  }, async () => ({ status: 200, body: { items: await listSchedules(desk) } }));

  const change = (verb: "pause" | "resume", texts: { summary: string; description: string }) => guarded("operator", {
    id: `${verb}Schedule`, method: "post", path: `/v1/admin/schedules/{name}/${verb}`, tags, repeat: "idempotent", ...texts,
    request: { params: ScheduleParam },
    responses: { 200: json(Schedule, "The schedule as it is now.") },
  }, async ({ params, origin }) => ({ status: 200, body: await pauseSchedule(desk, origin, { name: params.name, paused: verb === "pause" }) }));

  const run = guarded("operator", {
    id: "runSchedule", method: "post", path: "/v1/admin/schedules/{name}/run", tags, repeat: "idempotent",
    summary: "Run a schedule now", description: "Makes its job now; the next slot stays where it is. The answer does not wait for it.",
    request: { params: ScheduleParam },
    responses: { 200: json(Job, "The job, which is due now.") },
    faults: [409],
  }, async ({ params, origin }) => ({ status: 200, body: await runScheduleNow(desk, origin, params.name) }));

  return [
    list,
    change("pause", { summary: "Pause a schedule", description: "It and the jobs that it made wait until it is resumed." }),
    change("resume", { summary: "Resume a schedule", description: "A slot that was missed meanwhile is made up for once." }),
    run,
  ];
}
