import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const due = query({
  name: "catalog.dueProducts",
  text: `(select p.id from catalog.products p where p.publish_at <= $1 order by p.publish_at limit 1)
    union all (select p.id from catalog.products p where p.unpublish_at <= $1 order by p.unpublish_at limit 1)`,
  params: ["timestamptz"],
  row: { id: "uuid" },
  budget: { access: "index", maxRows: 2 },
});

// One step for each product and call: one whose both times have passed goes on sale first and leaves at the next call. Rows that
// another process has in hand are left to it. What is neither a draft nor on sale any more loses its plans.
const carryOut = query({
  name: "catalog.carryOutPlans",
  text: `with due as (
      select p.id, p.status, p.publish_at <= $1 and p.status = 'DRAFT' as begins, p.status = 'ACTIVE' and p.unpublish_at <= $1 as ends from catalog.products p
      where p.id in (
        (select q.id from catalog.products q where q.publish_at <= $1 order by q.publish_at limit 100)
        union all (select q.id from catalog.products q where q.unpublish_at <= $1 order by q.unpublish_at limit 100))
      order by p.id for no key update of p skip locked
    )
    update catalog.products p set
      status = case when d.begins then 'ACTIVE' when d.ends then 'DRAFT' else p.status end,
      published_at = case when d.begins then $1 else p.published_at end,
      publish_at = case when p.publish_at <= $1 then null else p.publish_at end,
      unpublish_at = case when p.unpublish_at <= $1 and not coalesce(d.begins, false) then null else p.unpublish_at end,
      version = p.version + 1, updated_at = $1
    from due d where p.id = d.id and (p.publish_at <= $1 or p.unpublish_at <= $1)
    returning p.id, coalesce(d.begins, false) as begins, coalesce(d.ends, false) as ends`,
  params: ["timestamptz"],
  row: { id: "uuid", begins: "bool", ends: "bool" },
  budget: { access: "write", maxRows: 200 },
});

/** Whether anything that was planned has come. */
export async function isAnythingDue(db: Reader, at: Date): Promise<boolean> {
  return (await db.many(due, [at])).length > 0;
}

export interface CarriedOut {
  readonly id: string;
  readonly begins: boolean;
  readonly ends: boolean;
}

export function carryOutPlans(tx: Reader, at: Date): Promise<CarriedOut[]> {
  return tx.many(carryOut, [at]);
}
