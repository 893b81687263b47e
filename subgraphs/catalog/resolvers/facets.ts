import type { Connection } from "#kit/page.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import { type AttributeCounts, type FacetCounts, isRangeOf, NO_COUNTS, priceRange, type RangeCounts, type ValueCounts } from "../domain/facets.ts";
import type { Product } from "../domain/product.ts";
import type { AttributeCondition, ProductFilter } from "../domain/productFilter.ts";
import { countFacets } from "../queries/facets.ts";
import { keptWhere } from "../queries/kept.ts";
import type { Selection } from "../search/select.ts";

/** A page that can also be counted; nothing is counted until it is asked for, and then once. */
export interface CountedConnection extends Connection<Product> {
  readonly filter: ProductFilter | undefined;
  /** What the search index found; a list has none. */
  readonly selection: Selection | undefined;
  total(): Promise<number>;
  counts(): Promise<FacetCounts>;
}

interface Asked { text: string | undefined; filter: ProductFilter | undefined; currency: string }

export function counted(page: Connection<Product>, asked: Asked, context: CatalogContext, selection?: Selection): CountedConnection {
  const { filter } = asked;
  const { kept, fresh } = context;
  let counts: Promise<FacetCounts> | undefined;
  const count = (): Promise<FacetCounts> => {
    if (!filter) return Promise.resolve(NO_COUNTS);
    return keptWhere(filter, kept.counts, [asked.text ?? null, filter, asked.currency], () => countAll({ ...asked, filter }, context, selection), fresh);
  };
  return {
    get nodes() { return page.nodes; },
    get edges() { return page.edges; },
    get pageInfo() { return page.pageInfo; },
    filter,
    selection,
    counts: () => (counts ??= count()),
    total: async () => selection?.total ?? (await (counts ??= count())).total,
  };
}

/** What is on sale is counted by the search index, which knows brands and attributes too; everything else, and what comes before there is one, by the database. */
async function countAll(asked: Asked & { filter: ProductFilter }, { db, viewer, search, fresh }: CatalogContext, selection: Selection | undefined): Promise<FacetCounts> {
  const found = selection ?? (asked.filter.status === "ACTIVE" && asked.text === undefined ? await search.search({ ...asked, sort: "NAME" }, { fresh }) : undefined);
  return found ? found.facets() : countFacets(db, { ...asked, viewer });
}

type Counted = FacetCounts & { filter: ProductFilter | undefined };
type CountedAttribute = AttributeCounts & { asked: AttributeCondition | undefined };

export const connectionResolvers = {
  totalCount: (page: CountedConnection) => page.total(),
  facets: async (page: CountedConnection): Promise<Counted> => ({ ...(await page.counts()), filter: page.filter }),
};

export const facetsResolvers = {
  async categories({ categories, filter }: Counted, _args: unknown, { loaders }: CatalogContext) {
    const found = await Promise.all(categories.map(({ id }) => loaders.categoryById.load(id)));
    // One that went away between the two statements has no products left either.
    return categories.flatMap(({ id, count }, n) => (found[n] ? [{ category: found[n], count, isSelected: filter?.categoryIds?.includes(id) ?? false }] : []));
  },
  async brands({ brands, filter }: Counted, _args: unknown, { loaders }: CatalogContext) {
    const found = await Promise.all(brands.map(({ id }) => loaders.brandById.load(id)));
    return brands.flatMap(({ id, count }, n) => (found[n] ? [{ brand: found[n], count, isSelected: filter?.brandIds?.includes(id) ?? false }] : []));
  },
  vendors: ({ vendors, filter }: Counted) =>
    vendors.map(({ id, count }) => ({ vendor: { __typename: "Vendor", id: encodeId("ven", id) }, count, isSelected: filter?.vendorIds?.includes(id) ?? false })),
  prices: ({ prices, filter }: Counted) =>
    prices.map(({ edge, count }) => ({ ...priceRange(edge), count, isSelected: filter !== undefined && isRangeOf(filter, edge) })),
  availability: ({ availability, filter }: Counted) =>
    availability.map(({ inStock, count }) => ({ inStock, count, isSelected: filter?.inStock === inStock })),
  ratings: ({ ratings, filter }: Counted) =>
    ratings.map(({ min, count }) => ({ min, count, isSelected: filter?.ratingMin !== undefined && Number(filter.ratingMin) === min })),
  attributes: ({ attributes, filter }: Counted): CountedAttribute[] =>
    attributes.map((one) => ({ ...one, asked: filter?.attributes?.find(({ code }) => code === one.code) })),
};

export const attributeFacetResolvers = {
  values: ({ values, asked }: CountedAttribute) => values.map((one: ValueCounts) => ({ ...one, isSelected: asked?.values?.includes(one.value) ?? false })),
  ranges: ({ ranges, asked }: CountedAttribute) => ranges.map(({ min, below, count }: RangeCounts) => ({
    min: asText(min), below: asText(below), count,
    isSelected: asked !== undefined && !asked.values && asked.max === undefined && sameBound(asked.min, min) && sameBound(asked.below, below),
  })),
};

/** As a decimal without an exponent, as the graph has it. */
function asText(bound: number | undefined): string | null {
  if (bound === undefined) return null;
  const text = String(bound);
  return text.includes("e") ? bound.toFixed(Math.abs(bound) < 1 ? 20 : 0) : text;
}

function sameBound(asked: string | undefined, bound: number | undefined): boolean {
  return asked === undefined ? bound === undefined : Number(asked) === bound;
}
