import { MAX_BODY, MAX_DISPLAY_NAME, MAX_TITLE } from "../review.ts";
import type { Entity } from "./mapping.ts";

/** What a field of an entity takes. TEXT is one line, LONG_TEXT several, HTML is cleaned, LIST and MAP as `split` and `pairs` make them. */
export type FieldKind = "TEXT" | "LONG_TEXT" | "HTML" | "DECIMAL" | "INTEGER" | "INSTANT" | "BOOLEAN" | "LIST" | "MAP" | "COUNTRY" | "CURRENCY" | "EMAIL" | "CODE";

export interface FieldSpec {
  readonly kind: FieldKind;
  /** Most characters of a text, or entries of a list or map. */
  readonly most?: number;
  readonly isRequired?: boolean;
  /** What a CODE may be. */
  readonly values?: readonly string[];
}

const text = (most: number, isRequired = false): FieldSpec => ({ kind: "TEXT", most, isRequired });
const code = (...values: string[]): FieldSpec => ({ kind: "CODE", values });

/** The fields of each entity. Those of a row's variant or line have a prefix: rows of one product or order share the others. */
export const FIELDS: Readonly<Record<Entity, Readonly<Record<string, FieldSpec>>>> = {
  PRODUCT: {
    externalRef: text(200), slug: text(120), name: text(300), descriptionHtml: { kind: "HTML", most: 100_000 },
    status: code("DRAFT", "ACTIVE", "ARCHIVED"), vendor: text(120), brand: text(200), productType: text(200),
    categories: { kind: "LIST", most: 50 }, attributes: { kind: "MAP", most: 200 }, seoTitle: text(300), seoDescription: text(1_000),
    "variant.sku": text(100), "variant.name": text(300), "variant.options": { kind: "MAP", most: 5 }, "variant.barcode": text(14), "variant.weightGrams": { kind: "INTEGER" },
    "variant.price": { kind: "DECIMAL" }, "variant.compareAt": { kind: "DECIMAL" }, "variant.currency": { kind: "CURRENCY" }, "variant.stock": { kind: "INTEGER" },
  },
  STOCK: { sku: text(100, true), warehouse: text(30), quantity: { kind: "INTEGER", isRequired: true } },
  PRICE: { sku: text(100, true), price: { kind: "DECIMAL", isRequired: true }, compareAt: { kind: "DECIMAL" }, currency: { kind: "CURRENCY" } },
  CUSTOMER: {
    externalRef: text(200), email: { kind: "EMAIL", isRequired: true }, name: text(100), country: { kind: "COUNTRY" }, emailVerified: { kind: "BOOLEAN" }, createdAt: { kind: "INSTANT" },
    "address.name": text(200), "address.line1": text(200), "address.line2": text(200), "address.city": text(100), "address.region": text(100), "address.postalCode": text(20), "address.country": { kind: "COUNTRY" }, "address.phone": text(40),
  },
  ORDER: {
    number: text(60, true), placedAt: { kind: "INSTANT", isRequired: true }, currency: { kind: "CURRENCY" }, state: code("DELIVERED", "CANCELLED"), customerRef: text(200), customerEmail: { kind: "EMAIL" },
    country: { kind: "COUNTRY" }, shipping: { kind: "DECIMAL" }, discount: { kind: "DECIMAL" }, total: { kind: "DECIMAL" },
    "line.sku": text(100), "line.name": text(300), "line.quantity": { kind: "INTEGER" }, "line.unitPrice": { kind: "DECIMAL" },
  },
  REVIEW: { externalRef: text(200), product: text(200, true), rating: { kind: "INTEGER", isRequired: true }, title: text(MAX_TITLE), text: { kind: "LONG_TEXT", most: MAX_BODY }, author: text(MAX_DISPLAY_NAME), createdAt: { kind: "INSTANT" } },
  LINK: { product: { kind: "LIST", most: 1_000, isRequired: true }, linked: { kind: "LIST", most: 1_000, isRequired: true }, kind: { ...code("RELATED", "CROSS_SELL", "UP_SELL"), isRequired: true } },
  MEDIA: { product: text(200), sku: text(100), files: { kind: "LIST", most: 100, isRequired: true }, alt: text(300) },
};

/** What a row's key is: the first of these that it has. Reports name rows by it. */
export const KEYS: Readonly<Record<Entity, readonly string[]>> = {
  PRODUCT: ["variant.sku", "externalRef", "slug"], STOCK: ["sku"], PRICE: ["sku"], CUSTOMER: ["externalRef"], ORDER: ["number"], REVIEW: ["externalRef", "product"], LINK: ["product"], MEDIA: ["sku", "product"],
};

/** The prefix of the fields that each row of a group has for itself. */
export const ROW_PREFIX: Readonly<Partial<Record<Entity, string>>> = { PRODUCT: "variant.", ORDER: "line." };
