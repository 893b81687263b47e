import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { PlannedVariant, ProductPlan } from "../../domain/productPlan.ts";

const addVariants = query({
  name: "catalog.addVariants",
  text: `insert into catalog.variants (id, product_id, sku, name, barcode, weight_grams, position, is_archived, created_at, updated_at)
    select v.id, v.product_id, v.sku, v.name, v.barcode, v.weight_grams, coalesce(v.position, 0), coalesce(v.is_archived, false), $2, $2
    from jsonb_to_recordset($1) as v (id uuid, product_id uuid, sku text, name text, barcode text, weight_grams int, position int, is_archived bool)
    returning product_id`,
  params: ["jsonb", "timestamptz"],
  row: { product_id: "uuid" },
  budget: { access: "write", maxRows: 500_000 },
});

const changeVariants = query({
  name: "catalog.changeVariants",
  text: `with given as (
      select (r.j->>'id')::uuid as id, (r.j->>'touched')::bool as touched, r.j->>'name' as name, r.j ? 'barcode' as has_barcode, r.j->>'barcode' as barcode,
        r.j ? 'weight_grams' as has_weight, (r.j->>'weight_grams')::int as weight_grams, (r.j->>'position')::int as position, (r.j->>'is_archived')::bool as is_archived
      from jsonb_array_elements($1) as r (j)
    ), wanted as (
      select v.id, g.touched, coalesce(g.name, v.name) as name, case when g.has_barcode then g.barcode else v.barcode end as barcode,
        case when g.has_weight then g.weight_grams else v.weight_grams end as weight_grams, coalesce(g.position, v.position) as position, coalesce(g.is_archived, v.is_archived) as is_archived
      from given g join catalog.variants v on v.id = g.id
    )
    update catalog.variants v set name = w.name, barcode = w.barcode, weight_grams = w.weight_grams, position = w.position, is_archived = w.is_archived, version = v.version + 1, updated_at = $2
    from wanted w
    where v.id = w.id and (w.touched or (v.name, v.barcode, v.weight_grams, v.position, v.is_archived) is distinct from (w.name, w.barcode, w.weight_grams, w.position, w.is_archived))
    returning v.product_id`,
  params: ["jsonb", "timestamptz"],
  row: { product_id: "uuid" },
  budget: { access: "write", maxRows: 500_000 },
});

const dropOptions = query({
  name: "catalog.dropVariantOptions",
  text: `delete from catalog.variant_options o
    where o.variant_id = any($2) and not exists (
      select from jsonb_to_recordset($1) as g (variant_id uuid, attribute_id uuid, option_id uuid)
      where (g.variant_id, g.attribute_id, g.option_id) = (o.variant_id, o.attribute_id, o.option_id))
    returning o.variant_id`,
  params: ["jsonb", "uuid[]"],
  row: { variant_id: "uuid" },
  budget: { access: "write", maxRows: 1_000_000 },
});
const addOptions = query({
  name: "catalog.addVariantOptions",
  text: `insert into catalog.variant_options (variant_id, attribute_id, option_id)
    select g.variant_id, g.attribute_id, g.option_id from jsonb_to_recordset($1) as g (variant_id uuid, attribute_id uuid, option_id uuid)
    on conflict do nothing returning variant_id`,
  params: ["jsonb"],
  row: { variant_id: "uuid" },
  budget: { access: "write", maxRows: 1_000_000 },
});

const openStock = query({
  name: "catalog.openStock",
  text: "select catalog.open_stock($1) is null as opened",
  params: ["uuid[]"],
  row: { opened: "bool" },
  budget: { access: "write", maxRows: 1 },
});
/** A variant with the product that it is a form of. */
export interface PlacedVariant extends PlannedVariant {
  readonly productId: string;
}

export function placeVariants(plans: readonly ProductPlan[]): PlacedVariant[] {
  return plans.flatMap(({ id, variants }) => variants.map((variant) => ({ ...variant, productId: id })));
}

/** New variants, their options, then what changes of those that were there; answers the products for which that changes something. */
export async function writeVariants(tx: Reader, variants: readonly PlacedVariant[], at: Date): Promise<Set<string>> {
  const record = (one: PlacedVariant) => ({ id: one.id, product_id: one.productId, sku: one.sku, name: one.name, barcode: one.barcode, weight_grams: one.weightGrams, position: one.position, is_archived: one.isArchived });
  const added = variants.filter(({ isNew }) => isNew);
  const known = variants.filter(({ isNew }) => !isNew);
  if (added.length > 0) {
    await tx.many(addVariants, [JSON.stringify(added.map(record)), at]);
    await tx.one(openStock, [added.map(({ id }) => id)]);
  }
  const formed = variants.filter(({ optionRows }) => optionRows);
  const reformed = new Set<string>();
  if (formed.length > 0) {
    const rows = JSON.stringify(formed.flatMap(({ id, optionRows }) => (optionRows ?? []).map(({ attributeId, optionId }) => ({ variant_id: id, attribute_id: attributeId, option_id: optionId }))));
    for (const { variant_id } of await tx.many(dropOptions, [rows, formed.map(({ id }) => id)])) reformed.add(variant_id);
    for (const { variant_id } of await tx.many(addOptions, [rows])) reformed.add(variant_id);
  }
  const changed = known.length === 0 ? [] : await tx.many(changeVariants, [JSON.stringify(known.map((one) => ({ ...record(one), touched: reformed.has(one.id) }))), at]);
  return new Set([...added.map(({ productId }) => productId), ...changed.map((row) => row.product_id)]);
}
