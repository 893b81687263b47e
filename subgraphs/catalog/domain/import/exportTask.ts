import { isCurrency } from "#schema/values/currencies.ts";

export const EXPORT_ENTITIES = ["PRODUCT", "STOCK", "PRICE", "LINK"] as const;
export type ExportEntity = (typeof EXPORT_ENTITIES)[number];

/** What an export is to hold. */
export interface ExportTask {
  readonly entity: ExportEntity;
  readonly format: "CSV" | "JSONL";
  /** Of products of this status alone. */
  readonly status: "DRAFT" | "ACTIVE" | "ARCHIVED" | null;
  /** Of prices in this currency alone; a product's row has one price. */
  readonly currency: string | null;
}

export function isExportTask(task: ExportTask): boolean {
  return task.currency === null || isCurrency(task.currency);
}

export const COLUMNS: Readonly<Record<ExportEntity, readonly string[]>> = {
  PRODUCT: ["slug", "external_ref", "name", "description_html", "status", "vendor", "brand", "product_type", "categories", "attributes", "seo_title", "seo_description", "sku", "variant_name", "options", "barcode", "weight_grams", "price", "compare_at", "currency"],
  STOCK: ["sku", "warehouse", "quantity"],
  PRICE: ["sku", "price", "compare_at", "currency"],
  LINK: ["product", "kind", "linked"],
};

export function exportFileName({ entity, format }: ExportTask): string {
  return `${entity.toLowerCase()}s.${format.toLowerCase()}`;
}

const JSON_OF = (column: string) => `{ column: ${column}, transforms: [json] }`;
const FIELDS: Readonly<Record<ExportEntity, Readonly<Record<string, string>>>> = {
  PRODUCT: {
    slug: "slug", externalRef: "external_ref", name: "name", descriptionHtml: "description_html", status: "status", vendor: "vendor", brand: "brand", productType: "product_type",
    categories: JSON_OF("categories"), attributes: JSON_OF("attributes"), seoTitle: "seo_title", seoDescription: "seo_description",
    "variant.sku": "sku", "variant.name": "variant_name", "variant.options": JSON_OF("options"), "variant.barcode": "barcode", "variant.weightGrams": "weight_grams",
    "variant.price": "price", "variant.compareAt": "compare_at", "variant.currency": "currency",
  },
  STOCK: { sku: "sku", warehouse: "warehouse", quantity: "quantity" },
  PRICE: { sku: "sku", price: "price", compareAt: "compare_at", currency: "currency" },
  LINK: { product: "product", kind: "kind", linked: JSON_OF("linked") },
};

export interface ExportedAttribute { readonly code: string; readonly name: string; readonly type: string; readonly unit: string | null; readonly filterable: boolean; readonly searchable: boolean; readonly variant: boolean }

/** The mapping by which an export's file comes in again: as YAML, of which JSON is a part. */
export function exportMapping(task: ExportTask, attributes: readonly ExportedAttribute[]): string {
  const { entity, format } = task;
  const rules = attributes.map(({ code, type, unit, ...rule }) => `  ${code}: ${JSON.stringify({ ...rule, type: type.toLowerCase(), ...(unit === null ? {} : { unit }) })}`);
  return [
    "version: 1", `name: ${exportFileName(task)}`, "sources:", "  file:", `    files: ${exportFileName(task)}`, ...(format === "CSV" ? ["    guarded: true"] : []),
    ...(entity === "PRODUCT" && rules.length > 0 ? ["attributes:", ...rules] : []),
    "imports:", `  - entity: ${entity.toLowerCase()}`, "    from: file", ...(entity === "PRODUCT" ? ["    group: { by: slug }"] : []),
    "    fields:", ...Object.entries(FIELDS[entity]).map(([field, from]) => `      ${field}: ${from}`), "",
  ].join("\n");
}
