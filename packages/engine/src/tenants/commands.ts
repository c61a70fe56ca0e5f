import { eraseGroup, forgetMemories } from "../forget.ts";
import { importRecord } from "../import.ts";
import { relateMemories, unrelateMemories } from "../relate.ts";
import { storeMemory } from "../store.ts";
import { restoreMemory, updateMemory } from "../update.ts";
import type { ResultOf, WriteCommand } from "../workspace.ts";
import type { WriteContext } from "../write-context.ts";

/** Which verb answers which command. */
export function runCommand(ctx: WriteContext, command: WriteCommand): Promise<ResultOf<WriteCommand>> {
  switch (command.verb) {
    case "store": return storeMemory(ctx, command.input);
    case "update": return updateMemory(ctx, command.id, command.patch, command.version);
    case "forget": return forgetMemories(ctx, command.target, command);
    case "restore": return restoreMemory(ctx, command.id, command.version);
    case "erase_group": return eraseGroup(ctx, command.name, command.dry_run);
    case "import": return importRecord(ctx, command.record);
    case "relate": return relateMemories(ctx, command.input);
    case "unrelate": return unrelateMemories(ctx, command.id);
  }
}
