import type { Clocks } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { carryOutPlans, isAnythingDue } from "../../queries/writing/schedules.ts";

/** Rounds of one sweep; each takes up to two hundred products. */
const MAX_ROUNDS = 50;

/** Puts on sale and takes off what was planned for now. Any number of processes may do so at once: each change is made and told once. Answers how many. */
export async function sweepPlans({ db, clocks }: { db: Database; clocks: Clocks }): Promise<number> {
  let changed = 0;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const at = clocks.business.now();
    if (!(await isAnythingDue(db, at))) break;
    const done = await db.tx(async (tx) => {
      const carried = await carryOutPlans(tx, at);
      await tellProductsChanged(tx, carried.flatMap(({ id, begins }) => (begins ? [id] : [])), "PUBLISHED", at);
      await tellProductsChanged(tx, carried.flatMap(({ id, ends }) => (ends ? [id] : [])), "ARCHIVED", at);
      return carried.length;
    }, { retries: 3 });
    // Nothing was left but what another process has in hand.
    if (done === 0) break;
    changed += done;
  }
  return changed;
}
