import { expect, test } from "vitest";
import { shareTestApp } from "../testing/harness.ts";

const app = shareTestApp();

test("names of people, workspaces, keys and teams refuse control characters and those that turn text around", async () => {
  const ada = await app().newPerson();
  const workspace = { "x-workspace": ada.workspace };
  const team = (await ada.call("POST", "/v1/workspaces", { name: "Acme" })).body.id;
  const named: [method: string, path: string, body: object][] = [
    ["PATCH", "/v1/account", {}], ["POST", "/v1/workspaces", {}], ["PATCH", `/v1/workspaces/${team}`, {}], ["POST", "/v1/api-keys", { scopes: ["memories:read"] }], ["POST", "/v1/auth/sign-up", { email: "new@example.com" }],
  ];
  for (const [method, path, body] of named) {
    for (const name of ["a\u202eb", "a\u2066b", "a\u200fb", "a\u2028b", "a\nb", "\u0007"]) {
      expect(await ada.call(method, path, { ...body, name }, workspace), `${path} ${JSON.stringify(name)}`).toMatchObject({ status: 400, body: { error: { param: "name" } } });
    }
    expect((await ada.call(method, path, { ...body, name: "Zoë 👩‍🔬 עדה, Æ & Co." }, workspace)).status, path).toBeLessThan(300);
  }
});
