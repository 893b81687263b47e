import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { SearchDocument } from "../search/document.ts";

/** One price: currency, decimal amount, from when to when in Unix milliseconds; null for no end. */
type PriceJson = [currency: string, amount: string, from: number, to: number | null];
type VariantJson = [sku: string, name: string, barcode: string | null, inStock: boolean, prices: PriceJson[] | null];
type AttributeJson = [code: string, name: string, type: string, unit: string | null, filterable: boolean, searchable: boolean, option: string | null, label: string | null, text: string | null, number: number | null, flag: boolean | null];

const DOCUMENT = `select p.id, p.name, p.description, p.product_type, p.external_ref, p.vendor_id, p.brand_id, p.created_at,
    (select b.name from catalog.brands b where b.id = p.brand_id) as brand,
    (select json_agg(json_build_array(up.id, up.name))::text
      from catalog.category_with_ancestors(array(select pc.category_id from catalog.product_categories pc where pc.product_id = p.id) || p.category_id) up) as categories,
    array(select cp.collection_id from catalog.collection_products cp where cp.product_id = p.id) as collections,
    (select json_agg(json_build_array(v.sku, v.name, v.barcode,
        exists (select 1 from catalog.stock_levels s where s.variant_id = v.id and s.on_hand > s.reserved),
        (select json_agg(json_build_array(pr.currency, pr.amount::text, (extract(epoch from pr.valid_from) * 1000)::int8, (extract(epoch from pr.valid_to) * 1000)::int8))
          from catalog.prices pr where pr.variant_id = v.id and pr.price_list_id is null and pr.ends_at > catalog.price_now())
      ) order by v.position, v.sku)::text from catalog.variants v where v.product_id = p.id and not v.is_archived) as variants,
    (select json_agg(json_build_array(a.code, a.name, a.type, a.unit, a.is_filterable, a.is_searchable, o.code, o.label, f.value_text, f.value_number, f.value_boolean))::text
      from (
        select pa.attribute_id, pa.option_id, pa.value_text, pa.value_number, pa.value_boolean from catalog.product_attributes pa where pa.product_id = p.id
        union all
        select distinct vo.attribute_id, vo.option_id, null::text, null::numeric, null::bool
          from catalog.variants v join catalog.variant_options vo on vo.variant_id = v.id where v.product_id = p.id and not v.is_archived
      ) f
      join catalog.attributes a on a.id = f.attribute_id and (a.is_filterable or a.is_searchable)
      left join catalog.attribute_options o on o.id = f.option_id) as attributes,
    array(select t.value from catalog.translations t where t.kind = 'PRODUCT' and t.target_id = p.id and t.field = 'NAME') as names,
    r.average::float8 as rating, r.rank::float8 as rating_rank
  from catalog.products p left join catalog.product_ratings r on r.product_id = p.id`;

const row = {
  id: "uuid", name: "text", description: "text?", product_type: "text?", external_ref: "text?", vendor_id: "uuid?", brand_id: "uuid?", created_at: "timestamptz",
  brand: "text?", categories: "text?", collections: "uuid[]?", variants: "text?", attributes: "text?", names: "text[]?", rating: "float8?", rating_rank: "float8?",
} as const;

/** Documents of one page of {@link listSearchDocuments}. */
export const DOCUMENTS_AT_ONCE = 250;

const page = query({
  name: "catalog.searchDocumentsAfter",
  text: `${DOCUMENT} where p.id in (select n.id from catalog.products n where n.id > $1 and n.status = 'ACTIVE' order by n.id limit $2) order by p.id`,
  params: ["uuid", "int4"],
  row,
  // All products page by page, in the order of their ids.
  budget: { access: "scan", maxRows: DOCUMENTS_AT_ONCE },
});

const byIds = query({
  name: "catalog.searchDocumentsByIds",
  text: `${DOCUMENT} where p.id = any($1) and p.status = 'ACTIVE'`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: DOCUMENTS_AT_ONCE },
});

