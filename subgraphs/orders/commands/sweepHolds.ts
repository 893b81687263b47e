import type { OrdersParts } from "../context.ts";
import { releaseStock } from "../queries/catalogue.ts";
import { listAbandonedHolds } from "../queries/stockHolds.ts";

/** How many holds one sweep looks at. */
const BATCH = 200;

/**
 * Lets units go that nobody will sell: held past their time for a purchase that has ended, or that never came to be because its
 * process died between the hold and the next step. A purchase under way keeps its units, however late it is. Each reference in a
 * transaction of its own, so that no sweep waits for a sale while it holds other stock. Answers how many references were let go.
 */
export async function sweepHolds({ db, clocks }: Pick<OrdersParts, "db" | "clocks">): Promise<number> {
  const references = await listAbandonedHolds(db, clocks.wall.now(), BATCH);
  for (const reference of references) await db.tx((tx) => releaseStock(tx, reference), { retries: 3 });
  return references.length;
}
