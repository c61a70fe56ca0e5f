import { newId } from "@loci/kit/ids";
import { SYSTEM } from "../audit/origin.ts";
import { connect } from "../connections/connect.ts";
import type { Client } from "../oauth/clients.ts";
import { openFamily } from "../oauth/families.ts";
import { OAUTH_SCOPES, type OAuthScope } from "../policy/oauth-scopes.ts";
import type { Call, TestApp } from "./harness.ts";

interface TestClient {
  id: string;
  name: string;
}

export interface TestConnection {
  connection_id: string;
  /** An access token. */
  token: string;
  refresh: string;
  client: TestClient;
  /** A request of the app, with its token. */
  call: Call;
}

interface ConnectionOptions {
  /** All of them unless said. */
  scopes?: readonly OAuthScope[];
  /** A path or URL of this server that the tokens are for; `/v1` unless said. */
  resource?: string;
  group?: string | null;
  read_only?: boolean;
  /** A client of before, for its second connection; a new one unless said. */
  client?: TestClient;
  /** Another workspace than the person's own. */
  workspace?: string;
}

/** An app that a person allowed into their workspace, with tokens, as after a sign-in without the pages. */
export async function newConnection(app: TestApp, person: { user_id: string; workspace?: string }, options: ConnectionOptions = {}): Promise<TestConnection> {
  const { server, call } = app;
  const { scopes = OAUTH_SCOPES, resource: place = "/v1", group = null, read_only = false, client = await newClient(app), workspace: workspace_id = person.workspace } = options;
  if (workspace_id === undefined) throw new TypeError("Name the workspace: this person has none of their own.");
  const resource = new URL(place, server.config.publicUrl).href;
  const { connection_id, access: token, refresh } = await server.control.transaction(async () => {
    const connection_id = await connect(server, { origin: { ...SYSTEM, actor: person.user_id } }, { user_id: person.user_id, workspace_id, client, resource, scopes, group, read_only });
    return { connection_id, ...(await openFamily(server, { connection_id, code_hash: null, scopes: scopes.join(" "), resource })) };
  });
  return { connection_id, token, refresh, client, call: (method, path, body, headers) => call(method, path, body, { authorization: `Bearer ${token}`, ...headers }) };
}

/** A client that registered itself, unless it is as one of ours, with the redirects of a program on its person's machine. */
export async function newClient({ server: { control, now } }: TestApp, name = "Heron", kind: Client["kind"] = "registered"): Promise<TestClient> {
  const id = newId("cli");
  await control.db.insertInto("clients").values({
    id, kind, name, uri: null, application_type: "native", redirect_uris: JSON.stringify(["http://127.0.0.1/callback"]), fetched_at: null, fresh_until: null, created_at: now().toISOString(), last_used_at: null,
  }).execute();
  return { id, name };
}
