import { AppError } from "@loci/kit/errors";
import type { ControlDb } from "../control/database.ts";
import { createDigest } from "./digests.ts";

const MARK = "auth_secret";

/** Refuses an AUTH_SECRET that this installation was not made with; at the first start it is noted. */
export async function requireKnownAuthSecret(db: ControlDb, authSecret: string): Promise<void> {
  const value = createDigest(authSecret)("mark", MARK);
  await db.insertInto("marks").values({ name: MARK, value }).onConflict((known) => known.column("name").doNothing()).execute();
  const known = await db.selectFrom("marks").select("value").where("name", "=", MARK).executeTakeFirstOrThrow();
  if (known.value === value) return;
  throw new AppError("unavailable", "The second factors, sessions and waiting mails in this DATA_DIR were made with another AUTH_SECRET, and none of them could be read. Start with that one: it is in the settings this server ran with before, or in their backup.");
}
