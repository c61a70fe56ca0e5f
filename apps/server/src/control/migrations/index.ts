import type { Migration } from "@loci/kit/migrate";
import { up as createWorkspacesAndKeys } from "./0001_create_workspaces_and_keys.ts";

export const controlMigrations: Migration[] = [{ name: "0001_create_workspaces_and_keys", up: createWorkspacesAndKeys }];
