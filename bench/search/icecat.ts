import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { dataSetsDir } from "#platform/config.ts";
import type { DocumentAttribute, SearchDocument } from "#subgraphs/catalog/search/document.ts";

/** A product as Icecat has it; the attributes' names begin with `attr_t_` (text), `attr_n_` (number) or `attr_b_` (yes or no). */
export type IcecatProduct = Readonly<Record<string, unknown>> & { id: string; name: string; title: string; short_description?: string; supplier: string; ean: string[]; price: number };

/** Query -> product -> grade from 0 to 3. */
export type Judgements = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface Icecat {
  readonly products: readonly IcecatProduct[];
  readonly judgements: Judgements;
}

/** The data set, or undefined where it is not there. */
export function readIcecat(): Icecat | undefined {
  const dir = join(dataSetsDir(), "icecat");
  if (!existsSync(join(dir, "products.jsonl.gz"))) return undefined;
  const products = gunzipSync(readFileSync(join(dir, "products.jsonl.gz"))).toString("utf8").split("\n").filter((line) => line !== "").map((line) => JSON.parse(line) as IcecatProduct);
  const judgements = new Map<string, Map<string, number>>();
  for (const line of readFileSync(join(dir, "judgements.csv"), "utf8").split(/\r?\n/).slice(1)) {
    const match = /^(?:"((?:[^"]|"")*)"|([^,]*)),(\d+),([0-3])$/.exec(line);
    if (!match) continue;
    const query = match[1]?.replaceAll('""', '"') ?? (match[2] as string);
    const of = judgements.get(query) ?? new Map<string, number>();
    of.set(match[3] as string, Number(match[4]));
    judgements.set(query, of);
  }
  return { products, judgements };
}

/** Attributes that shoppers of the bench may filter by, the most frequent ones. */
const FILTERABLE = 24;

/** A uuid of the thing's name, the same in each run. */
export function uuidOf(kind: string, name: string): string {
  const hex = createHash("sha256").update(`icecat ${kind} ${name}`).digest("hex");
  return `01900000-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
}

export interface IcecatAttribute { readonly key: string; readonly code: string; readonly type: "TEXT" | "NUMBER" | "BOOLEAN"; readonly isFilterable: boolean; readonly isSearchable: boolean }

const TYPES = { t: "TEXT", n: "NUMBER", b: "BOOLEAN" } as const;
const PRODUCT_TYPE = "attr_t_product_type";

/** All attributes; texts are read by search, the most frequent of all kinds may be filtered by. */
export function attributesOf(products: readonly IcecatProduct[]): IcecatAttribute[] {
  const counts = new Map<string, number>();
  for (const product of products) for (const key of Object.keys(product)) if (/^attr_[tnb]_/.test(key) && key !== PRODUCT_TYPE) counts.set(key, (counts.get(key) ?? 0) + 1);
  const frequent = new Set([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, FILTERABLE).map(([key]) => key));
  return [...counts.keys()].sort().map((key) => {
    const type = TYPES[key.charAt(5) as keyof typeof TYPES];
    return { key, code: key.slice(5).replaceAll(/[^a-z0-9_]/g, "_").slice(0, 90), type, isFilterable: frequent.has(key), isSearchable: type === "TEXT" };
  });
}

/** What a product says it is, where that says something. */
export function typeOf(product: IcecatProduct): string | null {
  const type = product[PRODUCT_TYPE];
  return typeof type === "string" && !/^\d+$/.test(type) ? type : null;
}

/** What one product has of the attributes that can be filtered or searched by, in the order of their names. There are thousands of attributes and a product has few. */
export function valuesOf(product: IcecatProduct, attributes: ReadonlyMap<string, IcecatAttribute>): { one: IcecatAttribute; value: unknown }[] {
  return Object.keys(product).sort().flatMap((key) => {
    const one = attributes.get(key);
    return one && (one.isFilterable || one.isSearchable) ? [{ one, value: product[key] }] : [];
  });
}

/** The products as the index reads them from a shop's database. */
export function documentsOf({ products }: Icecat): SearchDocument[] {
  const attributes = new Map(attributesOf(products).map((one) => [one.key, one]));
  return products.map((product, n) => ({
    id: uuidOf("product", product.id), name: product.title, names: [], description: product.short_description ?? null, productType: typeOf(product), externalRef: product.id,
    vendorId: null, brandId: uuidOf("brand", product.supplier), brand: product.supplier, createdAt: Date.UTC(2020, 0, 1) + n * 60_000,
    categories: [], collectionIds: [], variants: [{ sku: `IC-${product.id}`, name: product.name, barcode: product.ean[0] ?? null }], inStock: n % 10 !== 3,
    rating: null, ratingRank: null,
    prices: [{ currency: "GBP", amount: product.price / 100, from: 0, to: Infinity }],
    attributes: valuesOf(product, attributes).map(({ one, value }): DocumentAttribute => ({
      code: one.code, name: one.code, type: one.type, unit: null, isFilterable: one.isFilterable, isSearchable: one.isSearchable, option: null, label: null,
      text: one.type === "TEXT" ? String(value) : null, number: one.type === "NUMBER" ? Number(value) : null, flag: one.type === "BOOLEAN" ? value === true : null,
    })),
  }));
}
