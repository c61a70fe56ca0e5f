import type { Log } from "@loci/kit/log";
import { guarded, stream, type Route } from "../http/route.ts";
import type { Parts } from "../parts.ts";
import { exportAccount, type AccountExportParts } from "./service.ts";

/** `POST /v1/account/export`: everything of a person in one archive. */
export function accountExportRoutes(parts: AccountExportParts & Pick<Parts, "accounts">): Route[] {
  const exportAll = guarded("proven account", {
    id: "exportAccount", method: "post", path: "/v1/account/export", tags: ["Account"], repeat: "safe", whileLeaving: true,
    summary: "Export everything of your account",
    description: "Streams a ZIP archive of JSON Lines: the account, its sessions and ways to sign in, memberships, mails and audit log, and of the workspaces that you own their keys and every memory, live and test. `schema.json` in it describes each line, and `README.txt` says how to import the memories again. There are no secrets in it.",
    responses: { 200: stream("application/zip", "The archive.") },
    faults: [429],
  }, async ({ person, origin, now, log }) => {
    await parts.accounts.limits.charge(["exports_per_account", person.user_id]);
    const archive = await exportAccount(parts, origin, person);
    const day = now().toISOString().slice(0, 10);
    return { status: 200, stream: toBody(archive, log), headers: { "content-disposition": `attachment; filename="loci-account-${day}.zip"` } };
  });

  return [exportAll];
}

/** An answer that takes the next piece when the last one has left. */
const toBody = (pieces: AsyncGenerator<Uint8Array, undefined>, log: Log): ReadableStream<Uint8Array> => new ReadableStream({
  async pull(controller) {
    try {
      const { value, done } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    } catch (error) {
      log.error({ err: error }, "an export ended in the middle");
      controller.error(error);
    }
  },
  async cancel() {
    await pieces.return(undefined);
  },
}, { highWaterMark: 0 });
