import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { ExportedAttribute } from "../../domain/import/exportTask.ts";

/** Rows of one round trip. */
const PAGE = 500;
const START = "00000000-0000-0000-0000-000000000000";

// The path of a category, its own slashes doubled.
const productPage = query({
  name: "catalog.exportProducts",
  text: `with recursive page as (
      select p.* from catalog.products p
      where p.id > $1 and ($2::uuid is null or p.vendor_id = $2) and ($3::text is null or p.status = $3) order by p.id limit ${PAGE}
    ), hung as (
      select page.id as product_id, c.category_id, c.place from page cross join lateral (
        select page.category_id, -1 as place where page.category_id is not null
        union all select pc.category_id, pc.position from catalog.product_categories pc where pc.product_id = page.id and pc.category_id is distinct from page.category_id
      ) c
    ), up as (
      select h.product_id, h.category_id, h.place, c.parent_id, replace(c.name, '/', '//') as path, 1 as depth from hung h join catalog.categories c on c.id = h.category_id
      union all select u.product_id, u.category_id, u.place, c.parent_id, replace(c.name, '/', '//') || '/' || u.path, u.depth + 1 from up u join catalog.categories c on c.id = u.parent_id where u.depth < 20
    )
    select p.id, p.slug, p.external_ref, p.name, p.description_html, p.status, v.slug as vendor, b.name as brand, p.product_type, p.seo_title, p.seo_description,
      (select coalesce(jsonb_agg(u.path order by u.place, u.path), '[]') from up u where u.product_id = p.id and u.parent_id is null) as categories,
      (select coalesce(jsonb_object_agg(a.code, a.texts order by a.code), '{}') from (
        select t.code, jsonb_agg(coalesce(x.value_text, x.value_number::text, x.value_boolean::text, x.value_date::text, o.label) order by x.place) as texts
        from catalog.product_attributes x join catalog.attributes t on t.id = x.attribute_id left join catalog.attribute_options o on o.id = x.option_id
        where x.product_id = p.id group by t.code) a) as attributes,
      (select coalesce(jsonb_agg(jsonb_build_object('sku', w.sku, 'name', w.name, 'barcode', w.barcode, 'weight', w.weight_grams,
          'options', (select coalesce(jsonb_object_agg(t.code, o.label), '{}') from catalog.variant_options vo join catalog.attributes t on t.id = vo.attribute_id join catalog.attribute_options o on o.id = vo.option_id where vo.variant_id = w.id),
          'currency', r.currency, 'amount', r.unit_amount::text, 'exponent', r.exponent, 'compareAt', r.compare_at_amount::text) order by w.position, w.sku), '[]')
        from catalog.variants w left join lateral (
          select * from catalog.current_prices c where c.variant_id = w.id and ($4::text is null or c.currency = $4) order by c.currency limit 1) r on true
        where w.product_id = p.id and not w.is_archived) as variants
    from page p left join users.vendor_names v on v.id = p.vendor_id left join catalog.brands b on b.id = p.brand_id order by p.id`,
  params: ["uuid", "uuid?", "text?", "text?"],
  row: {
    id: "uuid", slug: "text", external_ref: "text?", name: "text", description_html: "text?", status: "text", vendor: "text?", brand: "text?", product_type: "text?", seo_title: "text?", seo_description: "text?",
    categories: "jsonb", attributes: "jsonb", variants: "jsonb",
  },
  // Of the tables around a page of products the planner may read small ones whole.
  budget: { access: "scan", maxRows: PAGE },
});
const stockPage = query({
  name: "catalog.exportStock",
  text: `select v.id, v.sku, w.code as warehouse, l.on_hand from (
      select x.id, x.sku from catalog.variants x join catalog.products p on p.id = x.product_id
      where x.id > $1 and ($2::uuid is null or p.vendor_id = $2) and ($3::text is null or p.status = $3) order by x.id limit ${PAGE}
    ) v left join catalog.inventory_levels l on l.variant_id = v.id left join catalog.warehouses w on w.id = l.warehouse_id order by v.id, w.code`,
  params: ["uuid", "uuid?", "text?"],
  row: { id: "uuid", sku: "text", warehouse: "text?", on_hand: "int8?" },
  budget: { access: "scan", maxRows: PAGE * 100 },
});
const pricePage = query({
  name: "catalog.exportPrices",
  text: `select v.id, v.sku, c.currency, c.unit_amount, c.exponent, c.compare_at_amount from (
      select x.id, x.sku from catalog.variants x join catalog.products p on p.id = x.product_id
      where x.id > $1 and ($2::uuid is null or p.vendor_id = $2) and ($3::text is null or p.status = $3) order by x.id limit ${PAGE}
    ) v left join catalog.current_prices c on c.variant_id = v.id and ($4::text is null or c.currency = $4) order by v.id, c.currency`,
  params: ["uuid", "uuid?", "text?", "text?"],
  row: { id: "uuid", sku: "text", currency: "text?", unit_amount: "int8?", exponent: "int2?", compare_at_amount: "int8?" },
  budget: { access: "scan", maxRows: PAGE * 200 },
});
const linkPage = query({
  name: "catalog.exportLinks",
  text: `select p.id, p.slug, l.kind, l.linked from (
      select x.id, x.slug from catalog.products x where x.id > $1 and ($2::uuid is null or x.vendor_id = $2) and ($3::text is null or x.status = $3) order by x.id limit ${PAGE}
    ) p left join lateral (
      select k.kind, jsonb_agg(o.slug order by k.position, o.slug) as linked from catalog.product_links k join catalog.products o on o.id = k.linked_id where k.product_id = p.id group by k.kind
    ) l on true order by p.id, l.kind`,
  params: ["uuid", "uuid?", "text?"],
  row: { id: "uuid", slug: "text", kind: "text?", linked: "jsonb?" },
  budget: { access: "scan", maxRows: PAGE * 3 },
});
const attributes = query({
  name: "catalog.exportAttributes",
  text: "select a.code, a.name, a.type, a.unit, a.is_filterable as filterable, a.is_searchable as searchable, a.is_variant_option as variant from catalog.attributes a order by a.position, a.code limit 2000",
  params: [],
  row: { code: "text", name: "text", type: "text", unit: "text?", filterable: "bool", searchable: "bool", variant: "bool" },
  budget: { access: "scan", maxRows: 2_000 },
});

