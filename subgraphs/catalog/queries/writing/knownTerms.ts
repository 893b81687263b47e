import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { AttributeType } from "../../domain/attributeValues.ts";
import type { KnownAttribute, KnownBrand, KnownOption } from "../../domain/productPlan.ts";

const brands = query({
  name: "catalog.knownBrands",
  text: `select b.id, b.slug, b.name from catalog.brands b where b.id = any($1)
    union select b.id, b.slug, b.name from catalog.brands b where b.slug = any($2)
    union select b.id, b.slug, b.name from catalog.brands b where lower(b.name) = any($3)
    union select b.id, f.slug, b.name from catalog.former_slugs f join catalog.brands b on b.id = f.target_id where f.kind = 'BRAND' and f.slug = any($2)`,
  params: ["uuid[]", "text[]", "text[]"],
  row: { id: "uuid", slug: "text", name: "text" },
  budget: { access: "index", maxRows: 10_000 },
});

const categories = query({
  name: "catalog.knownCategories",
  text: "select c.id from catalog.categories c where c.id = any($1) for key share",
  params: ["uuid[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 20_000 },
});

const attributes = query({
  name: "catalog.knownAttributes",
  text: "select a.id, a.code, a.type, a.is_variant_option from catalog.attributes a where a.code = any($1)",
  params: ["text[]"],
  row: { id: "uuid", code: "text", type: "text", is_variant_option: "bool" },
  budget: { access: "index", maxRows: 10_000 },
});

// By code or by label: what people write in a file is the label.
const options = query({
  name: "catalog.knownOptions",
  text: `select o.id, o.attribute_id, o.code, o.label, asked.text as asked
    from unnest($1::uuid[], $2::text[]) as asked (attribute_id, text)
    cross join lateral (
      select o.* from catalog.attribute_options o where o.attribute_id = asked.attribute_id and o.code = asked.text
      union
      select o.* from catalog.attribute_options o where o.attribute_id = asked.attribute_id and lower(o.label) = lower(asked.text)
    ) o
    order by o.code = asked.text desc, o.position, o.id`,
  params: ["uuid[]", "text[]"],
  row: { id: "uuid", attribute_id: "uuid", code: "text", label: "text", asked: "text" },
  budget: { access: "index", maxRows: 200_000 },
});

const addBrands = query({
  name: "catalog.addBrands",
  text: `insert into catalog.brands (id, slug, name, created_at, updated_at)
    select b.id, b.slug, b.name, $2, $2 from jsonb_to_recordset($1) as b (id uuid, slug text, name text)`,
  params: ["jsonb", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const addOptions = query({
  name: "catalog.addAttributeOptions",
  text: `insert into catalog.attribute_options (id, attribute_id, code, label, position)
    select o.id, o.attribute_id, o.code, o.label,
      (select coalesce(max(h.position), -1) from catalog.attribute_options h where h.attribute_id = o.attribute_id) + row_number() over (partition by o.attribute_id order by o.place)
    from jsonb_to_recordset($1) as o (id uuid, attribute_id uuid, code text, label text, place int)`,
  params: ["jsonb"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// Whoever adds brands and options looks first what there is: one at a time.
const lockTerms = query({
  name: "catalog.lockTerms",
  text: "select pg_advisory_xact_lock(hashtextextended('catalog.terms', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

// Options that were found stay while they are being used.
const keepTerms = query({
  name: "catalog.keepTerms",
  text: "select pg_advisory_xact_lock_shared(hashtextextended('catalog.terms', 0)) is null as locked",
  params: [],
  row: { locked: "bool" },
  budget: { access: "write", maxRows: 1 },
});

/** Nobody takes options away until the transaction ends. */
export async function keepCatalogueTerms(tx: Reader): Promise<void> {
  await tx.one(keepTerms, []);
}

export async function lockCatalogueTerms(tx: Reader): Promise<void> {
  await tx.one(lockTerms, []);
}

/** A brand may stand here more than once: with its slug, and with a former one. */
export async function listKnownBrands(db: Reader, asked: { ids: readonly string[]; slugs: readonly string[]; names: readonly string[] }): Promise<KnownBrand[]> {
  const { ids, slugs, names } = asked;
  return ids.length + slugs.length + names.length === 0 ? [] : db.many(brands, [ids, slugs, names.map((name) => name.toLowerCase())]);
}

/** Those of the categories that there are; they stay until the transaction ends. */
export async function keepKnownCategories(tx: Reader, ids: readonly string[]): Promise<Set<string>> {
  return new Set(ids.length === 0 ? [] : (await tx.many(categories, [ids])).map(({ id }) => id));
}

export async function listKnownAttributes(db: Reader, codes: readonly string[]): Promise<KnownAttribute[]> {
  const rows = codes.length === 0 ? [] : await db.many(attributes, [codes]);
  return rows.map((found) => ({ id: found.id, code: found.code, type: found.type as AttributeType, isVariantOption: found.is_variant_option }));
}

/** What stands for each text that was asked for, the option of that code first. */
export async function listKnownOptions(db: Reader, asked: readonly { attributeId: string; text: string }[]): Promise<(KnownOption & { asked: string })[]> {
  const rows = asked.length === 0 ? [] : await db.many(options, [asked.map(({ attributeId }) => attributeId), asked.map(({ text }) => text)]);
  return rows.map((found) => ({ id: found.id, attributeId: found.attribute_id, code: found.code, label: found.label, asked: found.asked }));
}

export async function insertBrands(tx: Reader, rows: readonly KnownBrand[], at: Date): Promise<void> {
  if (rows.length > 0) await tx.execute(addBrands, [JSON.stringify(rows), at]);
}

export async function insertOptions(tx: Reader, rows: readonly KnownOption[]): Promise<void> {
  if (rows.length > 0) await tx.execute(addOptions, [JSON.stringify(rows.map(({ id, attributeId, code, label }, place) => ({ id, attribute_id: attributeId, code, label, place })))]);
}
