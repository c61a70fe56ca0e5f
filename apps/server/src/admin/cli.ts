#!/usr/bin/env node
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import { requireKnownAuthSecret } from "../accounts/known-secret.ts";
import { ConfigError, readConfig, readEnvironment, readSettings, type Config } from "../config.ts";
import { CONTROL_FILE, openControl } from "../control/database.ts";
import { Sealer } from "../control/sealer.ts";
import { requireKnownPepper } from "../keys/secrets.ts";
import { SECRETS_FILE, toSecrets } from "../secrets.ts";
import { COMMANDS, USAGE } from "./commands.ts";
import { BadNews, UsageError, type Desk, type Options } from "./desk.ts";

const EXIT = { done: 0, unexpected: 1, usage: 2, notFound: 3, badNews: 4 };

/** Runs one command beside a live server or without one, and says how it went by the exit code. */
async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help === true || positionals.length === 0) {
      process.stdout.write(USAGE);
      return values.help === true ? EXIT.done : EXIT.usage;
    }
    const name = positionals.slice(0, 2).join(" ");
    const command = COMMANDS.get(name);
    if (command === undefined) throw new UsageError(`There is no command "${name}".`);
    await print(command(openDesk, positionals.slice(2), values));
    return EXIT.done;
  } catch (error) {
    return explain(error);
  }
}

/** Waits for a slow reader of the output, so that no more is held than it has taken. */
async function print(said: Promise<string> | AsyncIterable<string>): Promise<void> {
  const texts = said instanceof Promise ? [await said] : said;
  for await (const text of texts) {
    if (!process.stdout.write(text)) await once(process.stdout, "drain");
  }
}

function readArguments(args: string[]): { values: Options; positionals: string[] } {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        workspace: { type: "string", short: "w" },
        name: { type: "string", short: "n" },
        scopes: { type: "string", short: "s" },
        group: { type: "string", short: "g" },
        expires: { type: "string", short: "e" },
        chain: { type: "string", short: "c" },
        action: { type: "string", short: "a" },
        test: { type: "boolean" },
        remove: { type: "boolean" },
        yes: { type: "boolean" },
        redacted: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function openDesk({ mayCreate } = { mayCreate: false }): Promise<Desk> {
  const environment = readEnvironment();
  const config = readConfig(environment);
  requireLoci(config, mayCreate);
  const control = await openControl(config.dataDir);
  const { peppers, authSecret } = toSecrets(config);
  await requireKnownPepper(control.db, peppers);
  await requireKnownAuthSecret(control.db, authSecret);
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  return { config, control, peppers, authSecret, sealer: new Sealer(authSecret), now: systemClock, note, knowsUrl: readSettings(environment).values["PUBLIC_URL"] !== undefined };
}

/** Throws where the folder is not that of the server that is meant, and leaves nothing there. */
function requireLoci({ dataDir, peppers, authSecret }: Config, mayCreate: boolean): void {
  if (!existsSync(path.join(dataDir, CONTROL_FILE))) {
    if (mayCreate) return;
    throw new AppError("not_found", `There is no Loci in DATA_DIR=${dataDir}. Give the folder of the server that you mean.`);
  }
  if ((peppers !== null && authSecret !== null) || existsSync(path.join(dataDir, SECRETS_FILE))) return;
  throw new AppError("unavailable", `The server of DATA_DIR=${dataDir} has its secrets from its environment. Run this with the same KEY_PEPPER and AUTH_SECRET.`);
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  if (error instanceof BadNews) {
    process.stdout.write(error.message);
    return EXIT.badNews;
  }
  if (error instanceof AppError) {
    process.stderr.write(`${error.message}\n`);
    if (error.code === "not_found") return EXIT.notFound;
    return error.code === "invalid_request" || error.code === "conflict" ? EXIT.usage : EXIT.unexpected;
  }
  process.stderr.write(`${error instanceof ConfigError ? error.message : ((error as Error).stack ?? String(error))}\n`);
  return EXIT.unexpected;
}

process.exitCode = await main(process.argv.slice(2));
