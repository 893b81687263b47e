import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { type FrozenLine, type LineParts, partsOfLines } from "../domain/afterSale/lineParts.ts";
import { reversedShare, shareOut, type VendorTerms } from "../domain/afterSale/vendorShare.ts";
import { ACCOUNTS, type Journal } from "../domain/ledger/ledger.ts";
import { postJournals } from "./ledger.ts";

// Only an order with lines of vendors has rows here; its other lines are needed to prorate the subtotal.
const soldLines = query({
  name: "orders.linesToShareOut",
  text: `select o.number, o.currency, o.exponent as currency_exponent, coalesce(o.subtotal_units, o.total_units) as subtotal_units, l.vendor_id, t.commission_bps,
      l.variant_id, l.amount_units, l.exponent, l.discount_units, l.tax_units, l.tax_included_units
    from orders.orders o join orders.order_lines l on l.order_id = o.id left join users.vendor_terms t on t.vendor_id = l.vendor_id
    where o.id = $1 and exists (select 1 from orders.order_lines v where v.order_id = $1 and v.vendor_id is not null)
    order by l.position`,
  params: ["uuid"],
  row: {
    number: "text", currency: "text", currency_exponent: "int2", subtotal_units: "int8", vendor_id: "uuid?", commission_bps: "int4?", variant_id: "uuid",
    amount_units: "int8", exponent: "int2", discount_units: "int8", tax_units: "int8", tax_included_units: "int8",
  },
  budget: { access: "index", maxRows: 100_000 },
});

const insert = query({
  name: "orders.insertVendorOrders",
  text: `insert into orders.vendor_orders (order_id, vendor_id, number, currency, exponent, commission_bps, gross_units, discount_units, tax_included_units, commission_units, placed_at)
    select $1, v.vendor_id, $2 || '-' || v.place, $3, $4, v.bps, v.gross, v.discount, v.tax_included, v.commission, $5
    from unnest($6::uuid[], $7::int4[], $8::int8[], $9::int8[], $10::int8[], $11::int8[]) with ordinality as v (vendor_id, bps, gross, discount, tax_included, commission, place)
    on conflict (order_id, vendor_id) do nothing`,
  params: ["uuid", "text", "text", "int2", "timestamptz", "uuid[]", "int4[]", "int8[]", "int8[]", "int8[]", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** What an order sold, as far as its vendors' shares go. */
export interface Sold {
  readonly orderId: string;
  readonly number: string;
  readonly currency: string;
  readonly exponent: number;
  /** At `exponent`; the lines of all, for it is prorated over them. */
  readonly subtotalUnits: bigint;
  readonly lines: readonly (FrozenLine & { readonly terms: VendorTerms | null })[];
}

/**
 * Splits an order by the vendors of its lines, with each vendor's commission as it stands now, and books their shares. Called in
 * the transaction that places the order, once its lines are written. Doing it twice changes nothing. Answers how many there are.
 */
export async function insertVendorOrders(tx: Tx, orderId: string, at: Date): Promise<number> {
  const rows = await tx.many(soldLines, [orderId]);
  const [order] = rows;
  if (!order) return 0;
  const journals = await splitByVendor(tx, {
    orderId, number: order.number, currency: order.currency, exponent: order.currency_exponent, subtotalUnits: order.subtotal_units,
    lines: rows.map((row) => ({
      variantId: row.variant_id, amountUnits: row.amount_units, exponent: row.exponent, discountUnits: row.discount_units, taxUnits: row.tax_units, taxIncludedUnits: row.tax_included_units,
      terms: termsOf(row.vendor_id, row.commission_bps),
    })),
  }, at);
  await postJournals(tx, journals);
  return journals.length;
}

/** The same from what the caller knows already; the journals, one of each vendor, are the caller's to post. */
export async function splitByVendor(tx: Tx, { orderId, number, currency, exponent, subtotalUnits, lines }: Sold, at: Date): Promise<Journal[]> {
  const parts = partsOfLines(lines, subtotalUnits, currency);
  const shares = shareOut(lines.map(({ terms }, index) => ({ terms, parts: parts[index] as LineParts })));
  if (shares.length === 0) return [];
  await tx.execute(insert, [
    orderId, number, currency, exponent, at, shares.map((share) => share.vendorId), shares.map((share) => share.commissionBps),
    shares.map((share) => share.gross), shares.map((share) => share.discount), shares.map((share) => share.taxIncluded), shares.map((share) => share.commission),
  ]);
  return shares.map((share): Journal => ({
    kind: "VENDOR_SHARE", reference: `${orderId}:${share.vendorId}`, orderId, currency, occurredAt: at, entries: shareEntries(share.vendorId, share.share),
  }));
}

/** What a share does to the books; a negative one gives it back. */
export const shareEntries = (vendorId: string, units: bigint) => [
  { account: ACCOUNTS.vendorShares, units }, { account: ACCOUNTS.vendor(vendorId), units: -units },
];

/** A vendor that is gone from the list keeps its share whole: there are no terms to take a commission by. */
export const termsOf = (vendorId: string | null, commissionBps: number | null | undefined): VendorTerms | null => (vendorId === null ? null : { vendorId, commissionBps: commissionBps ?? 0 });

const openShares = query({
  name: "orders.sharesForUpdate",
  text: `select v.id, v.vendor_id, v.net_units, v.share_units, v.refunded_net_units, v.reversed_units from orders.vendor_orders v where v.order_id = $1 order by v.id for update`,
  params: ["uuid"],
  row: { id: "uuid", vendor_id: "uuid", net_units: "int8", share_units: "int8", refunded_net_units: "int8", reversed_units: "int8" },
  budget: { access: "write", maxRows: 1_000 },
});

const noteReversals = query({
  name: "orders.noteReversedShares",
  text: `update orders.vendor_orders as v set refunded_net_units = r.refunded_net, reversed_units = r.reversed, version = v.version + 1
    from unnest($1::uuid[], $2::int8[], $3::int8[]) as r (id, refunded_net, reversed) where v.id = r.id`,
  params: ["uuid[]", "int8[]", "int8[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/**
 * Takes vendors' shares back in proportion to what goes back to the buyer for their lines: `refundedNet` is without tax, by vendor.
 * `reference` names the refund. The order is held.
 */
export async function reverseShares(tx: Tx, order: { id: string; currency: string }, reference: string, refundedNet: ReadonlyMap<string, bigint>, at: Date): Promise<void> {
  if (refundedNet.size === 0) return;
  const steps = (await tx.many(openShares, [order.id])).flatMap((share) => {
    const more = refundedNet.get(share.vendor_id) ?? 0n;
    if (more === 0n) return [];
    const all = share.refunded_net_units + more;
    const refunded = all > share.net_units ? share.net_units : all;
    return [{ id: share.id, vendorId: share.vendor_id, refunded, reversed: reversedShare(share.share_units, share.net_units, refunded), before: share.reversed_units }];
  });
  if (steps.length === 0) return;
  await tx.execute(noteReversals, [steps.map((step) => step.id), steps.map((step) => step.refunded), steps.map((step) => step.reversed)]);
  await postJournals(tx, steps.map((step) => ({
    kind: "VENDOR_SHARE_REVERSED", reference: `${reference}:${step.vendorId}`, orderId: order.id, currency: order.currency, occurredAt: at,
    entries: shareEntries(step.vendorId, step.before - step.reversed),
  })));
}
