import { cursorOf, type Page } from "#kit/page.ts";
import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { AttributeType } from "../domain/attributeValues.ts";
import type { Attribute, AttributeOption } from "../domain/taxonomy.ts";

const COLUMNS = "a.id, a.code, a.name, a.type, a.unit, a.is_filterable, a.is_searchable, a.is_variant_option, a.position, a.version";
const row = { id: "uuid", code: "text", name: "text", type: "text", unit: "text?", is_filterable: "bool", is_searchable: "bool", is_variant_option: "bool", position: "int4", version: "int4" } as const;
const optionRow = { id: "uuid", attribute_id: "uuid", code: "text", label: "text", position: "int4" } as const;

function toAttribute(found: RowOf<typeof row>): Attribute {
  const { id, code, name, unit, position, version } = found;
  return { id, code, name, unit, position, version, type: found.type as AttributeType, isFilterable: found.is_filterable, isSearchable: found.is_searchable, isVariantOption: found.is_variant_option };
}
function toOption(found: RowOf<typeof optionRow>): AttributeOption {
  return { id: found.id, attributeId: found.attribute_id, code: found.code, label: found.label, position: found.position };
}

const byIds = query({
  name: "catalog.attributesByIds",
  text: `select ${COLUMNS} from catalog.attributes a where a.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const byCodes = query({
  name: "catalog.attributesByCodes",
  text: `select ${COLUMNS} from catalog.attributes a where a.code = any($1)`,
  params: ["text[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const list = query({
  name: "catalog.listAttributes",
  text: `select ${COLUMNS} from catalog.attributes a where a.code > $1 order by a.code limit $2`,
  params: ["text", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

const optionsByIds = query({
  name: "catalog.attributeOptionsByIds",
  text: "select o.id, o.attribute_id, o.code, o.label, o.position from catalog.attribute_options o where o.id = any($1)",
  params: ["uuid[]"],
  row: optionRow,
  budget: { access: "index", maxRows: 1_000 },
});

const optionsOf = query({
  name: "catalog.optionsOfAttributes",
  text: `select o.id, o.attribute_id, o.code, o.label, o.position from unnest($1::uuid[]) as asked (id)
    cross join lateral (
      select * from catalog.attribute_options o where o.attribute_id = asked.id and (o.position, o.code) > ($2::text::int4, $3) order by o.position, o.code limit $4
    ) o`,
  params: ["uuid[]", "text", "text", "int4"],
  row: optionRow,
  budget: { access: "index", maxRows: 101_000 },
});

export const attributeCursor = cursorOf("attributes", ["text"]);
export const optionCursor = cursorOf("attribute options", ["integer", "text"]);

export async function listAttributesByIds(db: Reader, ids: readonly string[]): Promise<Attribute[]> {
  return (await db.many(byIds, [ids])).map(toAttribute);
}

export async function listAttributesByCodes(db: Reader, codes: readonly string[]): Promise<Attribute[]> {
  return (await db.many(byCodes, [codes])).map(toAttribute);
}

/** Up to `page.limit` + 1 attributes by code. */
export async function listAttributes(db: Reader, page: Page<[string]>): Promise<Attribute[]> {
  return (await db.many(list, [page.after?.[0] ?? "", page.limit + 1])).map(toAttribute);
}

export async function listAttributeOptionsByIds(db: Reader, ids: readonly string[]): Promise<AttributeOption[]> {
  return (await db.many(optionsByIds, [ids])).map(toOption);
}

/** Of each attribute up to `limit` options behind the cursor. */
export async function listOptionsOfAttributes(db: Reader, ids: readonly string[], limit: number, after: readonly [string, string] | undefined): Promise<AttributeOption[]> {
  const [position, code] = after ?? ["-1", ""];
  return (await db.many(optionsOf, [ids, position, code, limit])).map(toOption);
}
