import { expect, test } from "vitest";
import { isScope, SCOPES } from "./policy/permissions.ts";
import { shareTestApp } from "./testing/harness.ts";

const app = shareTestApp();

const toUrl = (path: string, workspace = "wsp_none"): string => path.replace("{workspace}", workspace).replace("{id}", `mem_${"0".repeat(32)}`).replace("{name}", "ana");

test("no call but the open ones answers without a key, and none reads what was sent before it knows who sent it", async () => {
  for (const { id, method, path, refusal } of app().server.routes.filter(({ scope }) => scope !== "open")) {
    for (const headers of [{}, { authorization: "Bearer mk_live_00000000_wrong" }]) {
      const answer = await app().call(method.toUpperCase(), `${toUrl(path)}?nonsense=1`, method === "get" ? undefined : "{not json", headers);
      // A protocol of its own has its own words for it.
      const code = refusal === undefined ? "unauthenticated" : answer.body.error.code;
      expect({ id, status: answer.status, code: answer.body.error.code }).toEqual({ id, status: 401, code });
    }
  }
});

test("a key that works is told that what is for people is not for it, and leaves its name in the log", async () => {
  const ours = await app().newWorkspace();
  const forPeople = app().server.routes.filter(({ scope }) => scope === "account" || scope === "proven account" || scope === "operator");
  expect(forPeople.length).toBeGreaterThan(10);
  for (const { id, method, path } of forPeople) {
    const { status, body, headers } = await ours.call(method.toUpperCase(), toUrl(path));
    expect({ id, status, message: body.error.message }).toEqual({ id, status: 403, message: expect.stringContaining("an API key cannot do it") });
    expect(app().logged.findLast((line) => line.request_id === headers.get("x-request-id") && line.msg === "request")).toMatchObject({ key_id: ours.key_id, workspace_id: ours.id });
  }
});

test("a key with every scope but the one of the call is refused, whatever it sends, and told which it lacks", async () => {
  const { id: workspace } = await app().newWorkspace();
  for (const route of app().server.routes) {
    const { scope } = route;
    if (!isScope(scope)) continue;
    const poor = await app().newWorkspace(SCOPES.filter((held) => held !== scope), { workspace });
    const answer = await poor.call(route.method.toUpperCase(), `${toUrl(route.path, workspace)}?nonsense=1`, route.method === "get" ? undefined : "{not json");
    expect({ id: route.id, status: answer.status, code: answer.body.error.code, lacks: answer.body.error.details.scope }).toEqual({ id: route.id, status: 403, code: "forbidden", lacks: scope });
  }
});

test("what must not be asked with the wrong method or path is told so in the same shape", async () => {
  const ours = await app().newWorkspace();
  for (const [method, path] of [["PUT", "/v1/store"], ["DELETE", "/v1/memories"], ["GET", "/v2/store"], ["GET", "/v1/"]] as const) {
    const answer = await ours.call(method, path);
    expect([404, 405]).toContain(answer.status);
    expect(answer.body.error).toMatchObject({ code: expect.any(String), message: expect.any(String), request_id: expect.any(String) });
  }
});
