import { money, type Money } from "#schema/values/money.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

const MAX_LINES = 100;

export type RefundState = "PENDING" | "PAID" | "FAILED";

export interface RefundDetails {
  readonly refundId: string;
  readonly cause: string | null;
  readonly tax: Money;
  readonly shipping: Money;
  readonly state: RefundState;
}
export interface RefundLine {
  readonly refundId: string;
  readonly code: string;
  readonly name: string;
  readonly quantity: bigint;
  readonly amount: Money;
}

// A refund without recorded parts was paid before they were recorded.
const details = query({
  name: "orders.refundDetails",
  text: `select r.id, r.cause, r.tax_units, r.shipping_units, r.currency, r.exponent,
      case when coalesce(p.failed, false) then 'FAILED' when coalesce(p.pending, false) then 'PENDING' else 'PAID' end as state
    from orders.refunds r
    left join lateral (select bool_or(x.state = 'FAILED') as failed, bool_or(x.state = 'PENDING') as pending from orders.payment_refunds x where x.refund_id = r.id) p on true
    where r.id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", cause: "text?", tax_units: "int8", shipping_units: "int8", currency: "text", exponent: "int2", state: "text" },
  budget: { access: "index", maxRows: 1_000 },
});

const lines = query({
  name: "orders.linesOfRefunds",
  text: `select x.refund_id, x.code, x.name, x.quantity, x.amount_units, x.exponent, r.currency from orders.refunds r
    cross join lateral (select * from orders.refund_lines where refund_id = r.id order by position limit ${MAX_LINES}) x
    where r.id = any($1)`,
  params: ["uuid[]"],
  row: { refund_id: "uuid", code: "text", name: "text", quantity: "int8", amount_units: "int8", exponent: "int2", currency: "text" },
  budget: { access: "index", maxRows: 1_000 * MAX_LINES },
});

export async function listRefundDetails(db: Reader, refundIds: readonly string[]): Promise<RefundDetails[]> {
  return (await db.many(details, [refundIds])).map((row) => ({
    refundId: row.id, cause: row.cause, state: row.state as RefundState,
    tax: money(row.tax_units, row.currency, row.exponent), shipping: money(row.shipping_units, row.currency, row.exponent),
  }));
}

export async function listRefundLines(db: Reader, refundIds: readonly string[]): Promise<RefundLine[]> {
  return (await db.many(lines, [refundIds])).map((row) => ({
    refundId: row.refund_id, code: row.code, name: row.name, quantity: row.quantity, amount: money(row.amount_units, row.currency, row.exponent),
  }));
}
