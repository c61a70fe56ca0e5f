import type { Clock } from "@loci/kit/clock";
import type { Idempotency } from "@loci/engine";
import { AppError } from "@loci/kit/errors";
import type { AnyReply } from "../http/route.ts";
import type { Control } from "./database.ts";
import type { Sealer } from "./sealer.ts";

export type KeepAnswer = (caller: string, idempotency: Idempotency, work: () => Promise<AnyReply>) => Promise<AnyReply>;

/** Answers a repeat of a request with the first answer; what the request does and its answer commit together. */
export function keepAnswers({ control, sealer, now }: { control: Control; sealer: Sealer; now: Clock }): KeepAnswer {
  return (caller, { key, fingerprint }, work) =>
    control.transaction(async () => {
      const kept = await control.db.selectFrom("kept_answers").selectAll().where("caller", "=", caller).where("key", "=", key).executeTakeFirst();
      if (kept !== undefined) {
        if (kept.fingerprint !== fingerprint) throw new AppError("idempotency_mismatch", "This Idempotency-Key was used before with another request. Use a new key for a new request.");
        return { status: kept.status, ...(kept.body !== null && { text: sealer.open(kept.body) }) };
      }
      const reply = await work();
      const text = reply.text ?? (reply.body === undefined ? null : JSON.stringify(reply.body));
      const body = text === null ? null : sealer.seal(text);
      await control.db.insertInto("kept_answers").values({ caller, key, fingerprint, status: reply.status, body, created_at: now().toISOString() }).execute();
      return reply;
    });
}
