import { notFound } from "@loci/kit/errors";
import { appendAudit } from "../audit/append.ts";
import { listChains } from "../audit/links.ts";
import { SYSTEM } from "../audit/origin.ts";
import { listAudit, toExportLines } from "../audit/service.ts";
import { verifyChain, type ChainReport } from "../audit/verify.ts";
import type { Control } from "../control/database.ts";
import { getWorkspace } from "../workspaces/service.ts";
import { BadNews, print, requireArguments, toTable, UsageError, withDesk, type Command, type Options } from "./desk.ts";

const LISTED_MAX = 200;

export const AUDIT_COMMANDS: Record<string, Command> = {
  "audit verify": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const chain = await findChain(control, options);
      const chains = (await listChains(control.reads)).filter((each) => chain === null || each === chain);
      if (chain !== null && chains.length === 0) throw notFound("chain in the audit log");
      const reports: ChainReport[] = [];
      for (const each of chains) reports.push(await verifyChain(control.reads, each));
      return toVerdict(options, reports);
    });
  },
  "audit list": async (open, args, options) => {
    requireArguments(args, []);
    return withDesk(open, async ({ control }) => {
      const { items } = await listAudit(control.reads, await getChain(control, options), { action: options.action, limit: LISTED_MAX });
      const rows = items.map(({ seq, at, action, actor, target, ip }) => [String(seq), at, action, actor, target ?? "", ip ?? ""]);
      return print(options, items, toTable(["SEQ", "AT", "ACTION", "ACTOR", "TARGET", "ADDRESS"], rows));
    });
  },
  "audit export": async function* (open, args, options) {
    requireArguments(args, []);
    const { control, now } = await open();
    try {
      const chain = await getChain(control, options);
      await appendAudit({ control, now }, SYSTEM, { chain, action: "audit.exported" });
      yield* toExportLines(control.reads, chain, 0);
    } finally {
      control.close();
    }
  },
};

async function findChain(control: Control, { workspace, chain }: Options): Promise<string | null> {
  if (workspace !== undefined && chain !== undefined) throw new UsageError("Say --workspace W or --chain C, not both.");
  return workspace === undefined ? (chain ?? null) : (await getWorkspace(control.db, workspace)).id;
}

async function getChain(control: Control, options: Options): Promise<string> {
  const chain = await findChain(control, options);
  if (chain === null) throw new UsageError("Say whose log it is: --workspace W, or --chain C with a workspace's or user's id, or instance.");
  return chain;
}

function toVerdict(options: Options, reports: ChainReport[]): string {
  const broken = reports.flatMap((report) => report.broken ?? []);
  const links = reports.reduce((sum, report) => sum + report.links, 0);
  const verdict = { chains: reports.length, links, broken };
  if (broken.length === 0) return print(options, verdict, `${reports.length} chains with ${links} links: all whole.\n`);
  const lines = broken.map(({ chain, seq, fault, message }) => `${chain} is broken at link ${seq} (${fault}): ${message}.\n`);
  throw new BadNews(print(options, verdict, lines.join("")));
}
