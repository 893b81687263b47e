/** Why a draft is not written. Paths begin at the draft: `["variants", "0", "sku"]`. */
export type DraftRefusal =
  | { code: "INVALID_VALUE"; path: readonly string[]; message: string }
  | { code: "PRODUCT_NOT_FOUND"; path: readonly string[] }
  | { code: "VERSION_CONFLICT"; path: readonly string[]; expected: number; actual: number }
  | { code: "SLUG_TAKEN"; path: readonly string[]; slug: string }
  | { code: "SKU_TAKEN"; path: readonly string[]; sku: string }
  | { code: "EXTERNAL_REF_TAKEN"; path: readonly string[]; externalRef: string }
  | { code: "SELLER_NOT_FOUND"; path: readonly string[] }
  | { code: "BRAND_NOT_FOUND"; path: readonly string[]; brand: string }
  | { code: "CATEGORY_NOT_FOUND"; path: readonly string[] }
  | { code: "ATTRIBUTE_NOT_FOUND"; path: readonly string[]; attribute: string }
  | { code: "OPTION_NOT_FOUND"; path: readonly string[]; attribute: string; option: string };

export type InvalidValue = Extract<DraftRefusal, { code: "INVALID_VALUE" }>;

export function invalid(path: readonly string[], message: string): InvalidValue {
  return { code: "INVALID_VALUE", path, message };
}
