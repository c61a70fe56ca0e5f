import type { Parts } from "../parts.ts";

export type AnnounceParts = Pick<Parts, "config" | "control" | "mailer" | "now" | "outbox">;

interface NewConnection {
  user_id: string;
  workspace_id: string;
  client: { name: string };
}

/** Tells a person by mail that an app was connected in their name, in the transaction that runs. Where no mail can be sent, none is written. */
export async function announceConnection({ config, control, mailer, now, outbox }: AnnounceParts, { user_id, workspace_id, client }: NewConnection): Promise<void> {
  // At a desk without mail there is the mailbox of development.
  if (mailer === null && config.mode === "production") return;
  const { db } = control;
  const { email } = await db.selectFrom("users").select("email").where("id", "=", user_id).executeTakeFirstOrThrow();
  const { name: workspace } = await db.selectFrom("workspaces").select("name").where("id", "=", workspace_id).executeTakeFirstOrThrow();
  const at = `${now().toISOString().slice(0, 16).replace("T", " ")} UTC`;
  await outbox.put({ to: email, template: "app_connected", app: client.name, workspace, at, url: `${config.publicUrl}/connections` });
}
