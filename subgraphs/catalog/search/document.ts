import type { FieldTexts } from "./engine/fields.ts";

export type AttributeType = "TEXT" | "NUMBER" | "BOOLEAN" | "DATE" | "OPTION";

export interface DocumentAttribute {
  readonly code: string;
  readonly name: string;
  readonly type: AttributeType;
  readonly unit: string | null;
  readonly isFilterable: boolean;
  readonly isSearchable: boolean;
  /** Code and label of the option, for attributes of that type. */
  readonly option: string | null;
  readonly label: string | null;
  readonly text: string | null;
  readonly number: number | null;
  readonly flag: boolean | null;
}

export interface DocumentPrice {
  readonly currency: string;
  readonly amount: number;
  /** Unix milliseconds of business time; Infinity for no end. */
  readonly from: number;
  readonly to: number;
}

/** A product on sale as the index reads it. */
export interface SearchDocument {
  /** UUID. */
  readonly id: string;
  readonly name: string;
  /** The name in other languages. */
  readonly names: readonly string[];
  readonly description: string | null;
  readonly productType: string | null;
  readonly externalRef: string | null;
  readonly vendorId: string | null;
  readonly brandId: string | null;
  readonly brand: string | null;
  readonly createdAt: number;
  /** With all that stand above them. */
  readonly categories: readonly { readonly id: string; readonly name: string }[];
  readonly collectionIds: readonly string[];
  readonly variants: readonly { readonly sku: string; readonly name: string; readonly barcode: string | null }[];
  /** Whether one of the variants can be bought. */
  readonly inStock: boolean;
  /** Base prices of all variants, those that begin later too. */
  readonly prices: readonly DocumentPrice[];
  readonly attributes: readonly DocumentAttribute[];
  /** The mean of its ratings, and what it is sorted by; null without a review. */
  readonly rating: number | null;
  readonly ratingRank: number | null;
}

/** Variants of which search reads names and codes. */
const MAX_VARIANTS = 100;

/** What search reads of a product, by field. */
export function textsOf(document: SearchDocument): FieldTexts {
  const variants = document.variants.slice(0, MAX_VARIANTS);
  const present = (texts: readonly (string | null)[]): string[] => texts.filter((text): text is string => text !== null);
  // A shop with one variant per product often repeats the product's name there.
  const names = new Set(variants.map(({ name }) => name).filter((name) => name !== document.name));
  return {
    title: [document.name, ...document.names],
    brand: present([document.brand]),
    type: present([document.productType, ...document.categories.map(({ name }) => name)]),
    codes: present([...variants.flatMap(({ sku, barcode }) => [sku, barcode]), document.externalRef]),
    attributes: [...document.attributes.flatMap((one) => (one.isSearchable ? (one.label ?? one.text ?? []) : [])), ...names],
    description: present([document.description]),
  };
}
