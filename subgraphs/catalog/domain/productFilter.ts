import { err, ok, type Result } from "#schema/values/result.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { ProductStatus } from "./product.ts";

export const PRODUCT_SORTS = ["NAME", "NEWEST", "OLDEST", "PRICE_LOW", "PRICE_HIGH"] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

export const MAX_FILTER_IDS = 100;
/** Categories or vendors of one filter. */
export const MAX_FILTER_GROUPS = 50;
export const MAX_SEARCH_LENGTH = 200;
/** Attributes of one filter. */
export const MAX_FILTER_ATTRIBUTES = 20;

export const SEARCH_SORTS = ["RELEVANCE", "PRICE_LOW", "PRICE_HIGH", "NEWEST", "NAME", "RATING"] as const;
export type SearchSort = (typeof SEARCH_SORTS)[number];

/** The filter as the graph has it. */
export interface ProductFilterInput {
  ids?: readonly string[] | null;
  categoryId?: string | null;
  categoryIds?: readonly string[] | null;
  vendorId?: string | null;
  vendorIds?: readonly string[] | null;
  brandIds?: readonly string[] | null;
  collectionId?: string | null;
  attributes?: readonly AttributeConditionInput[] | null;
  status?: ProductStatus | null;
  priceMin?: string | null;
  priceMax?: string | null;
  priceBelow?: string | null;
  inStock?: boolean | null;
  ratingMin?: string | null;
  currency?: string | null;
}

export interface AttributeConditionInput {
  code: string;
  values?: readonly string[] | null;
  min?: string | null;
  max?: string | null;
  below?: string | null;
}

/** One of the values, or a number from `min` to `max` and less than `below`. */
export interface AttributeCondition {
  readonly code: string;
  readonly values?: readonly string[];
  readonly min?: string;
  readonly max?: string;
  readonly below?: string;
}

/** The filter as the statements take it; what is undefined is no condition. */
export interface ProductFilter {
  ids?: readonly string[];
  categoryIds?: readonly string[];
  vendorIds?: readonly string[];
  brandIds?: readonly string[];
  collectionId?: string;
  attributes?: readonly AttributeCondition[];
  status: ProductStatus;
  /** From `min` to `max`, and less than `below`. */
  price?: { min: string; max: string; below: string; currency: string };
  inStock?: boolean;
  /** Mean of all ratings at least; decimal. */
  ratingMin?: string;
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
  for (const [name, prefix, one, several] of [["categoryIds", "cat", input?.categoryId, input?.categoryIds], ["vendorIds", "ven", input?.vendorId, input?.vendorIds], ["brandIds", "brd", null, input?.brandIds]] as const) {
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
  if (input?.collectionId != null) {
    const collectionId = decodeId("col", input.collectionId);
    if (!collectionId) return ok(undefined);
    filter.collectionId = collectionId;
  }
  if (input?.attributes) {
    const attributes = readAttributes(input.attributes);
    if (!attributes.ok) return attributes;
    if (!attributes.value) return ok(undefined);
    if (attributes.value.length > 0) filter.attributes = attributes.value;
  }
  if (input?.inStock != null) filter.inStock = input.inStock;
  if (input?.ratingMin != null) {
    if (!(Number(input.ratingMin) >= 1 && Number(input.ratingMin) <= 5)) return err(`\`filter.ratingMin\` is ${input.ratingMin}, ratings go from 1 to 5.`);
    filter.ratingMin = input.ratingMin;
  }
  return ok(filter);
}

const ATTRIBUTE_CODE = /^[a-z][a-z0-9_]{0,99}$/;

/** `undefined`: no product can have what is asked for. */
function readAttributes(inputs: readonly AttributeConditionInput[]): Result<AttributeCondition[] | undefined, string> {
  if (inputs.length > MAX_FILTER_ATTRIBUTES) return err(`\`filter.attributes\` holds ${inputs.length} conditions, the most is ${MAX_FILTER_ATTRIBUTES}.`);
  const conditions: AttributeCondition[] = [];
  let isPossible = true;
  for (const { code, values, min, max, below } of inputs) {
    const asksNumber = min != null || max != null || below != null;
    if ((values != null) === asksNumber) return err("Each of `filter.attributes` takes either `values`, or some of `min`, `max` and `below`.");
    if (values && (values.length === 0 || values.length > MAX_FILTER_GROUPS)) return err(`\`filter.attributes.values\` holds ${values.length} values, it takes 1 to ${MAX_FILTER_GROUPS}.`);
    if (conditions.some((one) => one.code === code)) return err("`filter.attributes` names an attribute twice: give all its values in one condition.");
    const known = values?.filter((value) => value.length <= MAX_SEARCH_LENGTH && value.isWellFormed() && !value.includes("\0"));
    if (!ATTRIBUTE_CODE.test(code) || known?.length === 0) isPossible = false;
    conditions.push({ code, ...(known ? { values: known } : {}), ...(min == null ? {} : { min }), ...(max == null ? {} : { max }), ...(below == null ? {} : { below }) });
  }
  return ok(isPossible ? conditions : undefined);
}

/** The words to look for, none for all products, or a sentence for the caller. */
export function readSearchText(text: string): Result<string | undefined, string> {
  const trimmed = text.toWellFormed().replaceAll("\0", " ").trim();
  if (trimmed.length > MAX_SEARCH_LENGTH) return err(`\`query\` has ${trimmed.length} characters, the most is ${MAX_SEARCH_LENGTH}: look for fewer words.`);
  return ok(trimmed === "" ? undefined : trimmed);
}
