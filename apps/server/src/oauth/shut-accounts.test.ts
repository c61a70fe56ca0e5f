import { expect, test } from "vitest";
import { isLive } from "../connections/live.ts";
import { signOutApps } from "../connections/revoke.ts";
import { SignIn } from "../testing/authorization.ts";
import { newClient } from "../testing/connections.ts";
import { shareTestApp, type Answer } from "../testing/harness.ts";
import { insertMember } from "../testing/signed-in.ts";
import type { TestPerson } from "../testing/people.ts";

const PUBLIC_URL = "http://localhost:3000";
const clock = { aheadMs: 0 };
const app = shareTestApp({ env: { PUBLIC_URL }, now: () => new Date(Date.now() + clock.aheadMs) });

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const post = (path: string, form: Record<string, string>): Promise<Answer> => app().call("POST", path, new URLSearchParams({ client_id: "loci-cli", ...form }).toString(), FORM);

/** What a person let in and nobody has used yet, and a sign-in that goes on, in a workspace of somebody else's. */
interface LetIn {
  person: TestPerson;
  workspace: string;
  connections: string[];
  /** Tries to turn each into tokens: the code, the device code, the refresh token. */
  spend(): Promise<Answer[]>;
}

async function letIn(): Promise<LetIn> {
  const owner = await app().newPerson();
  const person = await app().newPerson();
  const workspace = (await owner.call("POST", "/v1/workspaces", { name: "Acme" })).body.id as string;
  await insertMember(app(), workspace, { ...person, headers: {} }, "developer");
  const signIn = new SignIn(app(), person, await newClient(app()));
  const { refresh_token } = await signIn.tokens({}, { workspace });
  const code = await signIn.code({}, { workspace });
  const { device_code, user_code } = (await post("/oauth/device", { scope: "memory:read" })).body;
  expect((await person.call("POST", "/v1/oauth/devices", { user_code, allow: true, workspace })).status).toBe(200);
  const { items } = (await person.call("GET", "/v1/connections")).body;
  return {
    person, workspace, connections: items.map(({ id }: { id: string }) => id),
    spend: async () => {
      // A device that asks too soon is told so instead.
      clock.aheadMs += 10_000;
      return [await signIn.exchange(code), await post("/oauth/token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code }), await signIn.refresh(refresh_token)];
    },
  };
}

const outcomes = (answers: Answer[]): (string | number)[] => answers.map(({ status, body }) => body.error ?? status);
const REFUSED = ["invalid_grant", "invalid_grant", "invalid_grant"];
const at = "2026-11-21T07:00:00.000Z";

test("what a person let in can be turned into tokens", async () => {
  expect(outcomes(await (await letIn()).spend())).toEqual([200, 200, 200]);
});

test.each<[what: string, shut: (letIn: LetIn) => Promise<unknown>, open: ((letIn: LetIn) => Promise<unknown>) | null]>([
  ["an account that was shut",
    ({ person }) => app().server.control.db.updateTable("users").set({ disabled_at: at }).where("id", "=", person.user_id).execute(),
    ({ person }) => app().server.control.db.updateTable("users").set({ disabled_at: null }).where("id", "=", person.user_id).execute()],
  ["an account that is being deleted", ({ person }) => app().server.control.db.updateTable("users").set({ deleting_at: at }).where("id", "=", person.user_id).execute(), null],
  ["a workspace that is being deleted", ({ workspace }) => app().server.control.db.updateTable("workspaces").set({ deleting_at: at }).where("id", "=", workspace).execute(), null],
  ["a person who is no member any more", ({ workspace, person }) => app().server.control.db.deleteFrom("members").where("workspace_id", "=", workspace).where("user_id", "=", person.user_id).execute(), null],
])("codes, device codes and refresh tokens of %s give no tokens, and are not spent by that", async (_, shut, open) => {
  const given = await letIn();
  await shut(given);
  expect(outcomes(await given.spend())).toEqual(REFUSED);
  for (const id of given.connections) expect(await isLive(app().server.control.db, id)).toBe(false);
  if (open === null) return;
  await open(given);
  expect(outcomes(await given.spend())).toEqual([200, 200, 200]);
});

test("whoever signs the apps of a person out takes back what nobody has used yet: nothing of it works, and the connections stay", async () => {
  const given = await letIn();
  await signOutApps(app().server, given.person.user_id, "account_disabled");
  expect(outcomes(await given.spend())).toEqual(REFUSED);
  const { db } = app().server.control;
  for (const table of ["authorization_codes", "device_codes"] as const) {
    expect(await db.selectFrom(table).select("connection_id").where("connection_id", "in", given.connections).where("spent_at", "is", null).execute()).toEqual([]);
  }
  expect((await given.person.call("GET", "/v1/connections?state=active")).body.items).toHaveLength(2);
});
