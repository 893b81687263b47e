import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { balanced, type Journal } from "../domain/ledger/ledger.ts";

// Journals whose cause is booked already are left out with all their entries.
const post = query({
  name: "orders.postJournals",
  text: `with asked as (
      select * from unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[]) as a (kind, reference, order_id, occurred_at)
    ), added as (
      insert into orders.ledger_journals (kind, reference, order_id, occurred_at) select * from asked on conflict (kind, reference) do nothing returning id, kind, reference
    ), written as (
      insert into orders.ledger_entries (journal_id, position, account, currency, units, exponent)
      select added.id, e.position, e.account, e.currency, e.units, e.exponent
      from unnest($5::text[], $6::text[], $7::int4[], $8::text[], $9::text[], $10::int8[], $11::int4[]) as e (kind, reference, position, account, currency, units, exponent)
      join added on added.kind = e.kind and added.reference = e.reference
    )
    select count(*) as journals from added`,
  params: ["text[]", "text[]", "uuid[]", "timestamptz[]", "text[]", "text[]", "int4[]", "text[]", "text[]", "int8[]", "int4[]"],
  row: { journals: "int8" },
  budget: { access: "write", maxRows: 1 },
});

/**
 * Books movements of money in the transaction that makes them. Answers how many journals were new: one whose kind and reference
 * are booked already changes nothing.
 */
export async function postJournals(tx: Tx, journals: readonly Journal[]): Promise<number> {
  const filled = journals.map(balanced).filter((journal) => journal.entries.length > 0);
  if (filled.length === 0) return 0;
  const entries = filled.flatMap((journal) => journal.entries.map((entry, position) => ({ journal, entry, position: position + 1 })));
  const { journals: added } = await tx.one(post, [
    filled.map((journal) => journal.kind), filled.map((journal) => journal.reference), filled.map((journal) => journal.orderId) as string[], filled.map((journal) => journal.occurredAt),
    entries.map(({ journal }) => journal.kind), entries.map(({ journal }) => journal.reference), entries.map(({ position }) => position),
    entries.map(({ entry }) => entry.account), entries.map(({ journal }) => journal.currency), entries.map(({ entry }) => entry.units), entries.map(({ journal }) => journal.exponent),
  ]);
  return Number(added);
}
