import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ensureFirstKey } from "../first-start.ts";
import { startTestApp, type TestApp } from "../testing/harness.ts";
import { mintOwnerLink } from "./owner-link.ts";

const PASSWORDS = { first: "a canary in the coal mine", second: "another canary, later on", third: "the third canary of them" };

/** Goes every way that mails or sets something secret, and answers with all the secrets that were seen outside. */
async function gatherSecrets(app: TestApp): Promise<string[]> {
  const secrets: string[] = Object.values(PASSWORDS);
  const email = "canary@example.com";
  const { call, cookies } = app.newBrowser();
  const note = () => secrets.push(...String(cookies).split("; ").flatMap((pair) => (pair.split("=")[1] ?? "").split(".")).filter((part) => part.length > 20 && !part.startsWith("prf_")));
  const latest = async (to: string) => {
    const [mail] = await app.mailTo(to);
    const token = /#token=([\w-]+)/.exec(mail?.text ?? "")?.[1] ?? "";
    if (token !== "") secrets.push(token);
    return token;
  };
  await call("POST", "/v1/auth/sign-up", { email, password: PASSWORDS.first });
  note();
  await call("POST", "/v1/auth/sign-up/verify", { code: await app.codeTo(email) });
  note();
  await call("POST", "/v1/auth/magic-link", { email });
  await call("POST", "/v1/auth/magic-link/verify", { token: await latest(email) });
  note();
  await call("POST", "/v1/account/password", { current_password: PASSWORDS.first, password: PASSWORDS.second });
  note();
  await call("POST", "/v1/auth/password/forgot", { email });
  await call("POST", "/v1/auth/password/reset", { token: await latest(email), password: PASSWORDS.third });
  await call("POST", "/v1/auth/sign-in", { email, password: PASSWORDS.first });
  expect((await call("POST", "/v1/auth/sign-in", { email, password: PASSWORDS.third })).status).toBe(200);
  note();
  const link = await mintOwnerLink({ control: app.server.control, digest: app.server.accounts.digest }, app.server.config.publicUrl);
  const token = link?.split("#token=")[1] ?? "";
  secrets.push(token);
  await call("POST", "/v1/auth/owner-link", { token });
  return secrets;
}

test("no password, code, token or cookie of a person stands in any file of the data folder or in any line of the debug log", async () => {
  const app = await startTestApp();
  await ensureFirstKey({ ...app.server, dataDir: app.dataDir });
  const secrets = await gatherSecrets(app);
  expect(new Set(secrets).size).toBeGreaterThan(12);
  await app.runJobs();
  const files = readdirSync(app.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && entry.name !== "secrets.json").map((entry) => path.join(entry.parentPath, entry.name));
  const places = [...files.map((file) => ({ file, text: readFileSync(file, "latin1") })), { file: "log", text: app.logged.map((line) => JSON.stringify(line)).join("\n") }];
  expect(places.map(({ file }) => path.basename(file))).toEqual(expect.arrayContaining(["control.db", "log"]));
  for (const { file, text } of places) for (const secret of secrets) expect(text.includes(secret), `${secret} in ${file}`).toBe(false);
});

test("a code of six digits cannot be told from what is kept of it", async () => {
  const app = await startTestApp();
  const { call } = app.newBrowser();
  await call("POST", "/v1/auth/sign-up", { email: "canary@example.com", password: PASSWORDS.first });
  const code = await app.codeTo("canary@example.com");
  const { db } = app.server.control;
  const rows = JSON.stringify([await db.selectFrom("proofs").selectAll().execute(), await db.selectFrom("jobs").select("payload").execute(), await db.selectFrom("mails").select("message").execute()]);
  expect(new RegExp(`[^0-9A-Za-z_-]${code}[^0-9A-Za-z_-]`).test(rows)).toBe(false);
  expect(app.logged.map((line) => JSON.stringify(line)).join("\n")).not.toMatch(new RegExp(`\\D${code}\\D`));
});
