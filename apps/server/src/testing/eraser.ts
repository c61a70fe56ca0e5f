import { spawn } from "node:child_process";
import { StatementSync } from "node:sqlite";
import { openEngine } from "@loci/engine";
import { silentLog as log } from "@loci/kit/log";
import { readConfig } from "../config.ts";
import { openControl } from "../control/database.ts";
import { Sealer } from "../control/sealer.ts";
import { Jobs } from "../jobs/jobs.ts";
import { registerErasures } from "../leaving/jobs.ts";
import { registerDelivery } from "../mail/delivery.ts";
import { Outbox } from "../mail/outbox.ts";
import { toSecrets } from "../secrets.ts";
import { WorkspaceStores } from "../workspaces/stores.ts";

/** What the process is told. */
interface Order {
  dataDir: string;
  pepper: string;
  /** How far ahead its clock is, ms: leases of a process that was killed before are over. */
  aheadMs: number;
  /** After so many statements that write it kills itself. */
  statementsMax: number;
}

/** Runs the erasures that are due over a folder, until there are none or it dies. */
async function run({ dataDir, pepper, aheadMs, statementsMax }: Order): Promise<void> {
  const config = readConfig({ NODE_ENV: "test", DATA_DIR: dataDir, KEY_PEPPER: pepper });
  const now = () => new Date(Date.now() + aheadMs);
  const control = await openControl(dataDir);
  const engine = await openEngine({ dataDir, now });
  const sealer = new Sealer(toSecrets(config).authSecret);
  const jobs = new Jobs({ control, sealer, now, log });
  const outbox = new Outbox({ control, sealer, jobs, now });
  registerDelivery({ config, control, sealer, jobs, now, log, mailer: null });
  registerErasures({ control, now, sealer, stores: new WorkspaceStores({ engine, control, now, log }), jobs, outbox });
  dieAfter(statementsMax);
  await jobs.runDue();
  await engine.close();
  control.close();
}

function dieAfter(statementsMax: number): void {
  const { run: runStatement } = StatementSync.prototype;
  let ran = 0;
  StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof runStatement>) {
    const result = runStatement.apply(this, values);
    if (++ran >= statementsMax) process.kill(process.pid, "SIGKILL");
    return result;
  } as typeof runStatement;
}

/** Runs erasures in a process of its own; answers whether it came to its end before it was killed. */
async function spawnEraser(order: Order): Promise<boolean> {
  const program = `import(${JSON.stringify(import.meta.url)}).then(({ ERASER }) => ERASER.run(${JSON.stringify(order)}))`;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit"] }).once("exit", (code, signal) => {
    if (code !== 0 && signal !== "SIGKILL") throw new Error(`The eraser ended with ${code}.`);
    resolve(code === 0);
  });
  return promise;
}

export const ERASER = { run, spawn: spawnEraser };