const snapshot = query({
  name: "catalog.searchSnapshot",
  text: "select pg_current_snapshot()::text as snapshot",
  params: [],
  row: { snapshot: "text" },
  budget: { access: "scan", maxRows: 1 },
});

// What was committed after the snapshot $1, whatever the order in which transactions began, wrote and committed: each row of theirs
// that is visible now and was not visible then. Nothing waits for a transaction that takes long.
const news = query({
  name: "catalog.searchNews",
  text: `select pg_current_snapshot()::text as snapshot, catalog.price_now() as now,
      exists (select 1 from catalog.search_news n
        where n.transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(n.transaction_id, $1::text::pg_snapshot) and n.product_id is null) as everything,
      array(select n.product_id from catalog.search_news n
        where n.transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(n.transaction_id, $1::text::pg_snapshot) and n.product_id is not null
        union
        select t.product_id from catalog.told_products t
        where t.transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot) and not pg_visible_in_snapshot(t.transaction_id, $1::text::pg_snapshot)) as products`,
  params: ["text"],
  row: { snapshot: "text", now: "timestamptz", everything: "bool", products: "uuid[]" },
  budget: { access: "index", maxRows: 1 },
});

// Transactions do not take that long, nor do readers sleep that long: one that did reads everything anew.
const prune = query({
  name: "catalog.pruneSearchNews",
  text: "delete from catalog.search_news n where n.told_at < clock_timestamp() - interval '1 day'",
  params: [],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

export interface SearchNews {
  /** Ask for what comes after it the next time. */
  readonly snapshot: string;
  /** Business time. */
  readonly now: Date;
  /** Whether all is to be read anew. */
  readonly everything: boolean;
  readonly products: readonly string[];
}

/** Up to {@link DOCUMENTS_AT_ONCE} products on sale with ids after the one given, in the order of their ids. */
export async function listSearchDocuments(db: Reader, afterId: string): Promise<SearchDocument[]> {
  return (await db.many(page, [afterId, DOCUMENTS_AT_ONCE])).map(toDocument);
}

/** Those of at most {@link DOCUMENTS_AT_ONCE} products that are on sale. */
export async function listSearchDocumentsByIds(db: Reader, ids: readonly string[]): Promise<SearchDocument[]> {
  return (await db.many(byIds, [ids])).map(toDocument);
}

export async function readSearchSnapshot(db: Reader): Promise<string> {
  return (await db.one(snapshot, [])).snapshot;
}

export function readSearchNews(db: Reader, since: string): Promise<SearchNews> {
  return db.one(news, [since]);
}

export async function pruneSearchNews(db: Reader): Promise<void> {
  await db.execute(prune, []);
}

function toDocument(found: RowOf<typeof row>): SearchDocument {
  const listOf = <T>(json: string | null): T[] => (json === null ? [] : (JSON.parse(json) as T[]));
  const variants = listOf<VariantJson>(found.variants);
  return {
    id: found.id, name: found.name, names: found.names ?? [], description: found.description, productType: found.product_type, externalRef: found.external_ref,
    vendorId: found.vendor_id, brandId: found.brand_id, brand: found.brand, createdAt: found.created_at.getTime(),
    rating: found.rating, ratingRank: found.rating_rank,
    categories: listOf<[string, string]>(found.categories).map(([id, name]) => ({ id, name })), collectionIds: found.collections ?? [],
    variants: variants.map(([sku, name, barcode]) => ({ sku, name, barcode })),
    inStock: variants.some(([, , , inStock]) => inStock),
    prices: variants.flatMap(([, , , , prices]) => (prices ?? []).map(([currency, amount, from, to]) => ({ currency, amount: Number(amount), from, to: to ?? Infinity }))),
    attributes: listOf<AttributeJson>(found.attributes).map(([code, name, type, unit, isFilterable, isSearchable, option, label, text, number, flag]) => ({
      code, name, type: type as SearchDocument["attributes"][number]["type"], unit, isFilterable, isSearchable, option, label, text, number, flag,
    })),
  };
}
