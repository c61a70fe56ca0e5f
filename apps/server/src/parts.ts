import { openEngine, type Engine } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Config } from "./config.ts";
import { openControl, type Control } from "./control/database.ts";
import { Sealer } from "./control/sealer.ts";
import { requireKnownPepper, type Peppers } from "./keys/secrets.ts";
import { KeyVerifier } from "./keys/verifier.ts";
import { toSecrets } from "./secrets.ts";
import { SessionVerifier } from "./sessions/verifier.ts";
import { Memberships } from "./workspaces/memberships.ts";

/** What the nouns of one server are made of; each takes what it needs. */
export interface Parts {
  config: Config;
  log: Log;
  now: Clock;
  control: Control;
  sealer: Sealer;
  peppers: Peppers;
  authSecret: string;
  engine: Engine;
  verifier: KeyVerifier;
  sessions: SessionVerifier;
  memberships: Memberships;
}

export async function openParts({ config, log, now }: Pick<Parts, "config" | "log" | "now">): Promise<Parts> {
  const control = await openControl(config.dataDir);
  const { peppers, authSecret } = toSecrets(config);
  await requireKnownPepper(control.db, peppers);
  const sealer = new Sealer(authSecret);
  const engine = await openEngine({
    dataDir: config.dataDir,
    embedder: config.embedder,
    writerThreads: config.writerThreads,
    openStoresMax: config.openStoresMax,
    indexBytesMax: config.indexMemoryMb * 2 ** 20,
    warm: config.mode !== "test",
    log,
    now,
  });
  const verifier = new KeyVerifier({ control, peppers, now, log });
  const sessions = new SessionVerifier({ control, authSecret, now, log });
  const memberships = new Memberships(control);
  return { config, log, now, control, sealer, peppers, authSecret, engine, verifier, sessions, memberships };
}

export async function closeParts({ control, engine, verifier, sessions }: Parts): Promise<void> {
  await verifier.close();
  await sessions.close();
  await engine.close();
  control.close();
}
