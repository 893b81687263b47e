import type { Database } from "#platform/db/database.ts";
import { type CopyValue, copyRows } from "#shopdata/copy.ts";
import { attributesOf, type Icecat, type IcecatAttribute, type IcecatProduct, typeOf, uuidOf, valuesOf } from "./icecat.ts";

const AT = new Date(Date.UTC(2020, 0, 1));

/** The products as a shop would have them: brands, typed attributes, one variant each with a price and a stock. For an empty, migrated shop. */
export async function fillIcecat(shop: Database, { products }: Icecat): Promise<void> {
  const attributes = attributesOf(products);
  const brands = [...new Set(products.map(({ supplier }) => supplier))];
  const slugs = new Set<string>();
  const slugOf = (text: string): string => {
    const slug = text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").slice(0, 80);
    const free = slugs.has(slug) ? `${slug}-${slugs.size}` : slug;
    slugs.add(free);
    return free;
  };
  const barcodes = (ean: readonly string[]): string | null => ean.find((one) => /^[0-9]{8,14}$/.test(one)) ?? null;
  await shop.tx(async (tx) => {
    const copy = (into: string, rows: Iterable<readonly CopyValue[]>) => {
      const [table, columns] = into.split(/ \(|\)/);
      return copyRows(tx, { table: table as string, columns: (columns as string).split(", ") }, rows);
    };
    await copy("catalog.brands (id, slug, name, created_at, updated_at)", brands.map((name) => [uuidOf("brand", name), slugOf(name), name, AT, AT]));
    await copy("catalog.attributes (id, code, name, type, is_filterable, is_searchable)", attributes.map((one) => [uuidOf("attribute", one.key), one.code, one.code, one.type, one.isFilterable, one.isSearchable]));
    await copy("catalog.products (id, slug, name, description, product_type, status, brand_id, external_ref, created_at, updated_at)",
      products.map((one) => [uuidOf("product", one.id), slugOf(one.title), one.title, one.short_description ?? null, typeOf(one), "ACTIVE", uuidOf("brand", one.supplier), one.id, AT, AT]));
    await copy("catalog.variants (id, product_id, sku, name, barcode, created_at)", products.map((one) => [uuidOf("variant", one.id), uuidOf("product", one.id), `IC-${one.id}`, one.name, barcodes(one.ean), AT]));
    await copy("catalog.prices (variant_id, currency, unit_amount, exponent, valid_from)", products.map((one) => [uuidOf("variant", one.id), "GBP", one.price, 2, AT]));
    await copy("catalog.stock_levels (variant_id, on_hand, is_synthetic, updated_at)", products.map((one, n) => [uuidOf("variant", one.id), n % 10 === 3 ? 0 : 100, true, AT]));
    await copy("catalog.product_attributes (product_id, attribute_id, value_text, value_number, value_boolean)", attributeRows(products, attributes));
  });
  await shop.raw("analyze");
}

function* attributeRows(products: readonly IcecatProduct[], attributes: readonly IcecatAttribute[]): Generator<CopyValue[]> {
  const byKey = new Map(attributes.map((one) => [one.key, one]));
  const ids = new Map(attributes.map(({ key }) => [key, uuidOf("attribute", key)]));
  for (const product of products) {
    const id = uuidOf("product", product.id);
    for (const { one, value } of valuesOf(product, byKey)) {
      yield [id, ids.get(one.key) as string, one.type === "TEXT" ? String(value) : null, one.type === "NUMBER" ? Number(value) : null, one.type === "BOOLEAN" ? value === true : null];
    }
  }
}
