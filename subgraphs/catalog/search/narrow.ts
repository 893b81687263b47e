import type { AttributeCondition, ProductFilter } from "../domain/productFilter.ts";
import type { ProductIndex, Row } from "./productIndex.ts";

/** The filter's parts that facets offer; each facet leaves its own out. From ATTRIBUTES on one per attribute of the filter. */
export const GROUP = { category: 0, brand: 1, vendor: 2, price: 3, stock: 4, rating: 5, attributes: 6 } as const;

/** Of each document whether it passes, or which one part of the filter alone keeps it back. */
export interface Narrowed {
  /** Beside the documents: PASSES, OUT, or the number of the group that it fails alone. */
  readonly verdicts: Int8Array;
  readonly passing: number;
  /** Codes of the attributes of the filter, by group - GROUP.attributes. */
  readonly attributeCodes: readonly string[];
}
export const PASSES = -1;
export const OUT = -2;

type Check = (doc: number, row: Row) => boolean;

/** Looks at each document once. */
export function narrow(index: ProductIndex, docs: Uint32Array, filter: ProductFilter, now: number): Narrowed {
  const must = mustsOf(index, filter);
  const groups = groupsOf(index, filter, now);
  const attributes = filter.attributes ?? [];
  const verdicts = new Int8Array(docs.length);
  let passing = 0;
  for (let n = 0; n < docs.length; n += 1) {
    const doc = docs[n] as number;
    const row = index.row(doc);
    verdicts[n] = row ? verdictOf(row, doc, must, groups) : OUT;
    if (verdicts[n] === PASSES) passing += 1;
  }
  return { verdicts, passing, attributeCodes: attributes.map(({ code }) => code) };
}

function verdictOf(row: Row, doc: number, must: readonly Check[], groups: readonly (Check | undefined)[]): number {
  for (const check of must) if (!check(doc, row)) return OUT;
  let failed = PASSES;
  for (let g = 0; g < groups.length; g += 1) {
    const check = groups[g];
    if (!check || check(doc, row)) continue;
    if (failed !== PASSES) return OUT;
    failed = g;
  }
  return failed;
}

/** Parts that no facet offers. */
function mustsOf(index: ProductIndex, { ids, collectionId }: ProductFilter): Check[] {
  const musts: Check[] = [];
  if (ids) {
    const asked = new Set(ids);
    musts.push((_doc, { id }) => asked.has(id));
  }
  if (collectionId !== undefined) {
    const collection = index.collections.find(collectionId) ?? -1;
    musts.push((_doc, { collections }) => collections.includes(collection));
  }
  return musts;
}

function groupsOf(index: ProductIndex, filter: ProductFilter, now: number): (Check | undefined)[] {
  const { price, inStock } = filter;
  const { columns } = index;
  const currency = index.currencies.find(price?.currency ?? "") ?? -1;
  const among = (ids: readonly string[] | undefined, table: { find(key: string): number | undefined }): ReadonlySet<number> | undefined =>
    ids && new Set(ids.flatMap((id) => table.find(id) ?? []));
  const [categories, brands, vendors] = [among(filter.categoryIds, index.categories), among(filter.brandIds, index.brands), among(filter.vendorIds, index.vendors)];
  const [min, max, below] = price ? [Number(price.min), Number(price.max), Number(price.below)] : [0, 0, 0];
  return [
    categories && ((doc) => columns.hasCategory(doc, categories)),
    brands && ((doc) => brands.has(columns.brands.cells[doc] as number)),
    vendors && ((doc) => vendors.has(columns.vendors.cells[doc] as number)),
    price && ((doc) => {
      let has = false;
      columns.eachPrice(doc, currency, now, (amount) => {
        if (amount >= min && amount <= max && amount < below) has = true;
      });
      return has;
    }),
    inStock === undefined ? undefined : (doc) => (columns.inStock.cells[doc] === 1) === inStock,
    filter.ratingMin === undefined ? undefined : (doc) => (columns.ratings.cells[doc] as number) >= Number(filter.ratingMin),
    ...(filter.attributes ?? []).map((condition) => attributeCheck(index, condition)),
  ];
}

function attributeCheck(index: ProductIndex, { code, values, min, max, below }: AttributeCondition): Check {
  const attribute = index.attributes.find(code);
  if (attribute === undefined) return () => false;
  if (values) {
    const asked = new Set(values.flatMap((value) => index.values.find(`${attribute} ${value}`) ?? []));
    return (doc) => index.columns.hasValue(doc, asked);
  }
  const [least, most, end] = [Number(min ?? -Infinity), Number(max ?? Infinity), Number(below ?? Infinity)];
  const fits = (value: number): boolean => value >= least && value <= most && value < end;
  return (doc) => index.columns.hasNumber(doc, attribute, fits);
}
