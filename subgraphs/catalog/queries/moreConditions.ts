import type { ColumnType } from "#platform/db/query.ts";
import type { ProductFilter } from "../domain/productFilter.ts";

export const MORE_TYPES: readonly ColumnType[] = ["uuid[]?", "uuid?", "text?", "text?"];

/** Whether `p` stands in one of the categories or in one below them. */
export function inCategories(ids: string): string {
  return `(p.category_id in (select catalog.category_with_descendants(${ids}))
        or exists (select 1 from catalog.product_categories pc where pc.product_id = p.id and pc.category_id in (select catalog.category_with_descendants(${ids}))))`;
}

/** Conditions on `p` that fewer lists have: brands, a collection, attributes as JSON, a mean rating. What is null is no condition. */
export function moreConditions(brands: string, collection: string, attributes: string, rating: string): string {
  return `(${brands}::uuid[] is null or p.brand_id = any(${brands}))
        and (${collection}::uuid is null or exists (select 1 from catalog.collection_products cp where cp.collection_id = ${collection} and cp.product_id = p.id))
        and (${rating}::text is null or exists (select 1 from catalog.product_ratings pra where pra.product_id = p.id and pra.average >= ${rating}::text::numeric))
        and (${attributes}::text is null or not exists (
          select 1 from jsonb_to_recordset(${attributes}::text::jsonb) as f (code text, "values" text[], min numeric, max numeric, below numeric)
          where not exists (
            select 1 from (
              select pa.attribute_id, pa.option_id, pa.value_text, pa.value_number, pa.value_boolean from catalog.product_attributes pa where pa.product_id = p.id
              union all
              select vo.attribute_id, vo.option_id, null, null, null from catalog.variants v join catalog.variant_options vo on vo.variant_id = v.id where v.product_id = p.id and not v.is_archived
            ) has
            join catalog.attributes a on a.id = has.attribute_id and a.code = f.code and a.is_filterable
            left join catalog.attribute_options o on o.id = has.option_id
            where case when f."values" is null then has.value_number between coalesce(f.min, '-infinity') and coalesce(f.max, 'infinity') and has.value_number < coalesce(f.below, 'infinity')
              else coalesce(o.code, has.value_text, has.value_boolean::text) = any(f."values") end
          )
        ))`;
}

/** The parameters, or undefined where the filter asks for none of it. */
export function moreValues({ brandIds, collectionId, attributes, ratingMin }: ProductFilter): readonly unknown[] | undefined {
  if (!brandIds && collectionId === undefined && !attributes && ratingMin === undefined) return undefined;
  return [brandIds ?? null, collectionId ?? null, attributes ? JSON.stringify(attributes) : null, ratingMin ?? null];
}

export const NO_MORE = [null, null, null, null] as const;
