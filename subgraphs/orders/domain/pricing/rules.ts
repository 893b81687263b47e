import type { ShippingZone } from "./shipping.ts";
import type { TaxRate } from "./tax.ts";

/** What a shop has decided about its carts. */
export interface ShopSettings {
  /** Whether a cart can be bought only with an e-mail address, an address and a shipping method. */
  readonly deliveryRequired: boolean;
  /** A cart that is left alone for so long expires. */
  readonly cartLifetimeDays: number;
  /** What a unit counts as whose weight nobody has entered. */
  readonly defaultWeightGrams: number;
  readonly version: number;
}

/** The tables that carts are priced from and that change seldom. */
export interface PricingRules {
  /** Changes with every change of the tables. */
  readonly stamp: string;
  readonly settings: ShopSettings;
  readonly taxRates: readonly TaxRate[];
  readonly zones: readonly ShippingZone[];
  /** Whether there are promotions that apply without a code, now or some day. */
  readonly hasAutomaticPromotions: boolean;
}
