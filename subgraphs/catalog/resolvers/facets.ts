import type { Connection } from "#kit/page.ts";
import { encodeId } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import { type FacetCounts, isRangeOf, NO_COUNTS, priceRange } from "../domain/facets.ts";
import type { Product } from "../domain/product.ts";
import type { ProductFilter } from "../domain/productFilter.ts";
import { countFacets } from "../queries/facets.ts";
import { keptWhere } from "../queries/kept.ts";

/** A page that can also be counted; nothing is counted until it is asked for, and then once. */
export interface CountedConnection extends Connection<Product> {
  readonly filter: ProductFilter | undefined;
  counts(): Promise<FacetCounts>;
}

export function counted(
  page: Connection<Product>,
  asked: { text: string | undefined; filter: ProductFilter | undefined; currency: string },
  { db, viewer, kept, fresh }: CatalogContext,
): CountedConnection {
  const { filter } = asked;
  let counts: Promise<FacetCounts> | undefined;
  return {
    get nodes() { return page.nodes; },
    get edges() { return page.edges; },
    get pageInfo() { return page.pageInfo; },
    filter,
    counts: () => (counts ??= filter
      ? keptWhere(filter, kept.counts, [asked.text ?? null, filter, asked.currency], () => countFacets(db, { ...asked, filter, viewer }), fresh)
      : Promise.resolve(NO_COUNTS)),
  };
}

type Counted = FacetCounts & { filter: ProductFilter | undefined };

export const connectionResolvers = {
  totalCount: async (page: CountedConnection) => (await page.counts()).total,
  facets: async (page: CountedConnection): Promise<Counted> => ({ ...(await page.counts()), filter: page.filter }),
};

export const facetsResolvers = {
  async categories({ categories, filter }: Counted, _args: unknown, { loaders }: CatalogContext) {
    const found = await Promise.all(categories.map(({ id }) => loaders.categoryById.load(id)));
    // One that went away between the two statements has no products left either.
    return categories.flatMap(({ id, count }, n) => (found[n] ? [{ category: found[n], count, isSelected: filter?.categoryIds?.includes(id) ?? false }] : []));
  },
  vendors: ({ vendors, filter }: Counted) =>
    vendors.map(({ id, count }) => ({ vendor: { __typename: "Vendor", id: encodeId("ven", id) }, count, isSelected: filter?.vendorIds?.includes(id) ?? false })),
  prices: ({ prices, filter }: Counted) =>
    prices.map(({ edge, count }) => ({ ...priceRange(edge), count, isSelected: filter !== undefined && isRangeOf(filter, edge) })),
  availability: ({ availability, filter }: Counted) =>
    availability.map(({ inStock, count }) => ({ inStock, count, isSelected: filter?.inStock === inStock })),
};
