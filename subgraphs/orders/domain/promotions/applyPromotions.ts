import type { Discount } from "../pricing/types.ts";
import { normalizeCode } from "./codes.ts";
import { isTargeted, type PromotionLine, type Remaining, takeOff, type TakenOff } from "./takeOff.ts";
import type { Promotion, PromotionInput, PromotionRefusal, PromotionVerdict, Stacking } from "./types.ts";

/** What the promotions come to, and why those that could have applied did not. */
export interface AppliedPromotions {
  readonly discounts: Discount[];
  /** One for each promotion that applies by itself or whose code was entered, in the order in which they were tried. */
  readonly verdicts: PromotionVerdict[];
}

/**
 * What a cart's promotions take off. Which apply is decided by data alone, so the same cart always comes to the same:
 * 1. Those whose conditions hold are tried by priority, the highest first; of equal priority the one that would take off more
 *    goes first, then the older one (by id).
 * 2. One applies when it goes together with every one applied before it: neither is exclusive, and each names the other's group
 *    (or `*`) in `combinesWith`. What takes nothing off does not stand in anybody's way.
 * 3. Each works on what the ones before it left: 10 % and then 10 % are 19 %. No line and no shipping goes below zero.
 * Percentages are rounded once, half to even, over all targeted lines, and spread over them without a lost unit. Lines are taken in
 * the order of their variants, so where they stand in the cart has no part in it.
 */
export function applyPromotions(input: PromotionInput): Discount[] {
  return judgePromotions(input).discounts;
}

/** applyPromotions together with a verdict on each promotion. */
export function judgePromotions(input: PromotionInput): AppliedPromotions {
  const lines = input.lines.toSorted((a, b) => (a.variantId === b.variantId ? a.position - b.position : a.variantId < b.variantId ? -1 : 1));
  let left: Remaining = { lines: new Map(lines.map((line) => [line.position, line.subtotalUnits])), shipping: input.shippingUnits };
  const entered = new Set(input.codes.map((code) => normalizeCode(code)));
  const discounts: Discount[] = [];
  const verdicts: PromotionVerdict[] = [];
  const applied: Stacking[] = [];
  const eligible: Candidate[] = [];
  for (const promotion of [...input.promotions].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const code = promotion.needsCode ? promotion.codes.find((one) => entered.has(normalizeCode(one))) : null;
    if (code === undefined) continue;
    const refusal = refusalOf(promotion, lines, input);
    if (refusal) verdicts.push({ promotionId: promotion.id, code, refusal });
    else eligible.push({ promotion, code });
  }
  for (const [, rank] of [...Map.groupBy(eligible, ({ promotion }) => promotion.stacking.priority)].sort(([a], [b]) => b - a)) {
    for (const { promotion, code } of biggestFirst(rank, lines, left)) {
      const isFree = applied.every((other) => goTogether(promotion.stacking, other));
      const taken = takeOff(promotion, lines, left);
      const parts = isFree ? toDiscounts(taken, { promotionId: promotion.id, label: promotion.label, code }) : [];
      const refusal = parts.length > 0 ? null : isFree ? "NOTHING_TO_TAKE_OFF" : "NOT_COMBINABLE";
      verdicts.push({ promotionId: promotion.id, code, refusal });
      if (refusal) continue;
      discounts.push(...parts);
      applied.push(promotion.stacking);
      left = subtract(left, taken);
    }
  }
  return { discounts, verdicts };
}

interface Candidate {
  readonly promotion: Promotion;
  readonly code: string | null;
}

export function goTogether(a: Stacking, b: Stacking): boolean {
  const allows = (one: Stacking, other: Stacking) => one.combinesWith.includes("*") || one.combinesWith.includes(other.group);
  return !a.isExclusive && !b.isExclusive && allows(a, b) && allows(b, a);
}

function refusalOf({ currency, conditions, target, benefit, usedUp }: Promotion, lines: readonly PromotionLine[], input: PromotionInput): PromotionRefusal | undefined {
  const { minSubtotalUnits, minQuantity, countries, customers, startsAt, endsAt } = conditions;
  if (currency !== null && currency !== input.currency) return "OTHER_CURRENCY";
  if (startsAt !== null && input.at < startsAt) return "NOT_STARTED";
  if (endsAt !== null && input.at >= endsAt) return "EXPIRED";
  if (usedUp !== null) return usedUp === "SHOP" ? "USED_UP" : "USED_BY_CUSTOMER";
  if (countries.length > 0 && (input.countryCode === null || !countries.includes(input.countryCode))) return "OTHER_COUNTRY";
  if (customers === "REGISTERED" && input.customer.userId === null) return "REGISTERED_ONLY";
  if (customers === "FIRST_ORDER" && input.customer.orderCount > 0) return "FIRST_ORDER_ONLY";
  const targeted = lines.filter((line) => isTargeted(target, line));
  if (targeted.length === 0 || (benefit.kind === "BUY_X_GET_Y" && !lines.some((line) => isTargeted(benefit.gets, line)))) return "NO_MATCHING_ITEMS";
  if (minSubtotalUnits !== null && targeted.reduce((sum, line) => sum + line.subtotalUnits, 0n) < minSubtotalUnits) return "MINIMUM_SUBTOTAL";
  if (minQuantity !== null && targeted.reduce((sum, line) => sum + line.quantity, 0n) < minQuantity) return "MINIMUM_QUANTITY";
  return undefined;
}

/** Of equal priority. They come in the order of their ids, which the sort keeps where two take off the same. */
function biggestFirst(rank: readonly Candidate[], lines: readonly PromotionLine[], left: Remaining): Candidate[] {
  if (rank.length < 2) return [...rank];
  const savings = new Map(rank.map((candidate) => [candidate, sumOf(takeOff(candidate.promotion, lines, left))]));
  return rank.toSorted((a, b) => {
    const [saves, saved] = [savings.get(a) ?? 0n, savings.get(b) ?? 0n];
    return saves === saved ? 0 : saves > saved ? -1 : 1;
  });
}

function sumOf({ lines, shipping }: TakenOff): bigint {
  return [...lines.values()].reduce((sum, units) => sum + units, shipping);
}

function subtract(left: Remaining, taken: TakenOff): Remaining {
  return { lines: new Map([...left.lines].map(([position, units]) => [position, units - (taken.lines.get(position) ?? 0n)])), shipping: left.shipping - taken.shipping };
}

function toDiscounts({ lines, shipping }: TakenOff, by: Pick<Discount, "promotionId" | "label" | "code">): Discount[] {
  const parts: Discount[] = [...lines].map(([linePosition, units]) => ({ ...by, target: "LINE", linePosition, units }));
  return shipping > 0n ? [...parts, { ...by, target: "SHIPPING", linePosition: null, units: shipping }] : parts;
}
