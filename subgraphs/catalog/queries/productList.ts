import { type CursorCodec, cursorOf, type Page } from "#kit/page.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { Reader } from "#platform/db/database.ts";
import { type ColumnType, query } from "#platform/db/query.ts";
import type { Product } from "../domain/product.ts";
import { PRODUCT_SORTS, type ProductFilter, type ProductSort } from "../domain/productFilter.ts";
import { inCategories, MORE_TYPES, moreConditions, moreValues } from "./moreConditions.ts";
import { PRODUCT_COLUMNS, productRow, toProduct } from "./products.ts";

/** A product with the value its list is ordered by, as text. */
export interface ListedProduct extends Product {
  readonly sortKey: string;
}
type ListCursor = [string, string];

const LOWEST_UUID = "00000000-0000-0000-0000-000000000000";
const HIGHEST_UUID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const UTC_TEXT = `to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

interface Sort {
  /** Orders the list, with the id behind it; `text` is the same value for the cursor. */
  key: string;
  text: string;
  type: "text" | "timestamptz" | "numeric";
  direction: "asc" | "desc";
  /** Stands before every row, so that a first page needs no statement of its own. */
  start: ListCursor;
  cursor: CursorCodec<ListCursor>;
}

const SORTS: Readonly<Record<ProductSort, Sort>> = {
  NAME: { key: "p.name", text: "p.name", type: "text", direction: "asc", start: ["", LOWEST_UUID], cursor: cursorOf("products NAME", ["text", "uuid"]) },
  NEWEST: { key: "p.created_at", text: UTC_TEXT, type: "timestamptz", direction: "desc", start: ["infinity", HIGHEST_UUID], cursor: cursorOf("products NEWEST", ["instant", "uuid"]) },
  OLDEST: { key: "p.created_at", text: UTC_TEXT, type: "timestamptz", direction: "asc", start: ["-infinity", LOWEST_UUID], cursor: cursorOf("products OLDEST", ["instant", "uuid"]) },
  // Products without a price come last both ways: behind every price that fits its column, and below zero.
  PRICE_LOW: { key: "coalesce(lowest.price, 1e30)", text: "coalesce(lowest.price, 1e30)::text", type: "numeric", direction: "asc", start: ["-1", LOWEST_UUID], cursor: cursorOf("products PRICE_LOW", ["decimal", "uuid"]) },
  PRICE_HIGH: { key: "coalesce(lowest.price, -1)", text: "coalesce(lowest.price, -1)::text", type: "numeric", direction: "desc", start: ["Infinity", HIGHEST_UUID], cursor: cursorOf("products PRICE_HIGH", ["decimal", "uuid"]) },
};

const PRICE = "pr.amount";
const pricesIn = (currency: string) =>
  `catalog.variants v join catalog.current_prices pr on pr.variant_id = v.id and pr.currency = ${currency} where v.product_id = p.id and not v.is_archived`;

interface Condition {
  name: string;
  types: readonly ColumnType[];
  sql: (...params: string[]) => string;
  /** The parameters, or undefined when the filter does not ask for it. */
  values: (filter: ProductFilter) => readonly unknown[] | undefined;
}
/** Each combination is a statement of its own, so that each gets the plan that suits it. */
const CONDITIONS: readonly Condition[] = [
  { name: "ids", types: ["uuid[]"], sql: (ids) => `p.id = any(${ids})`, values: (filter) => filter.ids && [filter.ids] },
  { name: "category", types: ["uuid[]"], sql: (ids) => inCategories(String(ids)), values: (filter) => filter.categoryIds && [filter.categoryIds] },
  { name: "vendor", types: ["uuid[]"], sql: (ids) => `p.vendor_id = any(${ids})`, values: (filter) => filter.vendorIds && [filter.vendorIds] },
  {
    name: "price",
    types: ["text", "text", "text", "text"],
    sql: (currency, min, max, below) => `exists (select 1 from ${pricesIn(String(currency))} and ${PRICE} between ${min}::text::numeric and ${max}::text::numeric and ${PRICE} < ${below}::text::numeric)`,
    values: ({ price }) => price && [price.currency, price.min, price.max, price.below],
  },
  {
    name: "stock",
    types: ["bool"],
    sql: (inStock) => `exists (select 1 from catalog.variants v join catalog.stock_levels s on s.variant_id = v.id where v.product_id = p.id and not v.is_archived and s.on_hand > s.reserved) = ${inStock}`,
    values: ({ inStock }) => (inStock === undefined ? undefined : [inStock]),
  },
  { name: "more", types: MORE_TYPES, sql: (brands, collection, attributes, rating) => moreConditions(String(brands), String(collection), String(attributes), String(rating)), values: moreValues },
];

function listStatement(sort: ProductSort, conditions: readonly Condition[]) {
  const { key, text, type, direction } = SORTS[sort];
  const isPriced = type === "numeric";
  const params: ColumnType[] = [];
  const param = (kind: ColumnType) => `$${params.push(kind)}`;
  const [status, seesDrafts, ownVendors, afterKey, afterId, limit] = [param("text"), param("bool"), param("uuid[]"), param("text"), param("uuid"), param("int4")];
  const lowest = isPriced ? `left join lateral (select min(${PRICE}) as price from ${pricesIn(param("text"))}) lowest on true` : "";
  const where = conditions.map((condition) => `and ${condition.sql(...condition.types.map(param))}`);
  return query({
    name: ["catalog.listProducts", sort, ...conditions.map((condition) => condition.name)].join("."),
    text: `select ${PRODUCT_COLUMNS}, ${text} as sort_key
      from catalog.products p ${lowest}
      where p.status = ${status} and (${status} <> 'DRAFT' or ${seesDrafts} or p.vendor_id = any(${ownVendors}))
        and (${key}, p.id) ${direction === "asc" ? ">" : "<"} (${afterKey}::text::${type}, ${afterId})
        ${where.join("\n        ")}
      order by ${key} ${direction}, p.id ${direction} limit ${limit}`,
    params,
    row: { ...productRow, sort_key: "text" },
    budget: { access: isPriced ? "scan" : "index", maxRows: 101 },
  });
}

const combinations = CONDITIONS.reduce<Condition[][]>((sets, condition) => [...sets, ...sets.map((set) => [...set, condition])], [[]]);
const statementKey = (sort: ProductSort, conditions: readonly Condition[]) => [sort, ...conditions.map((condition) => condition.name)].join(".");
const statements = new Map(PRODUCT_SORTS.flatMap((sort) => combinations.map((set) => [statementKey(sort, set), listStatement(sort, set)] as const)));

/** The cursors of the list in this order. */
export function productCursor(sort: ProductSort): CursorCodec<ListCursor> {
  return SORTS[sort].cursor;
}

/** Up to `page.limit` + 1 products in the order of `sort`; drafts only where the viewer may see them. */
export async function listProducts(
  db: Reader,
  asked: { sort: ProductSort; filter: ProductFilter; page: Page<ListCursor>; viewer: Viewer; currency: string },
): Promise<ListedProduct[]> {
  const { sort, filter, page, viewer } = asked;
  const active = CONDITIONS.filter((condition) => condition.values(filter));
  const statement = statements.get(statementKey(sort, active));
  if (!statement) throw new Error(`no statement lists products by ${sort} with ${active.map((condition) => condition.name).join(", ")}`);
  const values = [
    filter.status, can(viewer, "catalog.read"), viewer.vendorIds, ...(page.after ?? SORTS[sort].start), page.limit + 1,
    ...(SORTS[sort].type === "numeric" ? [asked.currency] : []),
    ...active.flatMap((condition) => condition.values(filter) ?? []),
  ];
  return (await db.many(statement, values as never)).map((row) => ({ ...toProduct(row), sortKey: row.sort_key }));
}
