import { can, type Viewer } from "#kit/viewer.ts";
import type { Reader } from "#platform/db/database.ts";
import { type ColumnType, query } from "#platform/db/query.ts";
import { type FacetCounts, MAX_COUNTED, MAX_GROUPS, PRICE_EDGES } from "../domain/facets.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import { inCategories, MORE_TYPES, moreConditions, moreValues, NO_MORE } from "./moreConditions.ts";
import { HITS } from "./search.ts";

const PRICE = "pr.amount";

/**
 * One pass over the products that match by words or status (and by ids): of each, which filters let it through. Every count then takes
 * the products that all other filters let through. `from` gives `p`; parameters are numbered from `$1`.
 */
function facetStatement(name: string, source: { with: string; from: string; params: readonly ColumnType[]; access: "index" | "scan" }) {
  const at = (n: number) => `$${source.params.length + n}`;
  const [ids, categories, vendors, currency, min, max, below, inStock] = [1, 2, 3, 4, 5, 6, 7, 8].map(at);
  const [brands, collection, attributes, rating] = [9, 10, 11, 12].map(at) as [string, string, string, string];
  return query({
    name,
    text: `with ${source.with} matching as materialized (
        select p.id, p.category_id, p.vendor_id, f.in_stock, f.edges,
          ${categories}::uuid[] is null or coalesce(${inCategories(String(categories))}, false) as by_category,
          ${vendors}::uuid[] is null or p.vendor_id is not null and p.vendor_id = any(${vendors}) as by_vendor,
          ${min}::text is null or f.in_range as by_price,
          ${inStock}::bool is null or f.in_stock = ${inStock} as by_stock
        from ${source.from}
        cross join lateral (
          select coalesce(bool_or(s.on_hand > s.reserved), false) as in_stock,
            coalesce(bool_or(pr.price between ${min}::text::numeric and ${max}::text::numeric and pr.price < ${below}::text::numeric), false) as in_range,
            array_agg(distinct width_bucket(pr.price, array[${PRICE_EDGES.join(",")}]::numeric[]) - 1) filter (where pr.price is not null) as edges
          from catalog.variants v
          left join catalog.stock_levels s on s.variant_id = v.id
          left join lateral (select ${PRICE} as price from catalog.current_prices pr where pr.variant_id = v.id and pr.currency = ${currency}::text) pr on true
          where v.product_id = p.id and not v.is_archived
        ) f
        where (${ids}::uuid[] is null or p.id = any(${ids})) and ${moreConditions(brands, collection, attributes, rating)}
        limit ${MAX_COUNTED}
      )
      select 'TOTAL' as kind, null::uuid as id, null::int4 as edge, count(*)::int4 as products from matching where by_category and by_vendor and by_price and by_stock
      union all
      (select 'CATEGORY', category_id, null, count(*)::int4 as products from matching where category_id is not null and by_vendor and by_price and by_stock group by category_id order by products desc, category_id limit ${MAX_GROUPS})
      union all
      (select 'VENDOR', vendor_id, null, count(*)::int4 as products from matching where vendor_id is not null and by_category and by_price and by_stock group by vendor_id order by products desc, vendor_id limit ${MAX_GROUPS})
      union all
      (select 'PRICE', null, e.edge, count(*)::int4 from matching cross join unnest(edges) as e (edge) where by_category and by_vendor and by_stock group by e.edge)
      union all
      (select 'STOCK', null, in_stock::int4, count(*)::int4 from matching where by_category and by_vendor and by_price group by in_stock)`,
    params: [...source.params, "uuid[]?", "uuid[]?", "uuid[]?", "text", "text?", "text?", "text?", "bool?", ...MORE_TYPES],
    row: { kind: "text", id: "uuid?", edge: "int4?", products: "int4" },
    budget: { access: source.access, maxRows: 2 * MAX_GROUPS + PRICE_EDGES.length + 3 },
  });
}

const ofSearch = facetStatement("catalog.facetsOfSearch", {
  with: `${HITS},`, from: "hits join catalog.products p on p.id = hits.id and p.status = 'ACTIVE'", params: ["text"], access: "index",
});

// Whatever the filters, all products of the status are looked at, up to the bound: that is what the counts are of.
const ofList = facetStatement("catalog.facetsOfList", {
  with: "", from: "(select * from catalog.products p where p.status = $1 and ($1 <> 'DRAFT' or $2 or p.vendor_id = any($3))) p", params: ["text", "bool", "uuid[]"], access: "scan",
});

/** Counts of the products that the words find, where there are words, else of the list. */
export async function countFacets(db: Reader, asked: { text: string | undefined; filter: ProductFilter; currency: string; viewer: Viewer }): Promise<FacetCounts> {
  const { text, currency, viewer } = asked;
  const { ids, categoryIds, vendorIds, price, inStock, status } = asked.filter;
  const conditions = [ids ?? null, categoryIds ?? null, vendorIds ?? null, currency, price?.min ?? null, price?.max ?? null, price?.below ?? null, inStock ?? null, ...(moreValues(asked.filter) ?? NO_MORE)] as const;
  const rows = text === undefined
    ? await db.many(ofList, [status, can(viewer, "catalog.read"), viewer.vendorIds, ...conditions] as never)
    : await db.many(ofSearch, [text, ...conditions] as never);
  const of = (kind: string) => rows.filter((row) => row.kind === kind);
  const groups = (kind: string) => of(kind).map((row) => ({ id: row.id as string, count: row.products }));
  return {
    total: of("TOTAL")[0]?.products ?? 0,
    categories: groups("CATEGORY"),
    brands: [],
    vendors: groups("VENDOR"),
    prices: of("PRICE").map((row) => ({ edge: row.edge as number, count: row.products })).sort((a, b) => a.edge - b.edge),
    availability: of("STOCK").map((row) => ({ inStock: row.edge === 1, count: row.products })).sort((a, b) => Number(b.inStock) - Number(a.inStock)),
    ratings: [], attributes: [],
  };
}
