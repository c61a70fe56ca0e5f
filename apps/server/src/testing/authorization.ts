import { createHash, randomBytes } from "node:crypto";
import type { Answer, TestApp } from "./harness.ts";

/** What an app sends, as query or form; `undefined` takes a parameter out, a list gives it more than once. */
export type Parameters = Record<string, string | readonly string[] | undefined>;

interface Tokens {
  access_token: string;
  refresh_token: string;
}

/** An app that signs a person in, step by step, with what a test wants to be otherwise at each. */
export class SignIn {
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly verifier = randomBytes(32).toString("base64url");
  private readonly app: TestApp;
  private readonly person: { call: TestApp["call"]; workspace?: string };

  constructor(app: TestApp, person: { call: TestApp["call"]; workspace?: string }, { id, redirect_uri = "http://127.0.0.1:4444/callback" }: { id: string; redirect_uri?: string }) {
    this.app = app;
    this.person = person;
    this.client_id = id;
    this.redirect_uri = redirect_uri;
  }

  /** The path that the app opens in a browser. */
  pathOf(more: Parameters = {}): string {
    const asked = { response_type: "code", client_id: this.client_id, redirect_uri: this.redirect_uri, code_challenge: toChallenge(this.verifier), code_challenge_method: "S256", state: "as it was", scope: "memory:read memory:write", ...more };
    return `/oauth/authorize?${encode(asked)}`;
  }

  ask(more: Parameters = {}): Promise<Answer> {
    return this.person.call("GET", this.pathOf(more));
  }

  /** The id of the question that a person is asked. */
  async question(more: Parameters = {}): Promise<string> {
    const { status, body } = await this.ask(more);
    const id = /data-id="(csn_\w+)"/.exec(String(body))?.[1];
    if (id === undefined) throw new Error(`Nobody is asked: ${status} ${String(body)}`);
    return id;
  }

  answer(question: string, given: Record<string, unknown> = {}): Promise<Answer> {
    return this.person.call("POST", `/v1/oauth/consents/${question}`, { allow: true, workspace: this.person.workspace, ...given });
  }

  /** A code that the person has allowed. */
  async code(more: Parameters = {}, given: Record<string, unknown> = {}): Promise<string> {
    const { status, body } = await this.answer(await this.question(more), given);
    const code = status === 200 ? new URL((body as { location: string }).location).searchParams.get("code") : null;
    if (code === null) throw new Error(`The consent answered ${status}: ${JSON.stringify(body)}`);
    return code;
  }

  exchange(code: string, more: Parameters = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post("/oauth/token", { grant_type: "authorization_code", code, client_id: this.client_id, redirect_uri: this.redirect_uri, code_verifier: this.verifier, ...more }, headers);
  }

  refresh(refresh_token: string, more: Parameters = {}): Promise<Answer> {
    return this.post("/oauth/token", { grant_type: "refresh_token", refresh_token, client_id: this.client_id, ...more });
  }

  revoke(token: string, more: Parameters = {}): Promise<Answer> {
    return this.post("/oauth/revoke", { token, client_id: this.client_id, ...more });
  }

  /** From the question to the first tokens. */
  async tokens(more: Parameters = {}, given: Record<string, unknown> = {}): Promise<Tokens> {
    const { status, body } = await this.exchange(await this.code(more, given));
    if (status !== 200) throw new Error(`The token endpoint answered ${status}: ${JSON.stringify(body)}`);
    return body as Tokens;
  }

  post(path: string, form: Parameters, headers: Record<string, string> = {}): Promise<Answer> {
    return this.app.call("POST", path, encode(form), { "content-type": "application/x-www-form-urlencoded", ...headers });
  }
}

const toChallenge = (verifier: string): string => createHash("sha256").update(verifier).digest("base64url");

function encode(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, given] of Object.entries(parameters)) for (const value of [given ?? []].flat()) query.append(name, value);
  return query.toString();
}
