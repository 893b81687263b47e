import { rescale } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import { unitsGot } from "./buyXGetY.ts";
import type { Promotion, PromotionInput, PromotionTarget } from "./types.ts";

export type PromotionLine = PromotionInput["lines"][number];

/** What earlier promotions have left of each line, by position, and of the shipping. */
export interface Remaining {
  readonly lines: ReadonlyMap<number, bigint>;
  readonly shipping: bigint;
}

/** What one promotion takes off, > 0 each; never more than was left. */
export interface TakenOff {
  readonly lines: ReadonlyMap<number, bigint>;
  readonly shipping: bigint;
}

const WHOLE = 10_000n;
/** The finest a unit price can be. */
const FINEST = 6;
const NOTHING: TakenOff = { lines: new Map(), shipping: 0n };

export function isTargeted({ productIds, variantIds, categoryIds, vendorIds }: PromotionTarget, line: PromotionLine): boolean {
  if (productIds.length + variantIds.length + categoryIds.length + vendorIds.length === 0) return true;
  return variantIds.includes(line.variantId) || productIds.includes(line.productId)
    || (line.categoryId !== null && categoryIds.includes(line.categoryId)) || (line.vendorId !== null && vendorIds.includes(line.vendorId));
}

/** Half to even; all are >= 0. */
function share(units: bigint, part: bigint, whole: bigint): bigint {
  const quotient = (units * part) / whole;
  const twice = 2n * ((units * part) % whole);
  return twice > whole || (twice === whole && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

/** What a promotion takes off of what is left, whatever its conditions. `lines` stand in an order of their own, which decides between equals. */
export function takeOff(promotion: Promotion, lines: readonly PromotionLine[], left: Remaining): TakenOff {
  const { benefit, target } = promotion;
  if (benefit.kind === "FREE_SHIPPING") {
    return { lines: new Map(), shipping: benefit.maxUnits !== null && benefit.maxUnits < left.shipping ? benefit.maxUnits : left.shipping };
  }
  if (benefit.kind === "BUY_X_GET_Y") return takeOffGot(benefit, target, lines, left);
  const targeted = lines.filter((line) => isTargeted(target, line));
  const weights = targeted.map((line) => left.lines.get(line.position) ?? 0n);
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  const wanted = benefit.kind === "PERCENTAGE_OFF" ? share(whole, BigInt(benefit.bps), WHOLE) : benefit.units;
  const off = wanted < whole ? wanted : whole;
  if (off <= 0n) return NOTHING;
  // Each share is at most its weight, because the whole is at most the sum of the weights.
  const shares = prorate(off, weights);
  return { lines: positive(targeted.map((line, index) => [line.position, shares[index] ?? 0n])), shipping: 0n };
}

function takeOffGot(benefit: Extract<Promotion["benefit"], { kind: "BUY_X_GET_Y" }>, target: PromotionTarget, lines: readonly PromotionLine[], left: Remaining): TakenOff {
  const pools = lines.map((line) => ({
    position: line.position, quantity: line.quantity, unitPrice: rescale(line.unitPrice, FINEST).units, isBuy: isTargeted(target, line), isGet: isTargeted(benefit.gets, line),
  }));
  const got = unitsGot(pools, benefit);
  return {
    lines: positive(lines.map((line) => [line.position, share((left.lines.get(line.position) ?? 0n) * (got.get(line.position) ?? 0n), BigInt(benefit.bps), line.quantity * WHOLE)])),
    shipping: 0n,
  };
}

function positive(shares: readonly (readonly [number, bigint])[]): Map<number, bigint> {
  return new Map(shares.filter(([, units]) => units > 0n));
}
