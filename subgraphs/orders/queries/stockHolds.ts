import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

/** Purchases that nobody takes up again. A state that is not here holds its stock, whatever the time. */
export const ENDED_CHECKOUTS = ["COMPLETED", "DECLINED", "ABANDONED", "CANCELLED", "EXPIRED"] as const;

const abandoned = query({
  name: "orders.abandonedHolds",
  text: `select h.reference_id from catalog.held_units h
    where h.expires_at < $1
      and not coalesce((select c.state <> all($3) from orders.checkouts c where c.id = h.reference_id), false)
    order by h.expires_at limit $2`,
  params: ["timestamptz", "int4", "text[]"],
  row: { reference_id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
});

/** References whose units are held past their time and whose purchase has ended, or never was: at most `limit` holds are looked at. */
export async function listAbandonedHolds(db: Reader, at: Date, limit: number): Promise<string[]> {
  const rows = await db.many(abandoned, [at, limit, ENDED_CHECKOUTS]);
  return [...new Set(rows.map((row) => row.reference_id))];
}
