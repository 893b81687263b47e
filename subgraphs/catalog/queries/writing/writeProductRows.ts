import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { ProductPlan } from "../../domain/productPlan.ts";

const jsonIn = { params: ["jsonb"], budget: { access: "write", maxRows: 200_000 } } as const;
const touched = { product_id: "uuid" } as const;

const addProducts = query({
  name: "catalog.addProducts",
  text: `insert into catalog.products (id, slug, name, description, description_html, status, vendor_id, brand_id, category_id, product_type, seo_title, seo_description,
      publish_at, unpublish_at, published_at, external_ref, created_at, updated_at)
    select p.id, p.slug, p.name, p.description, p.description_html, p.status, p.vendor_id, p.brand_id, p.category_id, p.product_type, p.seo_title, p.seo_description,
      p.publish_at, p.unpublish_at, case when p.status = 'ACTIVE' then $2::timestamptz end, p.external_ref, $2, $2
    from jsonb_to_recordset($1) as p (id uuid, slug text, name text, description text, description_html text, status text, vendor_id uuid, brand_id uuid, category_id uuid,
      product_type text, seo_title text, seo_description text, publish_at timestamptz, unpublish_at timestamptz, external_ref text)`,
  params: ["jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// A column that the record has no key for stays as it is. `touched`: something that hangs on the product changed before.
const CHANGEABLE = { slug: "text", name: "text", description: "text", description_html: "text", status: "text", vendor_id: "uuid", brand_id: "uuid", category_id: "uuid", product_type: "text",
  seo_title: "text", seo_description: "text", publish_at: "timestamptz", unpublish_at: "timestamptz", external_ref: "text" } as const;
const columns = Object.keys(CHANGEABLE);
const changeProducts = query({
  name: "catalog.changeProducts",
  text: `with given as (
      select (r.j->>'id')::uuid as id, (r.j->>'touched')::bool as touched, ${Object.entries(CHANGEABLE).map(([column, type]) => `r.j ? '${column}' as has_${column}, (r.j->>'${column}')::${type} as ${column}`).join(", ")}
      from jsonb_array_elements($1) as r (j)
    )
    update catalog.products p set ${columns.map((column) => `${column} = case when g.has_${column} then g.${column} else p.${column} end`).join(", ")},
      published_at = case when g.has_status and g.status = 'ACTIVE' and p.status <> 'ACTIVE' then $2::timestamptz else p.published_at end,
      version = p.version + 1, updated_at = $2
    from given g
    where p.id = g.id and (g.touched or ${columns.map((column) => `(g.has_${column} and p.${column} is distinct from g.${column})`).join(" or ")})
    returning p.id as product_id`,
  params: ["jsonb", "timestamptz"],
  row: touched,
  budget: { access: "write", maxRows: 10_000 },
});

const keepFormerSlugs = query({
  name: "catalog.keepFormerProductSlugs",
  text: `with gone as (
      delete from catalog.former_slugs f using jsonb_to_recordset($1) as s (id uuid, former text, slug text) where f.kind = 'PRODUCT' and f.slug = s.slug
    )
    insert into catalog.former_slugs (kind, slug, target_id, replaced_at)
    select 'PRODUCT', s.former, s.id, $2 from jsonb_to_recordset($1) as s (id uuid, former text, slug text)
    on conflict (kind, slug) do update set target_id = excluded.target_id, replaced_at = excluded.replaced_at`,
  params: ["jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// Lists are replaced by two statements: what is not wanted goes, what is wanted and not there comes. What is the same is not touched.
const dropCategories = query({
  name: "catalog.dropProductCategories",
  text: `delete from catalog.product_categories c using jsonb_to_recordset($1) as g (product_id uuid, category_ids uuid[])
    where c.product_id = g.product_id and not c.category_id = any(g.category_ids) returning c.product_id`,
  ...jsonIn,
  row: touched,
});
const addCategories = query({
  name: "catalog.addProductCategories",
  text: `insert into catalog.product_categories as c (product_id, category_id, position)
    select g.product_id, w.id, w.place - 1 from jsonb_to_recordset($1) as g (product_id uuid, category_ids uuid[]) cross join unnest(g.category_ids) with ordinality as w (id, place)
    on conflict (product_id, category_id) do update set position = excluded.position where c.position <> excluded.position returning c.product_id`,
  ...jsonIn,
  row: touched,
});

const VALUES = "product_id uuid, attribute_id uuid, place int2, value_text text, value_number numeric, value_boolean bool, value_date date, option_id uuid";
const dropAttributes = query({
  name: "catalog.dropProductAttributes",
  text: `delete from catalog.product_attributes a
    where a.product_id = any($2) and not exists (
      select from jsonb_to_recordset($1) as g (${VALUES})
      where (g.product_id, g.attribute_id, g.place) = (a.product_id, a.attribute_id, a.place)
        and (g.value_text, g.value_number, g.value_boolean, g.value_date, g.option_id) is not distinct from (a.value_text, a.value_number, a.value_boolean, a.value_date, a.option_id))
    returning a.product_id`,
  params: ["jsonb", "uuid[]"],
  row: touched,
  budget: { access: "write", maxRows: 1_000_000 },
});
const addAttributes = query({
  name: "catalog.addProductAttributes",
  text: `insert into catalog.product_attributes (product_id, attribute_id, place, value_text, value_number, value_boolean, value_date, option_id)
    select g.product_id, g.attribute_id, g.place, g.value_text, g.value_number, g.value_boolean, g.value_date, g.option_id from jsonb_to_recordset($1) as g (${VALUES})
    on conflict do nothing returning product_id`,
  params: ["jsonb"],
  row: touched,
  budget: { access: "write", maxRows: 1_000_000 },
});

const LINK = "product_id uuid, kind text, linked_id uuid, position int";
const dropLinks = query({
  name: "catalog.dropProductLinks",
  text: `delete from catalog.product_links l
    using unnest($2::uuid[], $3::text[]) as given (product_id, kind)
    where l.product_id = given.product_id and l.kind = given.kind and not exists (
      select from jsonb_to_recordset($1) as g (${LINK}) where (g.product_id, g.kind, g.linked_id) = (l.product_id, l.kind, l.linked_id))
    returning l.product_id`,
  params: ["jsonb", "uuid[]", "text[]"],
  row: touched,
  budget: { access: "write", maxRows: 1_000_000 },
});
const addLinks = query({
  name: "catalog.addProductLinks",
  text: `insert into catalog.product_links as l (product_id, kind, linked_id, position)
    select g.product_id, g.kind, g.linked_id, g.position from jsonb_to_recordset($1) as g (${LINK})
    on conflict (product_id, kind, linked_id) do update set position = excluded.position where l.position <> excluded.position returning l.product_id`,
  params: ["jsonb"],
  row: touched,
  budget: { access: "write", maxRows: 1_000_000 },
});

/** A plan with the columns that were settled for all drafts together. */
export interface SettledPlan extends ProductPlan {
  /** Undefined where it stays. */
  readonly slug: string | undefined;
  /** Cleaned; both undefined where they stay. */
  readonly html: string | null | undefined;
  readonly text: string | null | undefined;
}

type Touch = (productIds: Iterable<{ product_id: string }>) => void;

/** The record of a product as the statements take it: what stays has no key. */
function columnsOf({ id, slug, html, text, status, brandId, draft }: SettledPlan): object {
  return {
    id, slug, name: draft.name, description: text, description_html: html, status, vendor_id: draft.vendorId, brand_id: brandId,
    category_id: draft.categoryIds && (draft.categoryIds[0] ?? null), product_type: draft.productType, seo_title: draft.seoTitle, seo_description: draft.seoDescription,
    publish_at: draft.publishAt, unpublish_at: draft.unpublishAt, external_ref: draft.externalRef,
  };
}

export async function insertProducts(tx: Reader, plans: readonly SettledPlan[], at: Date): Promise<void> {
  if (plans.length > 0) await tx.execute(addProducts, [JSON.stringify(plans.map(columnsOf)), at]);
}

/** Changes what differs; answers the products whose version went up. */
export async function updateProducts(tx: Reader, plans: readonly SettledPlan[], touched: ReadonlySet<string>, at: Date): Promise<string[]> {
  if (plans.length === 0) return [];
  const renamed = plans.flatMap(({ id, slug, known }) => (slug !== undefined && known && slug !== known.slug ? [{ id, slug, former: known.slug }] : []));
  if (renamed.length > 0) await tx.execute(keepFormerSlugs, [JSON.stringify(renamed), at]);
  return (await tx.many(changeProducts, [JSON.stringify(plans.map((plan) => ({ ...columnsOf(plan), touched: touched.has(plan.id) }))), at])).map((row) => row.product_id);
}

/** Further categories, attributes and links as the plans have them; `touch` hears of the products for which that changes something. */
export async function writeHangings(tx: Reader, plans: readonly SettledPlan[], touch: Touch): Promise<void> {
  const categories = plans.flatMap(({ id, draft }) => (draft.categoryIds ? [{ product_id: id, category_ids: draft.categoryIds.slice(1) }] : []));
  if (categories.length > 0) {
    touch(await tx.many(dropCategories, [JSON.stringify(categories)]));
    touch(await tx.many(addCategories, [JSON.stringify(categories)]));
  }
  const described = plans.filter(({ attributes }) => attributes);
  if (described.length > 0) {
    const rows = JSON.stringify(described.flatMap(({ id, attributes }) => (attributes ?? []).map((row) => ({
      product_id: id, attribute_id: row.attributeId, place: row.place, value_text: row.text, value_number: row.number, value_boolean: row.boolean, value_date: row.date, option_id: row.optionId,
    }))));
    touch(await tx.many(dropAttributes, [rows, described.map(({ id }) => id)]));
    touch(await tx.many(addAttributes, [rows]));
  }
  const kinds = plans.flatMap(({ id, draft }) => (draft.links ?? []).map(({ kind }) => ({ id, kind })));
  if (kinds.length > 0) {
    const rows = JSON.stringify(plans.flatMap(({ id, links }) => (links ?? []).map(({ kind, linkedId, position }) => ({ product_id: id, kind, linked_id: linkedId, position }))));
    touch(await tx.many(dropLinks, [rows, kinds.map(({ id }) => id), kinds.map(({ kind }) => kind)]));
    touch(await tx.many(addLinks, [rows]));
  }
}
