import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { newMachine } from "../testing/machine.ts";
import { checkAddress, checkClock, checkNode } from "./checks.ts";

test("a Node that is too old is told, with where to get another", () => {
  expect(checkNode("24.0.0").state).toBe("ok");
  expect(checkNode("22.18.0")).toMatchObject({ state: "failed", fix: expect.stringContaining("nodejs.org") });
});

test("plain http is warned of wherever it leaves the machine", () => {
  for (const url of ["https://loci.example.com", "http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"]) expect(checkAddress(url).state, url).toBe("ok");
  for (const url of ["http://loci.example.com", "http://192.168.1.5:8080"]) expect(checkAddress(url).state, url).toBe("warning");
});

test("a clock that is off by more than a minute is told, and which way", () => {
  const headers = new Headers({ date: "Sat, 21 Nov 2026 12:00:00 GMT" });
  const at = Date.parse("2026-11-21T12:00:00Z");
  expect(checkClock({ headers }, at + 30_000).state).toBe("ok");
  expect(checkClock({ headers }, at + 90_000).message).toBe("This machine's clock is 90 s ahead of the server's.");
  expect(checkClock({ headers }, at - 90_000).message).toBe("This machine's clock is 90 s behind the server's.");
  expect(checkClock({ headers: new Headers() }, at).state).toBe("ok");
});

test("sign-ins that others can read, or that cannot be read, are told with what to do", async () => {
  const machine = newMachine();
  const file = path.join(machine.home, ".config/loci/credentials.json");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, '{"format":1,"profiles":{}}');
  chmodSync(file, 0o644);
  expect(await machine.run(["doctor"])).toMatchObject({ code: 1, stdout: expect.stringContaining("chmod 600") });
  writeFileSync(file, "half");
  expect(await machine.run(["doctor"])).toMatchObject({ code: 1, stdout: expect.stringContaining("cannot be read") });
});
