import type { BenchServer } from "./server.ts";
import { Connection } from "./client.ts";

export interface BenchPerson {
  workspace_id: string;
  /** What a browser would send, with the session cookie. */
  headers: Record<string, string>;
  /** A key of the person's workspace with every scope. */
  key: string;
}

/** Signs a person up as a browser does, with the code from the development mailbox. */
export async function signUp({ port, url }: Pick<BenchServer, "port" | "url">, email = "ada@bench.example"): Promise<BenchPerson> {
  const connection = new Connection({ port });
  const asked = await connection.request("POST", "/v1/auth/sign-up", JSON.stringify({ email, password: "a long road to a small house", name: "Ada" }));
  if (asked.status !== 202) throw new Error(`The sign-up was answered with ${asked.status}: ${asked.body.toString()}`);
  const { body: mailbox } = await connection.call("GET", `/dev/mail.json?to=${encodeURIComponent(email)}`);
  const text = (mailbox as { items: { text: string }[] }).items[0]?.text ?? "";
  const code = /\b\d{6}\b/.exec(text)?.[0];
  if (code === undefined) throw new Error("The mailbox holds no code.");
  const verified = await connection.request("POST", "/v1/auth/sign-up/verify", JSON.stringify({ code }), { Cookie: toCookie(asked.headers), Origin: url });
  if (verified.status !== 201) throw new Error(`The code was answered with ${verified.status}: ${verified.body.toString()}`);
  const headers = { Cookie: toCookie(verified.headers), Origin: url };
  const workspaces = await connection.call("GET", "/v1/workspaces", undefined, headers);
  const workspace_id = (workspaces.body as { items: { id: string }[] }).items[0]?.id ?? "";
  const made = await connection.call("POST", "/v1/api-keys", { name: "bench", scopes: ["workspace:read"] }, { ...headers, "X-Workspace": workspace_id });
  const { secret } = made.body as { secret?: string };
  if (secret === undefined) throw new Error(`The key was answered with ${made.status}: ${JSON.stringify(made.body)}`);
  connection.close();
  return { workspace_id, headers, key: secret };
}

/** The cookies of an answer, as they are sent back. */
const toCookie = (headers: Record<string, string>): string => (headers["set-cookie"] ?? "").split(/\n/).map((line) => line.split(";", 1)[0] ?? "").join("; ");
