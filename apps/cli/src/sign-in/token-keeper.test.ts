import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { shareListeningApp } from "../../../server/src/testing/chromium.ts";
import { newConnection } from "../../../server/src/testing/connections.ts";
import type { SignInProfile } from "../profiles/file.ts";
import { newMachine, type Machine } from "../testing/machine.ts";

const app = shareListeningApp();

const PAST = "2026-01-01T00:00:00.000Z";
const FUTURE = "2999-01-01T00:00:00.000Z";

const fileOf = ({ home }: Machine): string => path.join(home, ".config/loci/credentials.json");
const keptOf = (machine: Machine) => (JSON.parse(readFileSync(fileOf(machine), "utf8")) as { profiles: Record<string, SignInProfile> }).profiles;

/** A machine on which somebody signed in a while ago, without the pages. */
async function newSignedIn(change: Partial<SignInProfile> = {}) {
  const { url } = app();
  const person = await app().newPerson();
  const { connection_id, token, refresh } = await newConnection(app(), person, { client: { id: "loci-cli", name: "Loci CLI" } });
  const machine = newMachine();
  const profile: SignInProfile = {
    kind: "sign_in", base_url: url, issuer: url, token_endpoint: `${url}/oauth/token`, revocation_endpoint: `${url}/oauth/revoke`,
    access_token: token, refresh_token: refresh, expires_at: FUTURE, scopes: ["memory:read", "memory:write", "memory:delete"], ...change,
  };
  mkdirSync(path.dirname(fileOf(machine)), { recursive: true });
  writeFileSync(fileOf(machine), JSON.stringify({ format: 1, profiles: { default: profile } }));
  return { machine, person, connection_id, profile };
}

const tokensOf = (connection_id: string) =>
  app().server.control.db.selectFrom("tokens").innerJoin("token_families", "token_families.id", "tokens.family_id")
    .select(["tokens.kind", "tokens.spent_at", "token_families.ended_at"]).where("connection_id", "=", connection_id).execute();

test("of processes that find their token ended at once, one renews it, and all of them work", async () => {
  const { machine, connection_id, profile } = await newSignedIn({ expires_at: PAST });
  const runs = await Promise.all([1, 2, 3].map(() => machine.run(["whoami", "--json"])));
  expect(runs.map(({ code }) => code), runs.map(({ stderr }) => stderr).join("")).toEqual([0, 0, 0]);

  const tokens = await tokensOf(connection_id);
  expect(tokens.filter(({ kind, spent_at }) => kind === "refresh" && spent_at !== null)).toHaveLength(1);
  expect(tokens.every(({ ended_at }) => ended_at === null)).toBe(true);
  expect(keptOf(machine)["default"]).not.toMatchObject({ refresh_token: profile.refresh_token });
  expect(Date.parse(keptOf(machine)["default"]?.expires_at ?? "")).toBeGreaterThan(Date.now());
});

test("a token that the server does not take any more is renewed once, and the call is made again with its body", async () => {
  const { machine } = await newSignedIn({ access_token: "mt_ended_long_ago" });
  const [receipt] = await machine.runJson(["store", "Kept at the second try."]);
  expect(receipt).toMatchObject({ status: "created", memory: { content: "Kept at the second try." } });
  expect(await machine.runJson(["list"])).toHaveLength(1);
});

test("a sign-in that was ended in the account is told as that, and not tried again", async () => {
  const { machine, person, connection_id } = await newSignedIn();
  expect((await machine.run(["whoami"])).code).toBe(0);
  expect((await person.call("DELETE", `/v1/connections/${connection_id}`)).status).toBe(204);
  const refused = await machine.run(["whoami"]);
  expect(refused).toMatchObject({ code: 4, stdout: "" });
  expect(refused.stderr).toContain("Sign in again: loci login");
  expect(keptOf(machine)).toEqual({});
});

test("a sign-in that cannot be renewed because its server is away stays as it is", async () => {
  const away = "http://127.0.0.1:9";
  const { machine, profile } = await newSignedIn({ expires_at: PAST, base_url: away, token_endpoint: `${away}/oauth/token` });
  expect(await machine.run(["whoami"])).toMatchObject({ code: 7, stderr: expect.stringContaining(`${away} was not reached`) });
  expect(keptOf(machine)["default"]).toEqual(profile);
});

test("a sign-in that another takes the place of is ended at the server, and one that may not do something is told so", async () => {
  const { machine, connection_id } = await newSignedIn();
  const refused = await machine.run(["export"]);
  expect(refused, refused.stderr).toMatchObject({ code: 5, stdout: "" });
  const { key } = await app().newWorkspace();
  expect((await machine.run(["login", "--api-key", "-", "--base-url", app().url], { input: key })).code).toBe(0);
  expect((await tokensOf(connection_id)).every(({ ended_at }) => ended_at !== null)).toBe(true);
});

test("a sign-in goes to no other server than its own", async () => {
  const { machine } = await newSignedIn();
  const elsewhere = await machine.run(["whoami", "--base-url", app().url.replace("localhost", "127.0.0.1")]);
  expect(elsewhere).toMatchObject({ code: 4, stderr: expect.stringContaining("You are not signed in to http://127.0.0.1") });
});
