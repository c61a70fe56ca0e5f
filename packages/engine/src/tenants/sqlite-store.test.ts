import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openEngine } from "../index.ts";
import { describeMemoryStore } from "./store.contract.ts";
import type { TestEngine } from "./test-engine.ts";

describeMemoryStore("SQLite", openSqliteEngine);

async function openSqliteEngine(): Promise<TestEngine> {
  const dataDir = await mkdtemp(join(tmpdir(), "loci-store-"));
  let at = Date.parse("2026-01-01T00:00:00Z");
  const start = () => openEngine({ dataDir, now: () => new Date(at) });
  const test: TestEngine = {
    engine: await start(),
    advanceMs(ms) {
      at += ms;
    },
    async reopen() {
      await test.engine.close();
      test.engine = await start();
    },
    async readDisk() {
      const dir = join(dataDir, "stores");
      return Buffer.concat(await Promise.all((await readdir(dir)).map((file) => readFile(join(dir, file)))));
    },
  };
  onTestFinished(async () => {
    await test.engine.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return test;
}
