import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { showSettings, toEnvExample } from "./config-text.ts";
import { ConfigError, readConfig, SETTING_NAMES, type Environment } from "./config.ts";

const PEPPER = "q7Vt0m3Zk9xW1bRfYc8Lh2NsGd5JpAe6UiTo4";
const AUTH_SECRET = "w3Rk8Zq1Xv6Tn0Yb5Lc9Pd2Mf7Hj4Gs8Ua3Ie6";
const PRODUCTION = { NODE_ENV: "production", PUBLIC_URL: "https://loci.example", AUTH_SECRET };
const OTHER = "Zk9xW1bRfYc8Lh2NsGd5JpAe6UiTo4q7Vt0m3";

function faultsOf(env: Environment): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  test("works with nothing set", () => {
    expect(readConfig({})).toMatchObject({ mode: "development", host: "127.0.0.1", port: 8080, publicUrl: "http://localhost:8080", dataDir: path.resolve("data"), peppers: null, metricsToken: null, embedder: { spec: "static" } });
  });

  test("says which settings of accounts and mail go together, and which exclude each other", () => {
    const faults = faultsOf({ GITHUB_CLIENT_ID: "x", OIDC_ISSUER: "https://id.example.com", SMTP_URL: "smtp://mail.example.com", RESEND_API_KEY: "re_1", TRUSTED_PROXIES: "10.0.0.0/8, 10.0.0.0/33" });
    expect(faults).toEqual([
      expect.stringMatching(/^GITHUB_CLIENT_SECRET must/),
      expect.stringMatching(/^OIDC_CLIENT_ID and OIDC_CLIENT_SECRET must/),
      expect.stringMatching(/^SMTP_URL and RESEND_API_KEY/),
      expect.stringMatching(/^TRUSTED_PROXIES.*10\.0\.0\.0\/33/),
    ]);
    expect(faultsOf({ SMTP_URL: "https://mail.example.com" })).toEqual([expect.stringMatching(/^SMTP_URL must/)]);
  });

  test("lets anybody sign up in development, and invited people in production", () => {
    expect(readConfig({}).signup).toBe("open");
    expect(readConfig({ ...PRODUCTION, KEY_PEPPER: PEPPER }).signup).toBe("invite");
    expect(readConfig({ ...PRODUCTION, KEY_PEPPER: PEPPER, SIGNUP: "closed" }).signup).toBe("closed");
  });

  test("takes each name with LOCI_ before it or without, and the longer one wins", () => {
    expect(readConfig({ PORT: "1", LOCI_PORT: "2" }).port).toBe(2);
    expect(readConfig({ PORT: "1" }).port).toBe(1);
  });

  test("takes an empty value as not set", () => {
    expect(readConfig({ PORT: "", LOCI_HOST: "", KEY_PEPPER: "", PUBLIC_URL: "" })).toMatchObject({ port: 8080, host: "127.0.0.1", peppers: null });
  });

  test("reads secrets from files, without the line's end", () => {
    const file = path.join(mkdtempSync(path.join(tmpdir(), "loci-config-")), "pepper");
    writeFileSync(file, `${PEPPER}\n`);
    expect(readConfig({ KEY_PEPPER_FILE: file }).peppers).toEqual({ current: PEPPER, previous: null });
    expect(faultsOf({ LOCI_KEY_PEPPER_FILE: `${file}-not-there` })).toEqual([expect.stringContaining("cannot be read")]);
    expect(faultsOf({ KEY_PEPPER: PEPPER, KEY_PEPPER_FILE: file })).toEqual([expect.stringContaining("both set")]);
  });

  test("leaves the variables of the command line alone", () => {
    expect(readConfig({ LOCI_API_KEY: "mk_live_x", LOCI_BASE_URL: "http://localhost:8080", LOCI_PROFILE: "work" }).port).toBe(8080);
  });

  test("tells every fault at once, in words", () => {
    const env = { LOCI_PROT: "1", PORT: "http", NODE_ENV: "production", LOG_LEVEL: "loud", PUBLIC_URL: "loci.example", EMBEDDER: "glove", KEY_PEPPER: "short", AUTH_SECRET };
    expect(faultsOf(env)).toEqual([
      "LOCI_PROT is not a setting of Loci. Did you mean LOCI_PORT?",
      "PORT must be a whole number.",
      "PUBLIC_URL must be a URL that starts with http:// or https://.",
      'LOG_LEVEL must be one of "fatal", "error", "warn", "info", "debug", "trace", "silent".',
      "EMBEDDER must be static, openai:MODEL or onnx:FOLDER.",
      expect.stringContaining("KEY_PEPPER is too short: 5 bytes"),
    ]);
  });

  test.each([
    [{ PORT: "65536" }, "at most 65535"],
    [{ PORT: "-1" }, "whole number"],
    [{ WRITER_THREADS: "0" }, "at least 1"],
    [{ LOCI_FROBNICATE: "1" }, "not a setting"],
    [{ EMBEDDER: "openai:" }, "EMBEDDER must be"],
    [{ EMBEDDER: "openai:text-embedding-3-small" }, "EMBEDDER_API_KEY is missing"],
    [{ EMBEDDER: "onnx:/no/such/folder" }, "not there"],
    [{ EMBEDDER_DIMENSIONS: "256" }, "only for EMBEDDER=openai"],
    [{ KEY_PEPPER_PREVIOUS: PEPPER }, "without KEY_PEPPER"],
    [{ KEY_PEPPER: PEPPER, KEY_PEPPER_PREVIOUS: PEPPER }, "the same"],
    [{ KEY_PEPPER: PEPPER, AUTH_SECRET: PEPPER }, "KEY_PEPPER and AUTH_SECRET are the same"],
    [{ PUBLIC_URL: "https://loci.example/loci" }, "without a path"],
    [{ PUBLIC_URL: "https://loci.example?x=1" }, "without a path"],
    [{ PUBLIC_URL: "https://loci.example/#y" }, "without a path"],
    [{ PUBLIC_URL: "https://u:p@loci.example" }, "without a path"],
    [{ MAIL_FROM: "nomail" }, "MAIL_FROM must be a mail address"],
    [{ MAIL_FROM: "Loci <loci@example.com>\nBcc: eve@example.com" }, "MAIL_FROM must be a mail address"],
    [{ MAIL_FROM: "Lo\rci <loci@example.com>" }, "MAIL_FROM must be a mail address"],
    [{ MAIL_FROM: "loci@example.com, eve@example.com" }, "MAIL_FROM must be a mail address"],
    [{ MAIL_FROM: "Loci <loci@example.com" }, "MAIL_FROM must be a mail address"],
  ])("%j is a fault", (env, words) => {
    expect(faultsOf(env as Environment)).toEqual([expect.stringContaining(words)]);
  });

  test("knows in production where browsers reach it, by https unless that is this machine", () => {
    const production = (PUBLIC_URL?: string) => ({ ...PRODUCTION, KEY_PEPPER: PEPPER, PUBLIC_URL });
    expect(faultsOf(production())).toEqual([expect.stringContaining("PUBLIC_URL is missing")]);
    expect(faultsOf(production("http://loci.example"))).toEqual([expect.stringContaining("must start with https://")]);
    expect(faultsOf(production("loci.example"))).toEqual([expect.stringContaining("PUBLIC_URL must be a URL")]);
    for (const url of ["https://loci.example", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"]) expect(readConfig(production(url)).publicUrl).toBe(url);
    expect(readConfig({ PUBLIC_URL: "HTTPS://Loci.Example:443/" }).publicUrl).toBe("https://loci.example");
    expect(readConfig({ PUBLIC_URL: "http://loci.example" }).publicUrl).toBe("http://loci.example");
  });

  test("takes a sender with or without a name", () => {
    for (const MAIL_FROM of ["loci@example.com", "<loci@example.com>", "Loci of Ümit <loci@example.com>", '"Acme, Inc." <loci@mail.example.com>', "Loci <loci@localhost>"]) expect(readConfig({ MAIL_FROM }).mailFrom).toBe(MAIL_FROM);
  });

  test("asks an endpoint of the operator's own without a key", () => {
    expect(readConfig({ EMBEDDER: "openai:nomic", EMBEDDER_BASE_URL: "http://localhost:11434/v1/" }).embedder).toEqual({ spec: "openai:nomic", baseUrl: "http://localhost:11434/v1" });
  });

  test.each([
    undefined,
    "short",
    "a".repeat(40),
    "abcabcabcabcabcabcabcabcabcabcabcabc",
    "changeme-changeme-changeme-changeme!",
    "this is my very secret pepper for keys",
    "0123456789012345678901234567890123456789",
  ])("refuses the pepper %j in production", (pepper) => {
    expect(faultsOf({ ...PRODUCTION, KEY_PEPPER: pepper })).toEqual([expect.stringContaining("KEY_PEPPER")]);
  });

  test("refuses a weak previous pepper and a weak metrics token in production, and takes good ones", () => {
    expect(faultsOf({ ...PRODUCTION, KEY_PEPPER: PEPPER, KEY_PEPPER_PREVIOUS: "x", METRICS_TOKEN: "x" })).toHaveLength(2);
    expect(readConfig({ ...PRODUCTION, KEY_PEPPER: PEPPER, KEY_PEPPER_PREVIOUS: OTHER, METRICS_TOKEN: OTHER })).toMatchObject({ peppers: { current: PEPPER, previous: OTHER }, metricsToken: OTHER });
  });
});

test(".env.example explains every variable, and setting all of it changes nothing", () => {
  const text = toEnvExample();
  for (const name of SETTING_NAMES) expect(text).toMatch(new RegExp(`^# .+\n(#.*\n)*#${name}=`, "m"));
  const defaults = Object.fromEntries([...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  expect(readConfig(defaults)).toEqual(readConfig({}));
});

test("settings are shown with where they come from, and no secret", () => {
  const shown = showSettings({ LOCI_PORT: "9000", KEY_PEPPER: PEPPER, EMBEDDER_API_KEY: "sk-123" });
  expect(shown).toContainEqual({ name: "PORT", value: "9000", from: "LOCI_PORT" });
  expect(shown).toContainEqual({ name: "HOST", value: "127.0.0.1", from: "default" });
  expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${PEPPER}|sk-123`));
});
