import type { Line } from "./line.ts";

/** Who runs the instance: the first account, which takes no part in the traffic. */
export interface Operator {
  line: Line;
  cookie: string;
}

const ADDRESS = "operator@crash.example";
const JOBS_MAX_MS = 60_000;
const ASK_EVERY_MS = 100;

export async function signUpOperator(line: Line): Promise<Operator> {
  const asked = await line.insist({ method: "POST", path: "/v1/auth/sign-up", body: { email: ADDRESS, password: "a long road to a small desk" } });
  const mailbox = await line.insist({ method: "GET", path: `/dev/mail.json?to=${encodeURIComponent(ADDRESS)}` });
  const [mail] = mailbox.body["items"] as { text: string }[];
  const { status, text, cookie } = await line.insist({ method: "POST", path: "/v1/auth/sign-up/verify", body: { code: /\b\d{6}\b/.exec(mail?.text ?? "")?.[0] }, person: asked });
  if (status !== 201) throw new Error(`The operator's code was answered with ${status}: ${text}`);
  return { line, cookie };
}

/** Waits until no job is left but those of the clock, and answers with those that are after a minute. */
export async function waitForJobs(operator: Operator): Promise<string[]> {
  const untilMs = performance.now() + JOBS_MAX_MS;
  for (;;) {
    const left = [...(await listJobs(operator, "waiting")), ...(await listJobs(operator, "running"))];
    if (left.length === 0 || performance.now() > untilMs) return left;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

async function listJobs(person: Operator, status: string): Promise<string[]> {
  const { body, text } = await person.line.insist({ method: "GET", path: `/v1/admin/jobs?status=${status}&limit=200`, person });
  if (!Array.isArray(body["items"])) throw new Error(`The jobs could not be listed: ${text}`);
  const items = body["items"] as { id: string; kind: string; tries: number; error: string | null }[];
  return items.filter(({ kind }) => !kind.startsWith("schedule.")).map(({ id, kind, tries, error }) => `${id} ${kind}, ${tries} tries, ${error}`);
}
