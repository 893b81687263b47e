import type { Reader } from "#platform/db/database.ts";
import { contractBreaches, type WrittenEvent } from "#schema/events/registry.ts";

/** @throws when the shop holds an event that keeps no contract of schema/events/registry.ts, naming what is wrong with each. */
export async function assertEventsDescribed(owner: Reader): Promise<void> {
  const { rows } = await owner.raw<Record<string, unknown> & WrittenEvent>("select distinct on (type, version, aggregate) type, version::int4 as version, aggregate, payload from platform.outbox order by type, version, aggregate, recorded_at desc");
  const breaches = rows.flatMap((event) => contractBreaches(event));
  if (breaches.length > 0) throw new Error(`events were written that break their contract:\n  ${breaches.join("\n  ")}`);
}
