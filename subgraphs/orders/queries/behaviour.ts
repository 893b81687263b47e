import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { type BehaviourEvent, MAX_EVENTS } from "../domain/behaviour.ts";
import type { Touch } from "../domain/touch.ts";

// Whose account it was is kept only of those who agreed to that; the visit alone is nobody's. An order leads to an account, so it is kept
// where it is a guest's, or the account's own who agreed; an order that is none of these is passed over without a word.
const insert = query({
  name: "orders.insertBehaviour",
  text: `with sent as (
      select s.*, s.product_id is null or exists (select from catalog.known_products k where k.product_id = s.product_id) as is_known,
        case when users.has_consented($2, 'ANALYTICS') then $2 end as user_id
      from unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::timestamptz[], $15::int[], $16::int[], $17::uuid[]) with ordinality
        as s (id, type, product_id, search_text, step, occurred_at, results, position, order_id, place)
    ), added as (
      insert into events.behaviour_events (id, session_id, user_id, type, product_id, search_text, step, occurred_at, channel, source, medium, campaign, landing, device, results, position, order_id)
      select s.id, $1, s.user_id, s.type, s.product_id, s.search_text, s.step, s.occurred_at, $9, $10, $11, $12, $13, $14, s.results, s.position,
        (select o.id from orders.orders o where o.id = s.order_id and (o.user_id is null or o.user_id = s.user_id))
      from sent s where s.is_known
      on conflict (id, occurred_at) do nothing returning id
    )
    select s.place, s.is_known, added.id is not null as is_new from sent s left join added on added.id = s.id`,
  params: ["uuid", "uuid?", "uuid[]", "text[]", "uuid[]", "text[]", "text[]", "timestamptz[]", "text?", "text?", "text?", "text?", "text?", "text?", "int4[]", "int4[]", "uuid[]"],
  row: { place: "int8", is_known: "bool", is_new: "bool" },
  budget: { access: "write", maxRows: MAX_EVENTS },
});

const ensureMonth = query({
  name: "orders.ensureBehaviourMonth",
  text: "select events.ensure_month($1) is null as done",
  params: ["timestamptz"],
  row: { done: "bool" },
  budget: { access: "write", maxRows: 1 },
});

export type Stored = "NEW" | "REPEATED" | "UNKNOWN_PRODUCT";

/** What is true of all events of a call. */
export interface Visit extends Touch {
  readonly sessionId: string;
  readonly userId: string | null;
  readonly device: string | null;
}

/** Stores the events in one statement, under the person's account where they have agreed to that; answers what became of each, in their order. Needs the tables of their months. */
export async function insertBehaviour(db: Reader, visit: Visit, events: readonly BehaviourEvent[]): Promise<Stored[]> {
  const rows = await db.many(insert, [
    visit.sessionId, visit.userId, events.map((event) => event.id), events.map((event) => event.type), events.map((event) => event.productId) as string[],
    events.map((event) => event.searchText) as string[], events.map((event) => event.step) as string[], events.map((event) => event.occurredAt),
    visit.channel, visit.source, visit.medium, visit.campaign, visit.landing, visit.device,
    events.map((event) => event.results) as number[], events.map((event) => event.position) as number[], events.map((event) => event.orderId) as string[],
  ]);
  const stored = new Map(rows.map((row) => [Number(row.place), row.is_known ? (row.is_new ? "NEW" : "REPEATED") : "UNKNOWN_PRODUCT"] as const));
  return events.map((_event, index) => stored.get(index + 1) ?? "REPEATED");
}

/** Makes the table of the month in which the moment lies, where it is missing. */
export async function ensureBehaviourMonth(db: Reader, at: Date): Promise<void> {
  await db.one(ensureMonth, [at]);
}
