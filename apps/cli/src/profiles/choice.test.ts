import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readEnvironment, type Environment } from "../environment.ts";
import { chooseServer, requireCredentials } from "./choice.ts";
import { isOpenToOthers, readProfiles, toProfilesFile, type KeyProfile } from "./file.ts";
import { keepProfile, removeProfile } from "./store.ts";

function newEnvironment(variables: Record<string, string> = {}): Environment {
  const folder = mkdtempSync(path.join(tmpdir(), "loci-choice-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return readEnvironment({ XDG_CONFIG_HOME: folder, ...variables }, "linux");
}

const keyProfile = (base_url: string, api_key: string): KeyProfile => ({ kind: "key", base_url, api_key });
const NOTHING = { profile: undefined, "base-url": undefined, "api-key": undefined };

test("a flag goes before the environment, and that before what was kept", async () => {
  const environment = newEnvironment({ LOCI_API_KEY: "mk_live_environment", LOCI_BASE_URL: "https://environment.example.com" });
  await keepProfile(environment.configDir, "default", keyProfile("https://kept.example.com", "mk_live_kept"));
  const unset: Environment = { ...environment, apiKey: undefined, baseUrl: undefined };

  expect(chooseServer({ ...NOTHING, "base-url": "https://flag.example.com/", "api-key": "mk_live_flagged" }, environment)).toMatchObject({ baseUrl: "https://flag.example.com", credentials: { from: "--api-key", apiKey: "mk_live_flagged" } });
  expect(chooseServer(NOTHING, environment)).toMatchObject({ baseUrl: "https://environment.example.com", credentials: { from: "LOCI_API_KEY", apiKey: "mk_live_environment" } });
  expect(chooseServer(NOTHING, unset)).toMatchObject({ baseUrl: "https://kept.example.com", credentials: { from: "profile", profile: { api_key: "mk_live_kept" } } });
  // A profile that is named by a flag goes before the environment, for all that it holds.
  expect(chooseServer({ ...NOTHING, profile: "default" }, environment)).toMatchObject({ baseUrl: "https://kept.example.com", credentials: { from: "profile" } });
  expect(chooseServer(NOTHING, newEnvironment())).toEqual({ baseUrl: "http://localhost:8080", profileName: "default", credentials: null });
});

test("what opens one server is never sent to another", async () => {
  const environment = newEnvironment();
  await keepProfile(environment.configDir, "default", keyProfile("https://kept.example.com", "mk_live_kept"));
  const choice = chooseServer({ ...NOTHING, "base-url": "https://kept.example.com.evil.example" }, environment);
  expect(choice.credentials).toBeNull();
  expect(() => requireCredentials(choice)).toThrow("You are not signed in to https://kept.example.com.evil.example.");
});

test("profiles are kept side by side, for their owner alone, and removed one by one", async () => {
  const { configDir } = newEnvironment();
  await Promise.all(["one", "two", "three"].map((name) => keepProfile(configDir, name, keyProfile(`https://${name}.example.com`, "mk_live_kept"))));
  expect(Object.keys(readProfiles(configDir)).sort()).toEqual(["one", "three", "two"]);
  expect(statSync(toProfilesFile(configDir)).mode & 0o777).toBe(0o600);
  expect(isOpenToOthers(configDir)).toBe(false);
  chmodSync(toProfilesFile(configDir), 0o644);
  expect(isOpenToOthers(configDir)).toBe(true);
  expect(await removeProfile(configDir, "two")).toMatchObject({ base_url: "https://two.example.com" });
  expect(await removeProfile(configDir, "two")).toBeNull();
  // What is written anew has the right mode again.
  expect(isOpenToOthers(configDir)).toBe(false);
});

test.each(["", "{", "[]", "null", '{"format":2,"profiles":{}}', '{"format":1,"profiles":{"a":{"kind":"other"}}}'])("a file of sign-ins that is %j is told, with what to do, and not written over", async (text) => {
  const { configDir } = newEnvironment();
  await keepProfile(configDir, "default", keyProfile("https://kept.example.com", "mk_live_kept"));
  writeFileSync(toProfilesFile(configDir), text);
  expect(() => readProfiles(configDir)).toThrow("cannot be read");
  await expect(keepProfile(configDir, "default", keyProfile("https://x.example.com", "mk_live_kept"))).rejects.toThrow("cannot be read");
});

test("folders are where each system keeps such things, and empty variables are none", () => {
  expect(readEnvironment({ XDG_CONFIG_HOME: "/c", XDG_CACHE_HOME: "/k", XDG_DATA_HOME: "/d" }, "linux")).toMatchObject({ configDir: "/c/loci", cacheDir: "/k/loci", dataDir: "/d/loci", noColor: false });
  expect(readEnvironment({ LOCI_API_KEY: "", NO_COLOR: "" }, "linux")).toMatchObject({ apiKey: undefined, noColor: false });
  expect(readEnvironment({ NO_COLOR: "1" }, "linux").noColor).toBe(true);
  expect(readEnvironment({ TERM: "dumb" }, "linux").noColor).toBe(true);
  expect(readEnvironment({ APPDATA: "C", LOCALAPPDATA: "L" }, "win32").configDir).toBe(path.join("C", "loci"));
});
