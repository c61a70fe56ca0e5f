import { newId } from "@loci/kit/ids";
import type { Wired } from "../wiring.ts";
import type { Answer, Call } from "./harness.ts";

export interface TestMail {
  id: string;
  to: string;
  template: string;
  subject: string;
  text: string;
  html: string;
  created_at: string;
  status: string;
}

export interface PersonOptions {
  email?: string;
  name?: string;
  /** `null` for an account without one. */
  password?: string | null;
  /** Whether they run the instance; no, unless said, even as the first one. */
  operator?: boolean;
  invitation?: string;
}

export interface TestPerson {
  email: string;
  user_id: string;
  name: string;
  password: string;
  /** The id of their personal workspace. */
  workspace: string;
  /** What their browser holds; answers change it. */
  cookies: Cookies;
  /** A request of their browser: with its cookies and its Origin. */
  call: Call;
}

/** A browser's cookies of one site. */
export class Cookies {
  private readonly kept = new Map<string, string>();

  take({ headers }: Answer): void {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0(;|$)/i.test(line) || value === "") this.kept.delete(name);
      else this.kept.set(name, value);
    }
  }

  get(name: string): string | undefined {
    return this.kept.get(name);
  }

  delete(name: string): void {
    this.kept.delete(name);
  }

  /** The value of the header `Cookie`. */
  toString(): string {
    return [...this.kept].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

/** A request from a network address. */
export type Send = (method: string, path: string, body: unknown, headers: Record<string, string>, peer: string) => Promise<Answer>;

/** A browser that has no session yet; each has an address of its own unless one is given. */
export function openBrowser({ config: { publicUrl } }: { config: Pick<Wired["config"], "publicUrl"> }, send: Send, peer: string = randomPeer()): { cookies: Cookies; call: Call } {
  const cookies = new Cookies();
  const call: Call = async (method, path, body, headers = {}) => {
    const held = cookies.toString();
    const answer = await send(method, path, body, { origin: publicUrl, ...(held !== "" && { cookie: held }), ...headers }, peer);
    cookies.take(answer);
    return answer;
  };
  return { cookies, call };
}

const randomPeer = (): string => `10.${[1, 2, 3].map(() => Math.floor(Math.random() * 256)).join(".")}`;

export async function listMails(send: Send, to: string): Promise<TestMail[]> {
  const { status, body } = await send("GET", `/dev/mail.json?to=${encodeURIComponent(to)}`, undefined, {}, "127.0.0.1");
  if (status !== 200) throw new Error(`/dev/mail.json answered ${status}: ${JSON.stringify(body)}`);
  return (body as { items: TestMail[] }).items;
}

/** The six digits of the latest mail to an address. */
export async function readCode(send: Send, to: string): Promise<string> {
  const [mail] = await listMails(send, to);
  const code = /\b\d{6}\b/.exec(mail?.text ?? "")?.[0];
  if (code === undefined) throw new Error(`No mail to ${to} holds a code.`);
  return code;
}

/** A person who signed up as people do: over HTTP, with the code from the mail. */
export async function signUpPerson(server: Wired, send: Send, options: PersonOptions): Promise<TestPerson> {
  const { email = `${newId("usr")}@example.com`, name = "Ada", password = "correct horse battery", operator = false, invitation } = options;
  const { cookies, call } = openBrowser(server, send);
  const asked = await call("POST", "/v1/auth/sign-up", { email, name, ...(password !== null && { password }), ...(invitation !== undefined && { invitation }) });
  const done = asked.status === 202 ? await call("POST", "/v1/auth/sign-up/verify", { code: await readCode(send, email) }) : asked;
  if (done.status !== 201) throw new Error(`Signing up ${email} answered ${done.status}: ${JSON.stringify(done.body)}`);
  const { db } = server.control;
  const { id: user_id } = await db.selectFrom("users").select("id").where("email", "=", email).executeTakeFirstOrThrow();
  const { id: workspace } = await db.selectFrom("workspaces").select("id").where("personal_user_id", "=", user_id).executeTakeFirstOrThrow();
  await db.updateTable("users").set({ operator: operator ? 1 : 0 }).where("id", "=", user_id).execute();
  return { email, user_id, name, password: password ?? "", workspace, cookies, call };
}
