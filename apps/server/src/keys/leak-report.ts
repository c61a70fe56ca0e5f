import { createHash, verify } from "node:crypto";
import { MINUTE_MS, SECOND_MS } from "@loci/kit/clock";
import { AppError } from "@loci/kit/errors";
import type { Log } from "@loci/kit/log";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { z } from "zod";
import type { Origin } from "../audit/origin.ts";
import { readJson } from "../http/json.ts";
import { parseWith } from "../http/parse.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Role } from "../policy/roles.ts";
import { KEY_PATTERN, readKey } from "./format.ts";
import { ScannerKeys } from "./scanner-keys.ts";
import { matchSecret } from "./secrets.ts";
import { revokeKey, type Keeper } from "./service.ts";

/** A report holds some 3,000 finds. */
export const REPORT_BYTES_MAX = 1_024 * 1_024;
const REPORTS_A_MINUTE_MAX = 60;
const SHOWN_CHARS_MAX = 2_000;
/** Who hears of a leaked key. */
const TOLD: Role[] = ["owner", "admin"];

export interface LeakParts extends Keeper {
  config: { leakReportKeysUrl: string | null };
  outbox: Outbox;
  log: Log;
}

interface SignedReport {
  /** The body as it came: the signature is over its UTF-8 bytes. */
  text: string;
  identifier: string | null;
  signature: string | null;
  origin: Origin;
}

// The scanner's document, which may grow: what is not named here is not read, and an odd place saves no key.
const Report = z.array(z.object({ token: z.string(), type: z.string(), url: z.string().nullish().catch(null) }));
type Find = z.output<typeof Report>[number];

interface Feedback {
  token_hash: string;
  token_type: string;
  label: "true_positive" | "false_positive";
}

/** Takes the reports of a secret scanner: what it found in public is revoked at once, and its owners are told. */
export class LeakDesk {
  private readonly parts: LeakParts;
  private readonly scanner: ScannerKeys | null;
  private readonly limit = new RateLimiterMemory({ points: REPORTS_A_MINUTE_MAX, duration: MINUTE_MS / SECOND_MS });

  constructor(parts: LeakParts) {
    this.parts = parts;
    const { config: { leakReportKeysUrl: url }, now, log } = parts;
    this.scanner = url === null ? null : new ScannerKeys({ url, now, log });
  }

  /** Answers whether each reported token is a key. A report that comes twice changes nothing more. */
  async take({ text, identifier, signature, origin }: SignedReport): Promise<Feedback[]> {
    if (this.scanner === null) throw new AppError("not_found", "This server takes no reports of leaked keys: LEAK_REPORT_KEYS_URL is not set.");
    await this.requireRate(origin.address);
    await requireSigned(this.scanner, { text, identifier, signature });
    const finds = parseWith(Report, readJson(text));
    const feedback: Feedback[] = [];
    for (const find of finds) feedback.push(toFeedback(find, await this.revoke(find, origin)));
    return feedback;
  }

  private async requireRate(address: string | null): Promise<void> {
    try {
      await this.limit.consume(address ?? "unknown");
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new AppError("rate_limited", "Too many reports came from this address. Send several finds in one.", { retry_after: error.msBeforeNext / SECOND_MS });
    }
  }

  /** Whether the token is a key of ours. One that works is revoked, with its mails and its line in the log, or none of them. */
  private async revoke({ token, type, url }: Find, origin: Origin): Promise<boolean> {
    const parts = readKey(token);
    if (parts === null) return false;
    const { control, peppers, outbox } = this.parts;
    return control.transaction(async () => {
      const row = await control.db.selectFrom("keys").innerJoin("workspaces", "workspaces.id", "keys.workspace_id")
        .select(["keys.id", "keys.workspace_id", "keys.secret_hash", "keys.mode", "keys.revoked_at", "workspaces.name as workspace"]).where("handle", "=", parts.handle).executeTakeFirst();
      if (row === undefined || row.mode !== parts.mode || matchSecret(peppers, parts.secret, Buffer.from(row.secret_hash, "base64url")) === "none") return false;
      if (row.revoked_at !== null) return true;
      const where = toShown(url);
      const { name: key_name, starts_with } = await revokeKey(this.parts, origin, row.id, { url: where, type: toShown(type) ?? "" });
      this.parts.log.warn({ workspace_id: row.workspace_id, key_id: row.id }, "a key was found in public and revoked");
      for (const to of await this.listTold(row.workspace_id)) await outbox.put({ to, template: "key_leaked", key_name, starts_with, workspace: row.workspace, where });
      return true;
    });
  }

  private async listTold(workspaceId: string): Promise<string[]> {
    const people = await this.parts.control.db.selectFrom("members").innerJoin("users", "users.id", "members.user_id").select("users.email")
      .where("members.workspace_id", "=", workspaceId).where("members.role", "in", TOLD).where("users.disabled_at", "is", null).execute();
    return people.map(({ email }) => email);
  }
}

/** Throws unless the scanner signed these very bytes: ECDSA on P-256 over their SHA-256. */
async function requireSigned(scanner: ScannerKeys, { text, identifier, signature }: Omit<SignedReport, "origin">): Promise<void> {
  if (identifier === null || signature === null) throw new AppError("unauthenticated", "Sign the report: the headers Github-Public-Key-Identifier and Github-Public-Key-Signature are missing.");
  const key = await scanner.find(identifier);
  if (key === undefined) throw new AppError("unauthenticated", "The scanner has no public key of the name in Github-Public-Key-Identifier.");
  if (!verify("sha256", Buffer.from(text), { key, dsaEncoding: "der" }, Buffer.from(signature, "base64"))) throw new AppError("unauthenticated", "The signature in Github-Public-Key-Signature does not fit the report.");
}

const KEYS = new RegExp(KEY_PATTERN, "g");

/** What a scanner says of a find, for a mail and the log: on one line, short, and without the key, which an address may hold. */
function toShown(said: string | null | undefined): string | null {
  const text = (said ?? "").replaceAll(/\p{Cc}/gu, " ").replaceAll(KEYS, "mk_…").trim().slice(0, SHOWN_CHARS_MAX);
  return text === "" ? null : text;
}

const toFeedback = ({ token, type }: Find, known: boolean): Feedback => ({
  token_hash: createHash("sha256").update(token).digest("base64"),
  token_type: type,
  label: known ? "true_positive" : "false_positive",
});
