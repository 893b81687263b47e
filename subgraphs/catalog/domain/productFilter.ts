import { err, ok, type Result } from "#schema/values/result.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { ProductStatus } from "./product.ts";

export const PRODUCT_SORTS = ["NAME", "NEWEST", "OLDEST", "PRICE_LOW", "PRICE_HIGH"] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

export const MAX_FILTER_IDS = 100;
/** Categories or vendors of one filter. */
export const MAX_FILTER_GROUPS = 50;
export const MAX_SEARCH_LENGTH = 200;

/** The filter as the graph has it. */
export interface ProductFilterInput {
  ids?: readonly string[] | null;
  categoryId?: string | null;
  categoryIds?: readonly string[] | null;
  vendorId?: string | null;
  vendorIds?: readonly string[] | null;
  status?: ProductStatus | null;
  priceMin?: string | null;
  priceMax?: string | null;
  priceBelow?: string | null;
  inStock?: boolean | null;
  currency?: string | null;
}

/** The filter as the statements take it; what is undefined is no condition. */
export interface ProductFilter {
  ids?: readonly string[];
  categoryIds?: readonly string[];
  vendorIds?: readonly string[];
  status: ProductStatus;
  /** From `min` to `max`, and less than `below`. */
  price?: { min: string; max: string; below: string; currency: string };
  inStock?: boolean;
}

/** Above every price that fits its column. */
const NO_MAXIMUM = "Infinity";

/** `undefined` as value: nothing can match, since an id names nothing. An error is a sentence for the caller. */
export function readFilter(input: ProductFilterInput | null | undefined): Result<ProductFilter | undefined, string> {
  const filter: ProductFilter = { status: input?.status ?? "ACTIVE" };
  if (input?.ids) {
    if (input.ids.length > MAX_FILTER_IDS) return err(`\`filter.ids\` holds ${input.ids.length} ids, the most is ${MAX_FILTER_IDS}: ask in several calls.`);
    filter.ids = input.ids.flatMap((id) => decodeId("prd", id) ?? []);
    if (filter.ids.length === 0) return ok(undefined);
  }
  for (const [name, prefix, one, several] of [["categoryIds", "cat", input?.categoryId, input?.categoryIds], ["vendorIds", "ven", input?.vendorId, input?.vendorIds]] as const) {
    if (several && (several.length === 0 || several.length > MAX_FILTER_GROUPS)) return err(`\`filter.${name}\` holds ${several.length} ids, it takes 1 to ${MAX_FILTER_GROUPS}.`);
    if (one == null && !several) continue;
    // Both given: both must hold.
    const ids = (several ?? [one ?? ""]).filter((id) => one == null || id === one).flatMap((id) => decodeId(prefix, id) ?? []);
    if (ids.length === 0) return ok(undefined);
    filter[name] = ids;
  }
  if (input?.priceMin != null || input?.priceMax != null || input?.priceBelow != null) {
    filter.price = { min: input.priceMin ?? "0", max: input.priceMax ?? NO_MAXIMUM, below: input.priceBelow ?? NO_MAXIMUM, currency: input.currency ?? "GBP" };
  }
  if (input?.inStock != null) filter.inStock = input.inStock;
  return ok(filter);
}

/** The words to look for, or a sentence for the caller. */
export function readSearchText(text: string): Result<string, string> {
  const trimmed = text.replaceAll("\0", " ").trim();
  if (trimmed === "") return err("`query` is empty: give the words to look for.");
  if (trimmed.length > MAX_SEARCH_LENGTH) return err(`\`query\` has ${trimmed.length} characters, the most is ${MAX_SEARCH_LENGTH}: look for fewer words.`);
  return ok(trimmed);
}
