import type { PricedCart } from "./types.ts";

/** A priced cart as JSON has it: every bigint is decimal text. */
export type FrozenPrices = Readonly<Record<string, unknown>>;

/** The names of the fields that are bigints wherever they stand; every other field is as it is in JSON. */
const BIGINTS: ReadonlySet<string> = new Set([
  "units", "quantity", "subtotalUnits", "discountUnits", "taxUnits", "taxIncludedUnits", "baseUnits",
  "subtotal", "discount", "shipping", "tax", "taxIncluded", "total", "giftCards", "due",
]);

/** A priced cart as a checkout keeps it. */
export function freezePriced(priced: PricedCart): FrozenPrices {
  return JSON.parse(JSON.stringify(priced, (_name, value: unknown) => (typeof value === "bigint" ? value.toString() : value))) as FrozenPrices;
}

/** The priced cart that `freezePriced` froze. @throws TypeError when it is none. */
export function thawPriced(frozen: unknown): PricedCart {
  const thawed = thaw(frozen) as PricedCart | null;
  if (typeof thawed?.totals?.total !== "bigint" || !Array.isArray(thawed.lines)) throw new TypeError("this is no priced cart that was frozen");
  return thawed;
}

function thaw(value: unknown, name = ""): unknown {
  // Gift cards and shipping are lists and objects at the top and sums among the totals.
  if (typeof value === "string") return BIGINTS.has(name) && /^-?\d+$/.test(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => thaw(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, thaw(inner, key)]));
}
