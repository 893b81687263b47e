import type { PricingLine } from "../pricing/types.ts";

/** Which lines a promotion speaks of: those that any of the lists names; all lines where every list is empty. */
export interface PromotionTarget {
  readonly productIds: readonly string[];
  readonly variantIds: readonly string[];
  /** A category stands for everything below it as well: the lists come with all descendants. */
  readonly categoryIds: readonly string[];
  readonly vendorIds: readonly string[];
}

/** What a promotion takes off. Amounts are at the exponent of the promotion's currency. */
export type PromotionBenefit =
  /** Hundredths of a per cent of the targeted lines, 1 to 10000. */
  | { readonly kind: "PERCENTAGE_OFF"; readonly bps: number }
  /** Once per order, spread over the targeted lines. */
  | { readonly kind: "AMOUNT_OFF"; readonly units: bigint }
  /**
   * For `buy` units of the target, `get` of the cheapest units of `gets` cost `bps` less (10000: nothing). A unit is either bought
   * or got, never both. Only whole sets count, at most `maxSets` of them.
   */
  | { readonly kind: "BUY_X_GET_Y"; readonly buy: bigint; readonly get: bigint; readonly bps: number; readonly gets: PromotionTarget; readonly maxSets: bigint | null }
  /** The shipping, or `maxUnits` of it. */
  | { readonly kind: "FREE_SHIPPING"; readonly maxUnits: bigint | null };

export const CUSTOMER_GROUPS = ["EVERYONE", "REGISTERED", "FIRST_ORDER"] as const;
export type CustomerGroup = (typeof CUSTOMER_GROUPS)[number];

/** What has to hold before a promotion applies. Null or empty asks for nothing. */
export interface PromotionConditions {
  /** What the targeted lines come to, before any discount. */
  readonly minSubtotalUnits: bigint | null;
  /** Units of the targeted lines. */
  readonly minQuantity: bigint | null;
  /** Where the goods go. */
  readonly countries: readonly string[];
  readonly customers: CustomerGroup;
  readonly startsAt: Date | null;
  /** From this moment on it does not apply. */
  readonly endsAt: Date | null;
}

/** Who applies together with whom, as data; see applyPromotions. */
export interface Stacking {
  /** Higher goes first. */
  readonly priority: number;
  /** Applies alone or not at all. */
  readonly isExclusive: boolean;
  readonly group: string;
  /** Groups it may apply together with; `*` stands for any. Both sides have to agree. */
  readonly combinesWith: readonly string[];
}

/** One promotion as it can apply to one cart. */
export interface Promotion {
  /** UUID. */
  readonly id: string;
  /** What the buyer reads. */
  readonly label: string;
  /** The currency of its amounts; null where it has none, so that it applies in every currency. */
  readonly currency: string | null;
  readonly benefit: PromotionBenefit;
  readonly target: PromotionTarget;
  readonly conditions: PromotionConditions;
  readonly stacking: Stacking;
  /** False: it applies by itself. */
  readonly needsCode: boolean;
  /** Those of its codes that were entered, in the shop's spelling, the first one entered first; expired and disabled ones are not among them. */
  readonly codes: readonly string[];
  /** All of its uses are taken, in all (`SHOP`) or by this customer (`CUSTOMER`); those this cart holds itself do not count. */
  readonly usedUp: "SHOP" | "CUSTOMER" | null;
}

/** What promotions are judged by: nothing else decides. */
export interface PromotionInput {
  readonly currency: string;
  /** The currency's own. */
  readonly exponent: number;
  readonly lines: readonly (PricingLine & { readonly subtotalUnits: bigint })[];
  /** 0 while no way of delivery was chosen. */
  readonly shippingUnits: bigint;
  /** Where the goods go; null when it was not said. */
  readonly countryCode: string | null;
  /** `orderCount`: orders of this person that were not cancelled; 0 for a guest, whose e-mail address is looked at when the checkout starts. */
  readonly customer: { readonly userId: string | null; readonly orderCount: number };
  /** As they were entered. */
  readonly codes: readonly string[];
  readonly promotions: readonly Promotion[];
  /** Business time. */
  readonly at: Date;
}

/** Why a promotion takes nothing off a cart. */
export const PROMOTION_REFUSALS = [
  "OTHER_CURRENCY", "NOT_STARTED", "EXPIRED", "USED_UP", "USED_BY_CUSTOMER", "OTHER_COUNTRY", "REGISTERED_ONLY", "FIRST_ORDER_ONLY",
  "NO_MATCHING_ITEMS", "MINIMUM_SUBTOTAL", "MINIMUM_QUANTITY", "NOT_COMBINABLE", "NOTHING_TO_TAKE_OFF",
] as const;
export type PromotionRefusal = (typeof PROMOTION_REFUSALS)[number];

/** What became of one promotion that could have applied: `refusal` is null where it did. */
export interface PromotionVerdict {
  readonly promotionId: string;
  /** The code it was unlocked by; null where it applies by itself. */
  readonly code: string | null;
  readonly refusal: PromotionRefusal | null;
}
