import { prorate } from "#schema/values/prorate.ts";
import type { LineParts } from "./lineParts.ts";

/** A line as far as money can go back for it. */
export interface RefundableLine {
  readonly lineId: string;
  readonly quantity: bigint;
  /** Units paid back already, what that was, and the tax in it. */
  readonly refundedQuantity: bigint;
  readonly refundedUnits: bigint;
  readonly refundedTaxUnits: bigint;
  readonly parts: LineParts;
}

/** What goes back for some units of a line. `tax` is contained in `units`, which is at the currency's exponent. */
export interface LineRefund {
  readonly lineId: string;
  readonly quantity: bigint;
  readonly units: bigint;
  readonly tax: bigint;
}

/** `a * b / c` rounded half up, of amounts >= 0. */
const share = (a: bigint, b: bigint, c: bigint) => (c === 0n ? 0n : (2n * a * b + c) / (2n * c));

/**
 * What goes back for `quantity` more units of a line: what is due for all units given back so far, less what went back already.
 * So whatever the steps, all units together give back exactly what was paid, and its tax.
 */
export function refundOfUnits(line: RefundableLine, quantity: bigint): LineRefund {
  const left = line.quantity - line.refundedQuantity;
  const more = quantity < left ? quantity : left;
  const due = share(line.parts.paid, line.refundedQuantity + more, line.quantity);
  const units = due > line.refundedUnits ? due - line.refundedUnits : 0n;
  // Of what went back in all, so that the tax of a step is never more than the step.
  const taxDue = share(line.parts.tax, line.refundedUnits + units, line.parts.paid);
  const tax = taxDue > line.refundedTaxUnits ? taxDue - line.refundedTaxUnits : 0n;
  return { lineId: line.lineId, quantity: more, units, tax: tax < units ? tax : units };
}

export interface RefundPlan {
  readonly lines: readonly LineRefund[];
  readonly shipping: bigint;
  readonly shippingTax: bigint;
  readonly units: bigint;
  readonly tax: bigint;
}

const total = (amounts: readonly bigint[]) => amounts.reduce((so, units) => so + units, 0n);

/**
 * A refund of lines and postage, not above `most` (what was taken and has not gone back): where some money went back by agreement
 * before, what is left is spread over the parts in proportion.
 */
export function planLineRefund(lines: readonly LineRefund[], shipping: { units: bigint; tax: bigint }, most: bigint): RefundPlan {
  const due = total(lines.map((line) => line.units)) + shipping.units;
  if (due <= most) {
    return { lines, shipping: shipping.units, shippingTax: shipping.tax, units: due, tax: total(lines.map((line) => line.tax)) + shipping.tax };
  }
  const parts = [...lines, { units: shipping.units, tax: shipping.tax }];
  const given = prorate(most, parts.map((part) => part.units)).map((units, index) => {
    const part = parts[index] as (typeof parts)[0];
    return { units, tax: share(part.tax, units, part.units) };
  });
  const postage = given.at(-1) as (typeof given)[0];
  const cut = lines.map((line, index) => ({ ...line, ...(given[index] as (typeof given)[0]) }));
  return { lines: cut, shipping: postage.units, shippingTax: postage.tax, units: most, tax: total(given.map((part) => part.tax)) };
}

/** A line of a refund as it is written: quantity times unit amount is exact, so an amount that does not divide stands in two lines. */
export function writtenAs(quantity: bigint, units: bigint): { quantity: bigint; unitAmount: bigint }[] {
  const [low, more] = [units / quantity, units % quantity];
  return [{ quantity: quantity - more, unitAmount: low }, { quantity: more, unitAmount: low + 1n }].filter((line) => line.quantity > 0n);
}
