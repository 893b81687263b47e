import { currencyExponent } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";

/** What is known of a line of an order, as it was frozen when the order was placed. */
export interface FrozenLine {
  readonly variantId: string;
  /** Quantity times unit price, exact at `exponent`. */
  readonly amountUnits: bigint;
  readonly exponent: number;
  readonly discountUnits: bigint;
  /** Added to the price. */
  readonly taxUnits: bigint;
  /** Contained in the price. */
  readonly taxIncludedUnits: bigint;
}

/** A line at the currency's exponent. `paid = gross - discount + taxAdded`; `tax` is all tax in what was paid. */
export interface LineParts {
  /** The line's share of the order's rounded subtotal. */
  readonly gross: bigint;
  readonly discount: bigint;
  readonly taxIncluded: bigint;
  readonly paid: bigint;
  readonly tax: bigint;
}

/**
 * The parts of each line, in the order given. `subtotal` is the order's rounded one at the currency's exponent, over which the
 * exact amounts are prorated the way they were when the cart was priced: in the order of the variants, so that each line gets the
 * very penny that its discount and its tax were reckoned from.
 */
export function partsOfLines(lines: readonly FrozenLine[], subtotal: bigint, currency: string): LineParts[] {
  const finest = lines.reduce((so, line) => Math.max(so, line.exponent), currencyExponent(currency));
  const inOrder = lines.map((line, index) => ({ line, index })).sort((a, b) => (a.line.variantId < b.line.variantId ? -1 : a.line.variantId > b.line.variantId ? 1 : a.index - b.index));
  const prorated = lines.length === 0 ? [] : prorate(subtotal, inOrder.map(({ line }) => line.amountUnits * 10n ** BigInt(finest - line.exponent)));
  const shares = new Map(inOrder.map(({ index }, place) => [index, prorated[place]]));
  return lines.map((line, index) => {
    const gross = shares.get(index) as bigint;
    // Never more off than there was.
    const discount = line.discountUnits > gross ? gross : line.discountUnits;
    return { gross, discount, taxIncluded: line.taxIncludedUnits, paid: gross - discount + line.taxUnits, tax: line.taxUnits + line.taxIncludedUnits };
  });
}
