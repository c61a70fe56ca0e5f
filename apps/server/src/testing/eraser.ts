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

/** What the process of `spawnEraser` is told. */
interface Order {
  dataDir: string;
  pepper: string;
  /** How far ahead its clock is, ms: leases of a process that was killed before are over. */
  aheadMs: number;
  /** After so many statements that write it kills itself. */
  statementsMax: number;
}

/** A process that runs the erasures that are due over a folder. */
export async function runEraser({ dataDir, pepper, aheadMs, statementsMax }: Order): Promise<void> {
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
  const { run } = StatementSync.prototype;
  let ran = 0;
  StatementSync.prototype.run = function (this: StatementSync, ...values: Parameters<typeof run>) {
    const result = run.apply(this, values);
    if (++ran >= statementsMax) process.kill(process.pid, "SIGKILL");
    return result;
  } as typeof run;
}

/** Whether it came to its end before it was killed. */
export async function spawnEraser(order: Order): Promise<boolean> {
  const program = `import(${JSON.stringify(import.meta.url)}).then((eraser) => eraser.runEraser(${JSON.stringify(order)}))`;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  spawn(process.execPath, ["-e", program], { stdio: ["ignore", "inherit", "inherit"] }).once("exit", (code, signal) => {
    if (code !== 0 && signal !== "SIGKILL") throw new Error(`The eraser ended with ${code}.`);
    resolve(code === 0);
  });
  return promise;
}
