import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { AttributeRow } from "../domain/attributeValues.ts";
import type { ProductDetails, ProductLink, VariantDetails } from "../domain/productDetails.ts";
import type { LinkKind } from "../domain/productInput.ts";

type ValueJson = [attributeId: string, place: number, text: string | null, number: string | null, boolean: boolean | null, date: string | null, optionId: string | null];

// All in one go: a page that shows one of these shows most of them.
const ofProducts = query({
  name: "catalog.detailsOfProducts",
  text: `select p.id, p.version, p.updated_at, p.product_type, p.brand_id, p.seo_title, p.seo_description, p.published_at, p.publish_at, p.unpublish_at,
      (select json_agg(c.category_id order by c.position, c.category_id)::text from catalog.product_categories c where c.product_id = p.id and c.category_id is distinct from p.category_id) as further,
      (select json_agg(json_build_array(v.attribute_id, v.place, v.value_text, v.value_number::text, v.value_boolean, v.value_date, v.option_id) order by a.position, a.code, v.place)::text
        from catalog.product_attributes v join catalog.attributes a on a.id = v.attribute_id where v.product_id = p.id) as attribute_values
    from catalog.products p where p.id = any($1)`,
  params: ["uuid[]"],
  row: {
    id: "uuid", version: "int4", updated_at: "timestamptz", product_type: "text?", brand_id: "uuid?", seo_title: "text?", seo_description: "text?",
    published_at: "timestamptz?", publish_at: "timestamptz?", unpublish_at: "timestamptz?", further: "text?", attribute_values: "text?",
  },
  budget: { access: "index", maxRows: 1_000 },
});

const htmlOfProducts = query({
  name: "catalog.htmlOfProducts",
  text: "select p.id, p.description_html from catalog.products p where p.id = any($1)",
  params: ["uuid[]"],
  row: { id: "uuid", description_html: "text?" },
  budget: { access: "index", maxRows: 1_000 },
});

const ofVariants = query({
  name: "catalog.detailsOfVariants",
  text: `select v.id, v.barcode, v.weight_grams, v.position, v.is_archived, v.version,
      (select json_agg(json_build_array(o.attribute_id, o.option_id) order by a.position, a.code)::text from catalog.variant_options o join catalog.attributes a on a.id = o.attribute_id where o.variant_id = v.id) as options
    from catalog.variants v where v.id = any($1)`,
  params: ["uuid[]"],
  row: { id: "uuid", barcode: "text?", weight_grams: "int4?", position: "int4", is_archived: "bool", version: "int4", options: "text?" },
  budget: { access: "index", maxRows: 1_000 },
});

// What was taken off the shop for good is recommended no more.
const links = query({
  name: "catalog.linksOfProducts",
  text: `select l.product_id, l.kind, l.linked_id from unnest($1::uuid[]) as asked (product_id)
    cross join lateral (
      select l.product_id, l.kind, l.linked_id from catalog.product_links l
      where l.product_id = asked.product_id and (select p.status <> 'ARCHIVED' from catalog.products p where p.id = l.linked_id)
      order by l.kind, l.position, l.linked_id limit 300
    ) l`,
  params: ["uuid[]"],
  row: { product_id: "uuid", kind: "text", linked_id: "uuid" },
  budget: { access: "index", maxRows: 300_000 },
});

const formerSlugs = query({
  name: "catalog.formerSlugs",
  text: "select f.slug, f.target_id from catalog.former_slugs f where f.kind = $1 and f.slug = any($2)",
  params: ["text", "text[]"],
  row: { slug: "text", target_id: "uuid" },
  budget: { access: "index", maxRows: 1_000 },
});

export async function listDetailsOfProducts(db: Reader, ids: readonly string[]): Promise<ProductDetails[]> {
  return (await db.many(ofProducts, [ids])).map((found) => ({
    id: found.id, version: found.version, updatedAt: found.updated_at, productType: found.product_type, brandId: found.brand_id, seoTitle: found.seo_title, seoDescription: found.seo_description,
    publishedAt: found.published_at, publishAt: found.publish_at, unpublishAt: found.unpublish_at,
    furtherCategoryIds: found.further === null ? [] : (JSON.parse(found.further) as string[]),
    values: found.attribute_values === null ? [] : (JSON.parse(found.attribute_values) as ValueJson[]).map(toValue),
  }));
}

function toValue([attributeId, place, text, number, boolean, date, optionId]: ValueJson): AttributeRow {
  return { attributeId, place, text, number, boolean, date, optionId };
}

export interface ProductHtml {
  readonly id: string;
  readonly html: string | null;
}

export async function listHtmlOfProducts(db: Reader, ids: readonly string[]): Promise<ProductHtml[]> {
  return (await db.many(htmlOfProducts, [ids])).map((found) => ({ id: found.id, html: found.description_html }));
}

export async function listDetailsOfVariants(db: Reader, ids: readonly string[]): Promise<VariantDetails[]> {
  return (await db.many(ofVariants, [ids])).map((found) => ({
    id: found.id, barcode: found.barcode, weightGrams: found.weight_grams, position: found.position, isArchived: found.is_archived, version: found.version,
    options: found.options === null ? [] : (JSON.parse(found.options) as [string, string][]).map(([attributeId, optionId]) => ({ attributeId, optionId })),
  }));
}

export async function listLinksOfProducts(db: Reader, ids: readonly string[]): Promise<ProductLink[]> {
  return (await db.many(links, [ids])).map((found) => ({ productId: found.product_id, kind: found.kind as LinkKind, linkedId: found.linked_id }));
}

export type SluggedKind = "PRODUCT" | "CATEGORY" | "COLLECTION" | "BRAND";

export interface FormerSlug {
  readonly slug: string;
  readonly targetId: string;
}

/** What used to have these slugs. */
export async function listFormerSlugs(db: Reader, kind: SluggedKind, slugs: readonly string[]): Promise<FormerSlug[]> {
  return (await db.many(formerSlugs, [kind, slugs])).map((found) => ({ slug: found.slug, targetId: found.target_id }));
}
