import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SECOND_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { createLog, type Log } from "@loci/kit/log";
import { mintOwnerLink } from "./accounts/owner-link.ts";
import { ConfigError, readConfig, readEnvironment, toUrl, type Config } from "./config.ts";
import { ensureFirstKey, findWayIn, toGreeting } from "./first-start.ts";
import { createHttpServer, type HttpServer } from "./http/node-server.ts";
import { LogOutput } from "./log-output.ts";
import { openServer, type Wired } from "./wiring.ts";

// Together less than the 30 s after which a process that does not stop is killed.
const LISTEN_ON_MAX_MS = 5 * SECOND_MS;
// Where people sign in, the first one need not wait for what they sign in with.
const LOAD_AUTH_AFTER_MS = 2 * SECOND_MS;
const DRAIN_MAX_MS = 20 * SECOND_MS;

/** Starts the server of this process and stays until a signal stops it. */
export async function runServer(): Promise<void> {
  try {
    await start();
  } catch (error) {
    // A fault that a person can mend is told in words; the rest with its trace.
    const words = error instanceof ConfigError || error instanceof AppError || isListenFault(error) ? error.message : (error as Error).stack;
    process.stderr.write(`${words}\n`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  const config = readConfig(readEnvironment());
  const output = new LogOutput();
  process.on("exit", () => output.flush());
  const log = createLog(config.logLevel, output);
  const wired = await openServer({ config, log });
  const http = createHttpServer(wired.front, wired.app.fetch);
  wired.watchInFlight(http.inFlight);
  // Before it listens: whoever finds the server ready finds the key as well.
  const first = config.mode === "production" ? null : await ensureFirstKey({ ...wired, dataDir: config.dataDir });
  const port = await listen(http, config);
  wired.jobs.start();
  stopOnSignals({ wired, http, log });
  log.info({ host: config.host, port, ms: Math.round(performance.now()) }, "listening");
  const people = await hasPeople(wired.control);
  const way = findWayIn(config, people);
  if (way !== null) log.warn(way);
  if (people) setTimeout(() => void wired.accounts.auth.load(), LOAD_AUTH_AFTER_MS).unref();
  if (first === null) return;
  output.flush();
  const url = toUrl(config.host, port);
  const ownerLink = await mintOwnerLink({ control: wired.control, digest: wired.accounts.digest }, config.port === 0 ? url : config.publicUrl);
  process.stdout.write(toGreeting(url, first, ownerLink));
}

const hasPeople = async ({ reads }: Wired["control"]): Promise<boolean> => (await reads.selectFrom("users").select("id").limit(1).executeTakeFirst()) !== undefined;

async function listen({ server }: HttpServer, { host, port }: Config): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise.catch((cause: unknown) => {
    throw toListenFault(cause, host, port);
  });
  server.off("error", reject);
  return (server.address() as AddressInfo).port;
}

class ListenFault extends Error {}
const isListenFault = (error: unknown): error is ListenFault => error instanceof ListenFault;

function toListenFault(cause: unknown, host: string, port: number): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return new ListenFault(`Port ${port} on ${host} is taken by another process. Choose another: PORT=${port + 1} npm start`);
  if (code === "EACCES") return new ListenFault(`Port ${port} needs rights that this process lacks. Choose one from 1024 on: PORT=8080 npm start`);
  if (code === "EADDRNOTAVAIL") return new ListenFault(`HOST=${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all.`);
  return new ListenFault(`Could not listen on ${host}:${port}: ${message}`);
}

interface Running {
  wired: Wired;
  http: HttpServer;
  log: Log;
}

/** The first signal stops in order; a second one stops at once. */
function stopOnSignals(running: Running): void {
  let signals = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    signals += 1;
    if (signals > 1) process.exit(1);
    running.log.info({ signal }, "stopping");
    stop(running).then(
      () => process.exit(0),
      (error: unknown) => {
        running.log.error({ err: error }, "could not stop in order");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
}

/** Readiness turns red, what runs is finished, then everything is written and closed. */
async function stop({ wired, http, log }: Running): Promise<void> {
  wired.startStopping();
  http.startClosing();
  // Jobs end meanwhile; that they have is waited for when all is closed.
  void wired.jobs.stop();
  // While work is in flight new requests are still taken, so that a balancer sees the red light and not a closed door.
  const listenUntilMs = performance.now() + LISTEN_ON_MAX_MS;
  while (http.inFlight() > 0 && performance.now() < listenUntilMs) await sleep(50);
  const closed = new Promise<void>((resolve) => http.server.close(() => resolve()));
  const drainUntilMs = performance.now() + DRAIN_MAX_MS;
  while (http.inFlight() > 0 && performance.now() < drainUntilMs) await sleep(50);
  if (http.inFlight() > 0) log.warn({ in_flight: http.inFlight() }, "gave up waiting for requests");
  http.server.closeAllConnections();
  await closed;
  await wired.close();
  log.info("stopped");
}
