import type { ControlDb } from "../control/database.ts";

interface Credential {
  user_id: string;
  email: string;
  /** The password's hash in PHC form. */
  password: string;
}

/** The password that a person signs in with, where they have one. */
export async function findCredential(db: ControlDb, who: { email: string } | { user_id: string }): Promise<Credential | undefined> {
  const query = db.selectFrom("users").innerJoin("sign_ins", "sign_ins.user_id", "users.id").select(["users.id as user_id", "users.email", "sign_ins.password"]).where("sign_ins.provider_id", "=", "credential");
  const row = await ("email" in who ? query.where("users.email", "=", who.email) : query.where("users.id", "=", who.user_id)).executeTakeFirst();
  return row === undefined || row.password === null ? undefined : { ...row, password: row.password };
}

/** Whether signing in asks this person for a second factor. */
export async function hasSecondFactor(db: ControlDb, userId: string): Promise<boolean> {
  const user = await db.selectFrom("users").select("two_factor_enabled").where("id", "=", userId).executeTakeFirst();
  return user?.two_factor_enabled === 1;
}

/** Lets what is under way for a person end: reset links and second-factor challenges that were begun before a change. */
export async function deletePending(db: ControlDb, userId: string): Promise<void> {
  await db.deleteFrom("verifications").where("value", "=", userId).execute();
}
