import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { Attribute } from "../../domain/taxonomy.ts";

const upsert = query({
  name: "catalog.upsertAttribute",
  text: `insert into catalog.attributes as a (code, name, type, unit, is_filterable, is_searchable, is_variant_option, position) values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (code) do update set name = excluded.name, unit = excluded.unit, is_filterable = excluded.is_filterable, is_searchable = excluded.is_searchable,
      is_variant_option = excluded.is_variant_option, position = excluded.position, version = a.version + 1
    returning a.id`,
  params: ["text", "text", "text", "text?", "bool", "bool", "bool", "int4"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

// The options that are left out, with whether anything has them.
const leftOut = query({
  name: "catalog.optionsLeftOut",
  text: `select o.id, o.code, exists (select from catalog.product_attributes p where p.attribute_id = o.attribute_id and p.option_id = o.id)
      or exists (select from catalog.variant_options v where v.attribute_id = o.attribute_id and v.option_id = o.id) as is_used
    from catalog.attribute_options o where o.attribute_id = $1 and not o.code = any($2) order by is_used desc, o.code`,
  params: ["uuid", "text[]"],
  row: { id: "uuid", code: "text", is_used: "bool" },
  budget: { access: "index", maxRows: 100_000 },
});

const dropOptions = query({
  name: "catalog.dropAttributeOptions",
  text: "with texts as (delete from catalog.translations t where t.kind = 'OPTION' and t.target_id = any($1)) delete from catalog.attribute_options o where o.id = any($1)",
  params: ["uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const setOptions = query({
  name: "catalog.setAttributeOptions",
  text: `with counted as (update catalog.attributes a set version = a.version + 1 where a.id = $1)
    insert into catalog.attribute_options as o (attribute_id, code, label, position)
    select $1, w.code, w.label, (w.place - 1)::int4 from unnest($2::text[], $3::text[]) with ordinality as w (code, label, place)
    on conflict (attribute_id, code) do update set label = excluded.label, position = excluded.position where (o.label, o.position) is distinct from (excluded.label, excluded.position)`,
  params: ["uuid", "text[]", "text[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Keeps products from being given an option while options go; whoever does that holds the lock of terms. */
const seizeOptions = query({
  name: "catalog.seizeAttributeOptions",
  text: "select o.id from catalog.attribute_options o where o.attribute_id = $1 and not o.code = any($2) order by o.id for update",
  params: ["uuid", "text[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 100_000 },
});

export async function upsertAttribute(tx: Reader, { code, name, type, unit, isFilterable, isSearchable, isVariantOption, position }: Omit<Attribute, "id" | "version">): Promise<string> {
  return (await tx.one(upsert, [code, name, type, unit, isFilterable, isSearchable, isVariantOption, position])).id;
}

/** Options with other codes than these, those that something has first; locked until the transaction ends. */
export async function lockOptionsLeftOut(tx: Reader, attributeId: string, codes: readonly string[]): Promise<{ id: string; code: string; isUsed: boolean }[]> {
  await tx.many(seizeOptions, [attributeId, codes]);
  return (await tx.many(leftOut, [attributeId, codes])).map((found) => ({ id: found.id, code: found.code, isUsed: found.is_used }));
}

export async function deleteOptions(tx: Reader, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.execute(dropOptions, [ids]);
}

export async function writeOptions(tx: Reader, attributeId: string, options: readonly { code: string; label: string }[]): Promise<void> {
  await tx.execute(setOptions, [attributeId, options.map(({ code }) => code), options.map(({ label }) => label)]);
}
