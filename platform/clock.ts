import type { Database } from "./db/database.ts";
import { query } from "./db/query.ts";

export interface Clock {
  now(): Date;
}

/** Wall time: tokens, leases, logs. */
export const wallClock: Clock = { now: () => new Date() };

/** A clock that stands still: for tests and for rules that are replayed. */
export function fixedClock(at: Date): Clock {
  return { now: () => new Date(at) };
}

/** Business time: orders, recency, churn, freshness of business data. Wall time + the offset the shop stores. */
export interface BusinessClock extends Clock {
  /** Reads the stored offset again: after an import, or when another process may have set it. */
  refresh(): Promise<void>;
}

const readOffset = query({
  name: "platform.readClockOffset",
  text: "select offset_ms from platform.clock",
  params: [],
  row: { offset_ms: "int8" },
  budget: { access: "scan", maxRows: 1 },
});

/** The business clock of a shop database, its offset read once here. */
export async function businessClock(shop: Database, wall: Clock = wallClock): Promise<BusinessClock> {
  let offsetMs = 0;
  const clock: BusinessClock = {
    now: () => new Date(wall.now().getTime() + offsetMs),
    async refresh() {
      offsetMs = Number((await shop.one(readOffset, [])).offset_ms);
    },
  };
  await clock.refresh();
  return clock;
}

export interface Clocks {
  readonly business: Clock;
  readonly wall: Clock;
}
