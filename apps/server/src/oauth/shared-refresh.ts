import { setTimeout as sleep } from "node:timers/promises";
import type { Origin } from "../audit/origin.ts";
import type { FamilyParts, IssuedTokens } from "./families.ts";
import { spendRefresh, type RefreshAsked } from "./refresh.ts";

// Longer than the requests of one app lie apart that were sent at once, shorter than anybody waits for.
const TOGETHER_MS = 250;

/**
 * Refreshes for apps that make several calls at once: each of these finds that its access is over, and asks for itself.
 * What asks with the same token before the first is answered shares its answer, and the first waits a little for it;
 * what comes later is a reuse.
 */
export class SharedRefresh {
  private readonly parts: FamilyParts;
  private readonly running = new Map<string, Promise<IssuedTokens>>();

  constructor(parts: FamilyParts) {
    this.parts = parts;
  }

  spend(by: { origin: Origin }, token: string, asked: RefreshAsked): Promise<IssuedTokens> {
    const { client_id, resource, scope } = asked;
    const same = JSON.stringify([token, client_id, resource, scope]);
    const running = this.running.get(same) ?? this.rotate(by, token, asked).finally(() => this.running.delete(same));
    this.running.set(same, running);
    return running;
  }

  private async rotate(by: { origin: Origin }, token: string, asked: RefreshAsked): Promise<IssuedTokens> {
    // Before anything is spent: a process that dies meanwhile has cost nobody their sign-in.
    await sleep(TOGETHER_MS);
    return spendRefresh(this.parts, by, token, asked);
  }
}
