import type { ControlDb } from "../control/database.ts";
import type { Link } from "./link.ts";

const PAGE_LINKS = 500;

/** The links of a chain that stand after `after`, in their order, a page of them in memory at a time. */
export async function* readLinks(db: ControlDb, chain: string, after: number): AsyncGenerator<Link> {
  for (let from = after; ; ) {
    const page = await db.selectFrom("audit").selectAll().where("chain", "=", chain).where("seq", ">", from).orderBy("seq").limit(PAGE_LINKS).execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined) return;
    from = last.seq;
  }
}

/** Every chain that there is, whole or sealed. */
export async function listChains(db: ControlDb): Promise<string[]> {
  const rows = await db.selectFrom("audit_heads").select("chain").union(db.selectFrom("audit").select("chain").distinct()).orderBy("chain").execute();
  return rows.map(({ chain }) => chain);
}
