import { expect, test } from "vitest";
import { SYSTEM } from "../audit/origin.ts";
import { newClient, newConnection } from "../testing/connections.ts";
import { shareTestApp } from "../testing/harness.ts";
import { connect } from "./connect.ts";

const app = shareTestApp();

const listTold = async ({ email }: { email: string }) => (await app().mailTo(email)).filter(({ template }) => template === "app_connected");

test("whoever connects an app is told by mail which, where, when, and where to cut it off, and not again when it is let in once more", async () => {
  const ada = await app().newPerson();
  const { client } = await newConnection(app(), ada, { resource: "/mcp" });
  const [mail, ...more] = await listTold(ada);
  expect(more).toEqual([]);
  expect(mail?.subject).toBe("An app was connected to your Loci account");
  expect(mail?.text).toContain(`The app "${client.name}" was connected to the workspace Ada at 20`);
  expect(mail?.text).toContain(`${app().server.config.publicUrl}/connections`);

  const { connection_id } = await newConnection(app(), ada, { resource: "/mcp", client, read_only: true });
  expect(await listTold(ada)).toHaveLength(1);
  expect((await ada.call("DELETE", `/v1/connections/${connection_id}`)).status).toBe(204);
  await newConnection(app(), ada, { resource: "/mcp", client });
  expect(await listTold(ada)).toHaveLength(2);
});

test("the mail stands and falls with the connection, and an instance that sends none connects apps all the same", async () => {
  const [ada, bob] = [await app().newPerson(), await app().newPerson()];
  const { server } = app();
  const allowed = { client: await newClient(app()), resource: `${server.config.publicUrl}/mcp`, scopes: ["memory:read"], group: null, read_only: false } as const;
  const by = ({ user_id, workspace }: typeof ada) => [{ origin: { ...SYSTEM, actor: user_id } }, { ...allowed, user_id, workspace_id: workspace }] as const;
  const undone = server.control.transaction(async () => {
    await connect(server, ...by(ada));
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect(await listTold(ada)).toEqual([]);

  expect(await connect({ ...server, mailer: null, config: { ...server.config, mode: "production" } }, ...by(bob))).toMatch(/^con_/);
  expect(await listTold(bob)).toEqual([]);
});
