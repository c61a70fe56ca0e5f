import type { Selectable } from "kysely";
import type { ControlDb } from "../control/database.ts";
import type { ControlTables } from "../control/tables.ts";
import { hashLink, hashPrivatePart, type Link } from "./link.ts";
import { readLinks } from "./links.ts";

/** What can be wrong with a chain. */
type Fault = "no_head" | "gap" | "changed" | "private_changed" | "moved" | "wrong_previous" | "before_beginning" | "cut" | "after_end";

interface BrokenLink {
  chain: string;
  /** The link at which the chain breaks. */
  seq: number;
  fault: Fault;
  message: string;
}

export interface ChainReport {
  chain: string;
  /** The links that were read. */
  links: number;
  /** The first one that is wrong, or `null` for a whole chain. */
  broken: BrokenLink | null;
}

type Head = Selectable<ControlTables["audit_heads"]>;
type Place = Pick<Link, "seq" | "hash">;
interface Finding {
  seq: number;
  fault: Fault;
  message: string;
}

/** Walks a chain from its beginning to its end and stops at the first link that is not as it was written. Others may append and retention may run meanwhile. */
export async function verifyChain(db: ControlDb, chain: string): Promise<ChainReport> {
  for (;;) {
    const head = await readHead(db, chain);
    const { links, finding } = head === undefined ? await findHeadless(db, chain) : await walk(db, head);
    // Retention took links away under the walk: what looked like a gap is none.
    if (finding !== null && head !== undefined && (await readHead(db, chain))?.seq !== head.seq) continue;
    return { chain, links, broken: finding === null ? null : { chain, ...finding } };
  }
}

const readHead = (db: ControlDb, chain: string): Promise<Head | undefined> => db.selectFrom("audit_heads").selectAll().where("chain", "=", chain).executeTakeFirst();

interface Walked {
  links: number;
  finding: Finding | null;
}

async function findHeadless(db: ControlDb, chain: string): Promise<Walked> {
  const { links, seq } = await db.selectFrom("audit").select(({ fn }) => [fn.countAll<number>().as("links"), fn.min("seq").as("seq")]).where("chain", "=", chain).executeTakeFirstOrThrow();
  return { links, finding: links === 0 ? null : { seq, fault: "no_head", message: "the row of audit_heads that says where this chain begins and ends is missing" } };
}

async function walk(db: ControlDb, head: Head): Promise<Walked> {
  const { chain } = head;
  let before: Place = { seq: head.seq, hash: head.hash };
  let links = 0;
  for (let checkedAt = -1; ; ) {
    // From the very first row: one that was slipped in before the beginning is found too.
    for await (const link of readLinks(db, chain, links === 0 ? Number.MIN_SAFE_INTEGER : before.seq)) {
      const finding = toFinding(link, before, head);
      if (finding !== null) return { links, finding };
      before = link;
      links += 1;
    }
    const end = (await readHead(db, chain)) ?? head;
    if (end.last_seq <= before.seq) return { links, finding: toFindingAtEnd(before, end) };
    // Links that came meanwhile are read as well; when nothing new is there, they were taken away.
    if (checkedAt === before.seq) return { links, finding: toCut(before, end) };
    checkedAt = before.seq;
  }
}

function toFinding(link: Link, before: Place, head: Head): Finding | null {
  const { seq } = link;
  const found = (fault: Fault, message: string): Finding => ({ seq, fault, message });
  if (seq <= head.seq) return found("before_beginning", `this chain begins after link ${head.seq}; this one was put in later`);
  if (seq !== before.seq + 1) {
    const gone = seq === before.seq + 2 ? `link ${before.seq + 1} is` : `links ${before.seq + 1} to ${seq - 1} are`;
    return { seq: before.seq + 1, fault: "gap", message: `${gone} missing` };
  }
  if (hashLink(link) !== link.hash) {
    const made = findPlace(link, head);
    if (made !== null) return found("moved", `this link was made for place ${made}: links were reordered or renumbered`);
    return found("changed", "what it says is not what it was made with (its hash differs)");
  }
  if (!isPrivatePartWhole(link)) return found("private_changed", "its address, user agent or details are not what it was made with (private_hash differs)");
  if (link.previous_hash !== before.hash) return found("wrong_previous", `it does not follow on link ${before.seq} (previous_hash differs): one of the two was put in or made anew`);
  return null;
}

function isPrivatePartWhole(link: Link): boolean {
  const { ip, user_agent, details, private_salt, private_hash } = link;
  if (private_salt === null) return ip === null && user_agent === null && details === null;
  return hashPrivatePart(link) === private_hash;
}

// Only asked once a chain is broken, so that the answer can say how; a hash takes some 3 µs.
const PLACES_TRIED_MAX = 100_000;

/** The place in the chain at which a link would be whole, if there is one. */
function findPlace(link: Link, { last_seq }: Head): number | null {
  for (let seq = Math.max(1, last_seq - PLACES_TRIED_MAX); seq <= last_seq; seq++) {
    if (hashLink({ ...link, seq }) === link.hash) return seq;
  }
  return null;
}

function toFindingAtEnd(before: Place, { last_seq, last_hash }: Head): Finding | null {
  if (before.seq > last_seq) return { seq: last_seq + 1, fault: "after_end", message: `this chain ends with link ${last_seq}; what follows was put in` };
  if (before.hash !== last_hash) return { seq: before.seq, fault: "changed", message: "the last link is another than the one that was written last" };
  return null;
}

const toCut = ({ seq }: Place, { last_seq }: Head): Finding => ({ seq: seq + 1, fault: "cut", message: `the end is missing: link ${last_seq} was written, and nothing is there after ${seq}` });
