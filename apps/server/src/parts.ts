import { openEngine, type Engine } from "@loci/engine";
import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Config } from "./config.ts";
import { ConnectionVerifier } from "./connections/verifier.ts";
import { openControl, type Control } from "./control/database.ts";
import { Egress } from "./egress/egress.ts";
import { Sealer } from "./control/sealer.ts";
import { openAccounts, type Accounts } from "./accounts/accounts.ts";
import { Jobs } from "./jobs/jobs.ts";
import { requireKnownAuthSecret } from "./accounts/known-secret.ts";
import { requireKnownPepper, type Peppers } from "./keys/secrets.ts";
import { KeyVerifier } from "./keys/verifier.ts";
import { registerErasures } from "./leaving/jobs.ts";
import { requireKnownPlans } from "./plans/catalogue.ts";
import { registerRetention } from "./retention/enforce.ts";
import { registerDelivery } from "./mail/delivery.ts";
import { openMailer, type Mailer } from "./mail/mailer.ts";
import { Outbox } from "./mail/outbox.ts";
import { ClientDocuments } from "./oauth/documents.ts";
import { ClientKeySets } from "./oauth/key-sets.ts";
import { toSecrets } from "./secrets.ts";
import { SessionVerifier } from "./sessions/verifier.ts";
import { Memberships } from "./workspaces/memberships.ts";
import { WorkspaceStores } from "./workspaces/stores.ts";

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
  stores: WorkspaceStores;
  verifier: KeyVerifier;
  sessions: SessionVerifier;
  connections: ConnectionVerifier;
  /** Reads from addresses that others name. */
  egress: Egress;
  documents: ClientDocuments;
  keySets: ClientKeySets;
  memberships: Memberships;
  jobs: Jobs;
  accounts: Accounts;
  outbox: Outbox;
  /** `null` where no mail is set up. */
  mailer: Mailer | null;
}

export async function openParts({ config, log, now }: Pick<Parts, "config" | "log" | "now">): Promise<Parts> {
  const control = await openControl(config.dataDir);
  const { peppers, authSecret } = toSecrets(config);
  await requireKnownPepper(control.db, peppers);
  await requireKnownAuthSecret(control.db, authSecret);
  await requireKnownPlans(control.db, config.plans);
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
  const stores = new WorkspaceStores({ engine, control, now, log });
  const verifier = new KeyVerifier({ control, peppers, now, log });
  const sessions = new SessionVerifier({ control, authSecret, now, log });
  const connections = new ConnectionVerifier({ control, peppers, now, log });
  const egress = new Egress({ allow: config.egressAllow });
  const documents = new ClientDocuments({ egress, now, log });
  const keySets = new ClientKeySets({ egress, now, log });
  const memberships = new Memberships(control);
  const jobs = new Jobs({ control, sealer, now, log });
  const outbox = new Outbox({ control, sealer, jobs, now });
  const accounts = openAccounts({ config, control, sealer, authSecret, now, log, jobs, outbox });
  const mailer = await openMailer(config.mail);
  registerDelivery({ config, control, sealer, jobs, now, log, mailer });
  registerErasures({ control, now, sealer, stores, jobs, outbox });
  registerRetention({ control, now, log, sealer, stores, jobs, outbox });
  return { config, log, now, control, sealer, peppers, authSecret, engine, stores, verifier, sessions, connections, egress, documents, keySets, memberships, jobs, outbox, mailer, accounts };
}

export async function closeParts({ control, engine, verifier, sessions, connections, jobs, mailer }: Parts): Promise<void> {
  await jobs.stop();
  mailer?.close();
  await verifier.close();
  await sessions.close();
  await connections.close();
  await engine.close();
  control.close();
}
