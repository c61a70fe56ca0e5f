import type { Clock } from "@loci/kit/clock";
import type { Control } from "../control/database.ts";

/** Remembers an address that an account has had until now, so that what is kept under it can be found when the account is erased. */
export async function keepFormerAddress({ control, now }: { control: Control; now: Clock }, { user_id, email }: { user_id: string; email: string }): Promise<void> {
  const changed_at = now().toISOString();
  await control.db.insertInto("former_addresses").values({ user_id, email, changed_at })
    .onConflict((known) => known.columns(["user_id", "email"]).doUpdateSet({ changed_at })).execute();
}

/** An address, and until when it was somebody's: by now another account may have it. */
export interface Address {
  email: string;
  /** RFC 3339; later than any time for the one that they have. */
  until: string;
}

/** Every address that something of an account may be kept under; none once the account is gone. */
export async function listAddresses({ db }: Control, userId: string): Promise<Address[]> {
  const user = await db.selectFrom("users").select("email").where("id", "=", userId).executeTakeFirst();
  if (user === undefined) return [];
  const former = await db.selectFrom("former_addresses").select(["email", "changed_at as until"]).where("user_id", "=", userId).execute();
  return [{ email: user.email, until: "9999" }, ...former];
}