export interface ExportScope { readonly vendorId: string | null; readonly status: string | null; readonly currency: string | null }
export interface ExportedVariant {
  readonly sku: string; readonly name: string; readonly barcode: string | null; readonly weight: number | null; readonly options: Readonly<Record<string, string>>;
  readonly currency: string | null; readonly amount: string | null; readonly exponent: number | null; readonly compareAt: string | null;
}

/** Pages by id until one is not full. */
async function* pages<Row extends { readonly id: string }>(read: (after: string) => Promise<Row[]>): AsyncGenerator<Row[]> {
  for (let after = START; ;) {
    const rows = await read(after);
    if (rows.length > 0) yield rows;
    if (new Set(rows.map(({ id }) => id)).size < PAGE) return;
    after = (rows.at(-1) as Row).id;
  }
}

export const pagesOfProducts = (db: Reader, { vendorId, status, currency }: ExportScope) => pages((after) => db.many(productPage, [after, vendorId, status, currency]));
export const pagesOfStock = (db: Reader, { vendorId, status }: ExportScope) => pages((after) => db.many(stockPage, [after, vendorId, status]));
export const pagesOfPrices = (db: Reader, { vendorId, status, currency }: ExportScope) => pages((after) => db.many(pricePage, [after, vendorId, status, currency]));
export const pagesOfLinks = (db: Reader, { vendorId, status }: ExportScope) => pages((after) => db.many(linkPage, [after, vendorId, status]));
export function listExportAttributes(db: Reader): Promise<ExportedAttribute[]> {
  return db.many(attributes, []);
}
