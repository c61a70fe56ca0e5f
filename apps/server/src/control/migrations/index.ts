import type { Migration } from "@loci/kit/migrate";
import { up as createWorkspacesAndKeys } from "./0001_create_workspaces_and_keys.ts";
import { up as createAccounts } from "./0002_create_accounts.ts";
import { up as createJobs } from "./0003_create_jobs.ts";
import { up as createAudit } from "./0004_create_audit.ts";
import { up as createKeptAnswers } from "./0005_create_kept_answers.ts";
import { up as createConnections } from "./0006_create_connections.ts";

export const controlMigrations: Migration[] = [
  { name: "0001_create_workspaces_and_keys", up: createWorkspacesAndKeys },
  { name: "0002_create_accounts", up: createAccounts },
  { name: "0003_create_jobs", up: createJobs },
  { name: "0004_create_audit", up: createAudit },
  { name: "0005_create_kept_answers", up: createKeptAnswers },
  { name: "0006_create_connections", up: createConnections },
];
