import { badUserInput } from "#kit/errors.ts";
import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import type { Category, Product, Variant } from "../domain/product.ts";
import { canBeStored } from "../domain/plainText.ts";
import { isListCode } from "../domain/priceInput.ts";
import { maySeePlans } from "../domain/productDetails.ts";
import { priceIn, type ShelvedVariant } from "../domain/shelf.ts";
import { toPrice } from "./price.ts";

const variantCursor = cursorOf("variants", ["text"]);

interface Reference {
  id?: string;
  slug?: string;
}
interface PriceArgs {
  currency?: string | null;
  list?: string | null;
}

export const productResolvers = {
  __resolveReference: ({ id, slug }: Reference, context: CatalogContext) => findProduct({ id, slug }, context),
  id: (product: Product) => encodeId("prd", product.id),
  vendor: ({ vendorId }: Product) => vendorId && { __typename: "Vendor", id: encodeId("ven", vendorId) },
  category: ({ categoryId }: Product, _args: unknown, { loaders }: CatalogContext) => categoryId && loaders.categoryById.load(categoryId),
  async variants(product: Product, args: PageArgs & { includeArchived?: boolean | null }, { loaders, viewer }: CatalogContext) {
    const page = readPage(args, variantCursor);
    const all = args.includeArchived === true && maySeePlans(product.vendorId, viewer);
    if (all) return toConnection(await loaders.allVariantsOfProduct.load({ key: product.id, ...page }), page, (variant) => variantCursor.encode([variant.sku]));
    const shelf = await loaders.shelfOf(product.id);
    const rows = shelf?.variantsAfter(page.after?.[0], page.limit + 1) ?? (await loaders.variantsOfProduct.load({ key: product.id, ...page }));
    return toConnection(rows, page, (variant) => variantCursor.encode([variant.sku]));
  },
  price: (product: Product, { currency, list }: PriceArgs, { loaders }: CatalogContext) =>
    list != null && isListCode(list)
      ? loaders.lowestListPriceOfProduct(currency ?? "GBP", list).load(product.id).then((price) => toPrice(price, price?.listId))
      : onceThere(loaders.shelfOf(product.id), (shelf) =>
        shelf && !shelf.isWhole ? loaders.lowestPriceOfProduct(currency ?? "GBP").load(product.id).then((price) => toPrice(price)) : toPrice(shelf?.lowestPrice(currency ?? "GBP") ?? null)),
  availability: (product: Product, _args: unknown, { loaders }: CatalogContext) =>
    onceThere(loaders.shelfOf(product.id), (shelf) =>
      shelf && !shelf.isWhole ? loaders.stockOfProduct.load(product.id).then((stock) => toAvailability(stock?.available)) : toAvailability(shelf?.available)),
};

/** The variant with its prices and stock; undefined where its product has more of them than are kept together. */
function shelvedOf(variant: Variant | ShelvedVariant, loaders: CatalogContext["loaders"]): ShelvedVariant | undefined | Promise<ShelvedVariant | undefined> {
  if ("prices" in variant) return variant;
  return onceThere(loaders.shelfOf(variant.productId), (shelf) => shelf?.variants.find(({ id }) => id === variant.id));
}

/** Goes on at once with what is at hand: a promise per field of a page would cost more than the field. */
function onceThere<T, R>(value: T | Promise<T>, then: (value: T) => R): R | Promise<Awaited<R>> {
  return value instanceof Promise ? (value.then(then) as Promise<Awaited<R>>) : then(value);
}

function basePrice(variant: Variant | ShelvedVariant, currency: string, loaders: CatalogContext["loaders"]) {
  return onceThere(shelvedOf(variant, loaders), (shelved) => (shelved ? toPrice(priceIn(shelved, currency)) : loaders.priceOfVariant(currency).load(variant.id).then((price) => toPrice(price))));
}

export const variantResolvers = {
  __resolveReference: ({ id }: Reference, context: CatalogContext) => findVariant(id, context),
  id: (variant: Variant) => encodeId("var", variant.id),
  product: (variant: Variant, _args: unknown, { loaders }: CatalogContext) => loaders.productById.load(variant.productId),
  price: (variant: Variant | ShelvedVariant, { currency, list }: PriceArgs, { loaders }: CatalogContext) =>
    list != null && isListCode(list)
      ? loaders.listPriceOfVariant(currency ?? "GBP", list).load(variant.id).then((price) => (price ? toPrice(price, price.listId) : basePrice(variant, currency ?? "GBP", loaders)))
      : basePrice(variant, currency ?? "GBP", loaders),
  async availability(variant: Variant | ShelvedVariant, { quantity }: { quantity?: number | null }, { loaders }: CatalogContext) {
    const wanted = quantity ?? 1;
    if (wanted < 1 || wanted > MAX_WANTED) throw badUserInput(`\`quantity\` must be between 1 and ${MAX_WANTED}, it is ${wanted}.`, ["quantity"]);
    const shelved = await shelvedOf(variant, loaders);
    return toAvailability(shelved ? shelved.available : (await loaders.stockOfVariant.load(variant.id))?.available, BigInt(wanted));
  },
};

export const categoryResolvers = {
  async __resolveReference({ id }: Reference, { loaders }: CatalogContext) {
    const uuid = id && decodeId("cat", id);
    return uuid ? loaders.categoryById.load(uuid) : null;
  },
  id: (category: Category) => encodeId("cat", category.id),
  parent: ({ parentId }: Category, _args: unknown, { loaders }: CatalogContext) => parentId && loaders.categoryById.load(parentId),
};

/** By id or by slug, former ones too; null for what is not there or not to be seen. */
export async function findProduct({ id, slug }: Reference, { loaders }: CatalogContext): Promise<Product | null> {
  if (id != null) {
    const uuid = decodeId("prd", id);
    return uuid ? loaders.productById.load(uuid) : null;
  }
  if (slug == null || !canBeStored(slug)) return null;
  const found = await loaders.productBySlug.load(slug);
  if (found) return found;
  const former = await loaders.formerSlug("PRODUCT").load(slug);
  return former && loaders.productById.load(former.targetId);
}

/** A variant of a product that may be seen, or null. */
export function findVariant(id: string | undefined, { loaders }: CatalogContext): Variant | null | Promise<Variant | null> {
  const uuid = id && decodeId("var", id);
  return uuid ? loaders.visibleVariant(uuid) : null;
}

const MAX_INT = 2_147_483_647n;

/** As many as one line of a cart may hold. */
const MAX_WANTED = 100_000;

function toAvailability(available = 0n, wanted = 1n) {
  return { available: Number(available > MAX_INT ? MAX_INT : available), inStock: available >= wanted };
}
