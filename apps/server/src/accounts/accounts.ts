import type { Clock } from "@loci/kit/clock";
import type { Log } from "@loci/kit/log";
import type { Config } from "../config.ts";
import type { Control } from "../control/database.ts";
import type { Sealer } from "../control/sealer.ts";
import type { Jobs } from "../jobs/jobs.ts";
import type { Outbox } from "../mail/outbox.ts";
import { appendAudit } from "../audit/append.ts";
import { signOutApps } from "../connections/revoke.ts";
import { Acting } from "./acting.ts";
import type { AuthParts } from "./auth.ts";
import { CommonPasswords } from "./common-passwords.ts";
import { deletePending } from "./credentials.ts";
import { createDigest, type Digest } from "./digests.ts";
import { openAuth, type LazyAuth } from "./lazy-auth.ts";
import { registerLetters } from "./letters.ts";
import { Limits } from "./limits.ts";
import { toLink } from "./links.ts";
import { Newcomers } from "./newcomers.ts";
import { Passwords } from "./passwords.ts";
import { Proofs } from "./proofs.ts";

interface AccountsParts {
  config: Config;
  control: Control;
  sealer: Sealer;
  authSecret: string;
  now: Clock;
  log: Log;
  jobs: Jobs;
  outbox: Outbox;
}

/** What the routes of accounts are made of. */
export interface Accounts {
  auth: LazyAuth;
  /** For one more instance, with the providers. */
  authParts: AuthParts;
  acting: Acting;
  digest: Digest;
  limits: Limits;
  newcomers: Newcomers;
  commonPasswords: CommonPasswords;
  passwords: Passwords;
  proofs: Proofs;
}

export function openAccounts(parts: AccountsParts): Accounts {
  const { config, control, sealer, authSecret, now, log, outbox } = parts;
  const acting = new Acting();
  const digest = createDigest(authSecret);
  const passwords = new Passwords();
  const limits = new Limits({ digest, now, log });
  const newcomers = new Newcomers({ control, now, config, acting });
  const authParts: AuthParts = {
    publicUrl: config.publicUrl, authSecret, control, now, digest, acting, passwords, newcomers,
    sendLink: ({ to, template, token }) => outbox.put({ to, template, url: toLink(config.publicUrl, template, token) }),
    onPasswordReset: async ({ id, email }) => {
      await deletePending(control.db, id);
      await signOutApps({ control, now }, id, "password_reset");
      await appendAudit({ control, now }, { ...acting.now.origin, actor: id }, { chain: id, action: "account.password_reset", target: id });
      await outbox.put({ to: email, template: "password_changed" });
      for (const key of [email, id]) await limits.forget("password_fails_per_account", key);
    },
  };
  const auth = openAuth(authParts);
  registerLetters({ ...parts, auth });
  return { auth, authParts, acting, digest, limits, newcomers, commonPasswords: new CommonPasswords(), passwords, proofs: new Proofs({ control, sealer, digest, now }) };
}
