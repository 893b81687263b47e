import { badUserInput } from "#kit/errors.ts";
import type { PageArgs } from "#kit/page.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import type { ProductFilterInput, ProductSort } from "../domain/productFilter.ts";
import { NO_RATINGS } from "../domain/review.ts";
import { queryResolvers } from "./query.ts";

/** A vendor as this slice knows them: by the graph's id. */
interface VendorRef {
  readonly id: string;
}
type ProductsArgs = PageArgs & { filter?: ProductFilterInput | null; sort?: ProductSort | null };

/** Vendors of one request whose products may be listed: each takes a statement of its own. */
const MAX_LISTED = 5;
const listed = new WeakMap<CatalogContext["loaders"], Set<string>>();

export const vendorResolvers = {
  Vendor: {
    __resolveReference: ({ id }: { id?: string }): VendorRef | null => (id !== undefined && decodeId("ven", id) ? { id } : null),
    products({ id }: VendorRef, args: ProductsArgs, context: CatalogContext) {
      const vendors = listed.get(context.loaders) ?? new Set();
      listed.set(context.loaders, vendors.add(id));
      if (vendors.size > MAX_LISTED) throw badUserInput(`One request lists the products of at most ${MAX_LISTED} vendors: ask for the others by themselves, or with \`products(filter: { vendorIds })\`.`);
      const { filter } = args;
      // What the filter says of vendors holds as well.
      const vendorIds = filter?.vendorIds ?? (filter?.vendorId == null ? null : [filter.vendorId]);
      return queryResolvers.products(undefined, { ...args, filter: { ...filter, vendorId: id, vendorIds } }, context);
    },
    async rating({ id }: VendorRef, _args: unknown, { loaders }: CatalogContext) {
      const uuid = decodeId("ven", id);
      return (uuid && (await loaders.ratingsOfVendor.load(uuid))) ?? NO_RATINGS;
    },
  },
};
