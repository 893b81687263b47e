import type { Reader } from "#platform/db/database.ts";
import { checks as afterSale } from "./afterSale.ts";
import { type AuditCheck, type Breach, findBreaches } from "./auditCheck.ts";
import { checks as payments } from "./payments.ts";
import { checks as promotions } from "./promotions.ts";
import { checks as providers } from "./providers.ts";
import { checks as stock } from "./stock.ts";

/** Every invariant of the shop's books, area by area. */
export const ALL_CHECKS: readonly AuditCheck[] = [...payments, ...providers, ...promotions, ...afterSale, ...stock];

export interface Audit {
  /** How many rows there were to look at. */
  readonly looked: Readonly<Record<string, number>>;
  /** In the order of ALL_CHECKS; no breach: it holds. */
  readonly checks: readonly { readonly check: string; readonly breaches: readonly Omit<Breach, "check">[] }[];
}

const LOOKED = `select (select count(*)::int4 from orders.orders) as orders, (select count(*)::int4 from orders.payments) as payments,
  (select count(*)::int4 from orders.checkouts) as checkouts, (select count(*)::int4 from orders.ledger_journals) as journals,
  (select count(*)::int4 from orders.ledger_entries) as entries, (select count(*)::int4 from orders.promotion_redemptions) as "uses of promotions", (select count(*)::int4 from orders.gift_cards) as "gift cards",
  (select count(*)::int4 from catalog.stock_movements) as "stock movements"`;

/** Checks everything. `db` is the owner, best in one snapshot: while the shop works, two statements see different moments. */
export async function auditBooks(db: Reader): Promise<Audit> {
  const { rows } = await db.raw<Record<string, number>>(LOOKED);
  const breaches = Map.groupBy(await findBreaches(db, ALL_CHECKS), (breach) => breach.check);
  return {
    looked: rows[0] ?? {},
    checks: ALL_CHECKS.map(({ name }) => ({ check: name, breaches: (breaches.get(name) ?? []).map(({ what, detail }) => ({ what, detail })) })),
  };
}
