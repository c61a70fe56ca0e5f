import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLog } from "@loci/kit/log";
import { LogOutput } from "./log-output.ts";

function openOutput(writeOut?: (bytes: Buffer) => number) {
  const written: string[] = [];
  const output = new LogOutput(
    writeOut ??
      ((bytes) => {
        written.push(bytes.toString());
        return bytes.length;
      }),
  );
  return { written, output, log: createLog("debug", output) };
}

test("calm lines go out together, within a moment", async () => {
  const { written, log } = openOutput();
  log.info("one");
  log.debug("two");
  expect(written).toEqual([]);
  await sleep(200);
  expect(written).toHaveLength(1);
  expect(written[0]).toMatch(/"one".*\n.*"two".*\n$/);
});

test("a warning goes out at once, after what came before it", () => {
  const { written, log } = openOutput();
  log.info("before");
  log.warn("now");
  expect(written.join("")).toMatch(/"before".*\n.*"now".*\n$/);
});

test("many lines do not wait for the moment", () => {
  const { written, log } = openOutput();
  for (let line = 0; line < 400; line++) log.info("x".repeat(100));
  expect(written.length).toBeGreaterThan(1);
});

test("a pipe that is full or takes a part at a time loses nothing", () => {
  const parts: string[] = [];
  let calls = 0;
  const { output } = openOutput((bytes) => {
    calls += 1;
    if (calls % 2 === 1) throw Object.assign(new Error("full"), { code: "EAGAIN" });
    parts.push(bytes.subarray(0, 5).toString());
    return Math.min(5, bytes.length);
  });
  output.write("hello world\n");
  output.flush();
  expect(parts.join("")).toBe("hello world\n");
});

test("a pipe that nobody reads any more stops nobody", () => {
  const { output } = openOutput(() => {
    throw Object.assign(new Error("gone"), { code: "EPIPE" });
  });
  output.write("hello\n");
  expect(() => output.flush()).not.toThrow();
});
