import { AppError } from "@loci/kit/errors";
import { createLog } from "@loci/kit/log";
import { expect, test } from "vitest";
import type { Embedder } from "./embedder.ts";
import { QueryVectors } from "./query-vectors.ts";
import { REFUSED } from "./vectors.ts";

function start(table: SharedArrayBuffer | null = null) {
  const asked: string[] = [];
  const lines: string[] = [];
  const clock = { now: 0 };
  const model = { down: false };
  const embedder: Embedder = {
    model: "fake:model", dimensions: 2, table,
    async embed([text = ""]) {
      asked.push(text);
      if (model.down) throw new AppError("unavailable", "down");
      return [text === "refused" ? REFUSED : Float32Array.of(1, 0)];
    },
    async close() {},
  };
  const vectors = new QueryVectors({ embedder, log: createLog("warn", { write: (line) => void lines.push(line) }), now: () => new Date(clock.now) });
  return { vectors, asked, lines, clock, model };
}

test("a question that a store asks again is not embedded again, but one of another store is", async () => {
  const { vectors, asked } = start();
  expect(await vectors.find("a", "where?")).toEqual(Float32Array.of(1, 0));
  await vectors.find("a", "where?");
  await vectors.find("b", "where?");
  expect(asked).toEqual(["where?", "where?"]);
});

test("while the model is down questions go without a vector, without asking each time, and one warning a minute says so", async () => {
  const { vectors, asked, lines, clock, model } = start();
  model.down = true;
  expect(await vectors.find("a", "one")).toBeNull();
  expect(await vectors.find("a", "two")).toBeNull();
  expect(asked).toEqual(["one"]);

  clock.now = 5_000;
  expect(await vectors.find("a", "three")).toBeNull();
  expect(asked).toEqual(["one", "three"]);
  expect(lines).toHaveLength(1);

  clock.now = 10_000;
  model.down = false;
  expect(await vectors.find("a", "one")).not.toBeNull();
});

test("a question that the model refuses has no vector", async () => {
  const { vectors, lines } = start();
  expect(await vectors.find("a", "refused")).toBeNull();
  expect(lines).toEqual([]);
});

test("long questions and those of the built-in table are not kept", async () => {
  const [remote, local] = [start(), start(new SharedArrayBuffer(8))];
  for (const { vectors, asked } of [remote, local]) {
    await vectors.find("a", "q".repeat(1_001));
    await vectors.find("a", "q".repeat(1_001));
    expect(asked).toHaveLength(2);
  }
  await local.vectors.find("a", "short");
  await local.vectors.find("a", "short");
  expect(local.asked).toHaveLength(4);
});

test("the questions of a store that is gone are let go of, and no other's", async () => {
  const { vectors, asked } = start();
  for (const store of ["a", "a_test"]) await vectors.find(store, "where?");
  vectors.forget("a");
  for (const store of ["a", "a_test"]) await vectors.find(store, "where?");
  expect(asked).toHaveLength(3);
});
