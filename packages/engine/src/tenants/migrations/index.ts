import type { Migration } from "@loci/kit/migrate";
import * as createStore from "./0001_create_store.ts";
import * as createAccesses from "./0002_create_accesses.ts";

/** Every step of a workspace's store, in order. Released steps are never edited. */
export const tenantMigrations: Migration[] = [
  { name: "0001_create_store", up: createStore.up },
  { name: "0002_create_accesses", up: createAccesses.up },
];
