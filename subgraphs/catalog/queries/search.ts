import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Product } from "../domain/product.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import { inCategories, MORE_TYPES, moreConditions, moreValues, NO_MORE } from "./moreConditions.ts";
import { PRODUCT_COLUMNS, productRow, toProduct } from "./products.ts";

// What answers while the search index of a process is not there yet, in its first seconds.

/** A product with how well it matches; larger is better. */
export interface FoundProduct extends Product {
  readonly score: string;
}

export const searchCursor = cursorOf("search", ["decimal", "uuid"]);

/**
 * Ids of the products that `$1` finds, as `hits`: by words (stemmed) and by code; where these find nothing, by likeness, for slips of
 * spelling.
 */
export const HITS = `asked as (
      select websearch_to_tsquery('english', $1) || websearch_to_tsquery('simple', $1) as words, lower($1) as line
    ), exact as materialized (
      select p.id from catalog.products p, asked where p.search_words @@ asked.words
      union
      select v.product_id from catalog.variants v where v.sku = upper($1)
    ), hits as (
      select id from exact
      union all
      select l.id from catalog.products_like($1) as l (id) where not exists (select 1 from exact)
    )`;

/**
 * The score adds the rank of the words, the likeness of the name and 2 for an exact code. Rounded, so that a cursor holds exactly
 * what the row had. Conditions that are not asked for are null.
 */
const search = query({
  name: "catalog.searchProducts",
  text: `with ${HITS}, scored as (
      select ${PRODUCT_COLUMNS}, round((ts_rank(p.search_words, asked.words)
          + extensions.word_similarity(asked.line, lower(p.name))
          + case when exists (select 1 from catalog.variants v where v.product_id = p.id and v.sku = upper($1)) then 2 else 0 end)::numeric, 6) as score
      from hits join catalog.products p on p.id = hits.id cross join asked
      where p.status = 'ACTIVE'
        and ($5::uuid[] is null or p.id = any($5)) and ($6::uuid[] is null or ${inCategories("$6")}) and ($7::uuid[] is null or p.vendor_id = any($7))
        and ($8::text is null or exists (
          select 1 from catalog.variants v join catalog.current_prices pr on pr.variant_id = v.id and pr.currency = $8
          where v.product_id = p.id and pr.unit_amount / (10::numeric ^ pr.exponent) between $9::text::numeric and $10::text::numeric
            and pr.unit_amount / (10::numeric ^ pr.exponent) < $11::text::numeric))
        and ($12::bool is null or exists (
          select 1 from catalog.variants v join catalog.stock_levels s on s.variant_id = v.id where v.product_id = p.id and s.on_hand > s.reserved) = $12)
        and ${moreConditions("$13", "$14", "$15", "$16")}
    )
    select p.*, p.score::text as score_text from scored p
    where (p.score, p.id) < ($2::text::numeric, $3)
    order by p.score desc, p.id desc limit $4`,
  params: ["text", "text", "uuid", "int4", "uuid[]?", "uuid[]?", "uuid[]?", "text?", "text?", "text?", "text?", "bool?", ...MORE_TYPES],
  row: { ...productRow, score: "numeric", score_text: "text" },
  budget: { access: "index", maxRows: 101 },
});

const START = ["Infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"] as const;

/** Up to `page.limit` + 1 products on sale that the filter lets through, best match first. */
export async function searchProducts(db: Reader, text: string, filter: ProductFilter, page: Page<[string, string]>): Promise<FoundProduct[]> {
  const { ids, categoryIds, vendorIds, price, inStock } = filter;
  const [score, id] = page.after ?? START;
  const conditions = [ids ?? null, categoryIds ?? null, vendorIds ?? null, price?.currency ?? null, price?.min ?? null, price?.max ?? null, price?.below ?? null, inStock ?? null, ...(moreValues(filter) ?? NO_MORE)] as const;
  return (await db.many(search, [text, score, id, page.limit + 1, ...conditions] as never)).map((row) => ({ ...toProduct(row), score: row.score_text }));
}
