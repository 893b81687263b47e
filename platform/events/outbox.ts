import type { Reader } from "#platform/db/database.ts";
import { type ParamValues, query } from "#platform/db/query.ts";

/** Something that happened, to be told in the transaction in which it happens. */
export interface OutboxEvent {
  /** What it happened to: `order`, `cart`, `variant`. Events of one aggregate are told in the order in which they were written. */
  readonly aggregate: string;
  /** UUID. */
  readonly aggregateId: string;
  /** In the past tense, `OrderPlaced`; described in schema/events. */
  readonly type: string;
  /** Of the payload's shape; 1 where not given. */
  readonly version?: number;
  /** JSON. Amounts and other bigints travel as text: JSON numbers are floats. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Business time. */
  readonly occurredAt: Date;
}

const insert = query({
  name: "outbox.insertEvents",
  text: `insert into platform.outbox (aggregate, aggregate_id, type, version, payload, occurred_at)
    select e.aggregate, e.aggregate_id, e.type, e.version, e.payload::jsonb, e.occurred_at
    from unnest($1::text[], $2::uuid[], $3::text[], $4::int4[], $5::text[], $6::timestamptz[]) with ordinality
      as e (aggregate, aggregate_id, type, version, payload, occurred_at, place) order by e.place`,
  params: ["text[]", "uuid[]", "text[]", "int4[]", "text[]", "timestamptz[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Writes events in the caller's transaction: told if it commits, never told if it does not. */
export async function writeEvents(tx: Reader, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length > 0) await tx.execute(insert, columnsOf(events));
}

/** As the arrays that the statement above takes, for others that write events along with something else. */
export function columnsOf(events: readonly OutboxEvent[]): ParamValues<typeof insert.params> {
  return [
    events.map((event) => event.aggregate), events.map((event) => event.aggregateId), events.map((event) => event.type), events.map((event) => event.version ?? 1),
    events.map((event) => JSON.stringify(event.payload)), events.map((event) => event.occurredAt),
  ];
}
