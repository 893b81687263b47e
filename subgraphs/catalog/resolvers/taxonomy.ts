import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { decodeId, encodeId, type IdPrefix } from "#schema/values/ids.ts";
import type { CatalogContext } from "../context.ts";
import { canBeStored } from "../domain/plainText.ts";
import type { Category } from "../domain/product.ts";
import type { Attribute, AttributeOption, Brand, Collection } from "../domain/taxonomy.ts";
import { attributeCursor, listAttributes, optionCursor } from "../queries/attributes.ts";
import { brandCursor, listBrands } from "../queries/brands.ts";
import { collectionCursor, heldProductCursor, listCollections } from "../queries/collections.ts";
import type { SluggedKind } from "../queries/productDetails.ts";
import { translated, translations } from "./translated.ts";

interface Named { id?: string | null; slug?: string | null }
interface Loader<V> { load(key: string): Promise<V | null> }

/** By id or by slug, former ones too; null for what is not there. @throws BAD_USER_INPUT unless exactly one is given. */
export async function findNamed<V>({ id, slug }: Named, prefix: IdPrefix, kind: SluggedKind, byId: Loader<V>, bySlug: Loader<V>, { loaders }: CatalogContext): Promise<V | null> {
  if ((id == null) === (slug == null)) throw badUserInput("Give exactly one of `id` and `slug`.", ["id"]);
  if (id != null) {
    const uuid = decodeId(prefix, id);
    return uuid ? byId.load(uuid) : null;
  }
  if (!canBeStored(slug ?? "")) return null;
  const found = await bySlug.load(slug ?? "");
  if (found) return found;
  const former = await loaders.formerSlug(kind).load(slug ?? "");
  return former && byId.load(former.targetId);
}

const reference = <V>(prefix: IdPrefix, byId: (loaders: CatalogContext["loaders"]) => Loader<V>) => ({ id }: { id: string }, { loaders }: CatalogContext) => {
  const uuid = decodeId(prefix, id);
  return uuid ? byId(loaders).load(uuid) : null;
};

export const taxonomyResolvers = {
  Query: {
    brand: (_root: unknown, args: Named, context: CatalogContext) => findNamed(args, "brd", "BRAND", context.loaders.brandById, context.loaders.brandBySlug, context),
    collection: (_root: unknown, args: Named, context: CatalogContext) => findNamed(args, "col", "COLLECTION", context.loaders.collectionById, context.loaders.collectionBySlug, context),
    async brands(_root: unknown, args: PageArgs, { db }: CatalogContext) {
      const page = readPage(args, brandCursor);
      return toConnection(await listBrands(db, page), page, ({ name, id }) => brandCursor.encode([name, id]));
    },
    async collections(_root: unknown, args: PageArgs, { db, viewer }: CatalogContext) {
      const page = readPage(args, collectionCursor);
      return toConnection(await listCollections(db, viewer, page), page, ({ name, id }) => collectionCursor.encode([name, id]));
    },
    attribute(_root: unknown, { id, code }: { id?: string | null; code?: string | null }, { loaders }: CatalogContext) {
      if ((id == null) === (code == null)) throw badUserInput("Give exactly one of `id` and `code`.", ["id"]);
      const uuid = id == null ? undefined : decodeId("att", id);
      if (uuid) return loaders.attributeById.load(uuid);
      return code != null && canBeStored(code) ? loaders.attributeByCode.load(code) : null;
    },
    async attributes(_root: unknown, args: PageArgs, { db }: CatalogContext) {
      const page = readPage(args, attributeCursor);
      return toConnection(await listAttributes(db, page), page, ({ code }) => attributeCursor.encode([code]));
    },
  },
  Brand: {
    __resolveReference: reference("brd", (loaders) => loaders.brandById),
    id: ({ id }: Brand) => encodeId("brd", id),
    name: translated("BRAND", "NAME", (brand: Brand) => brand.name),
    description: translated("BRAND", "DESCRIPTION", (brand: Brand) => brand.description),
    translations: translations("BRAND"),
  },
  Collection: {
    __resolveReference: reference("col", (loaders) => loaders.collectionById),
    id: ({ id }: Collection) => encodeId("col", id),
    name: translated("COLLECTION", "NAME", (collection: Collection) => collection.name),
    description: translated("COLLECTION", "DESCRIPTION", (collection: Collection) => collection.description),
    vendor: ({ vendorId }: Collection) => vendorId && { __typename: "Vendor", id: encodeId("ven", vendorId) },
    async products({ id }: Collection, args: PageArgs, { loaders }: CatalogContext) {
      const page = readPage(args, heldProductCursor, 24);
      const held = await loaders.productsOfCollection.load({ key: id, ...page });
      const found = await Promise.all(held.map(async (one) => ({ ...one, product: await loaders.productById.load(one.productId) })));
      const { pageInfo, nodes, edges } = toConnection(found, page, (one) => heldProductCursor.encode([one.sortKey, one.productId]));
      return { pageInfo, nodes: nodes.flatMap(({ product }) => product ?? []), edges: edges.flatMap(({ node, cursor }) => (node.product ? [{ node: node.product, cursor }] : [])) };
    },
    translations: translations("COLLECTION"),
  },
  Attribute: {
    __resolveReference: reference("att", (loaders) => loaders.attributeById),
    id: ({ id }: Attribute) => encodeId("att", id),
    name: translated("ATTRIBUTE", "NAME", (attribute: Attribute) => attribute.name),
    async options({ id }: Attribute, args: PageArgs, { loaders }: CatalogContext) {
      const page = readPage(args, optionCursor, 50);
      const options = await loaders.optionsOfAttribute.load({ key: id, ...page });
      return toConnection(options, page, ({ position, code }) => optionCursor.encode([String(position), code]));
    },
    translations: translations("ATTRIBUTE"),
  },
  AttributeOption: {
    __resolveReference: reference("opt", (loaders) => loaders.optionById),
    id: ({ id }: AttributeOption) => encodeId("opt", id),
    label: translated("OPTION", "LABEL", (option: AttributeOption) => option.label),
    translations: translations("OPTION"),
  },
};

export const categoryNames = {
  name: translated("CATEGORY", "NAME", (category: Category) => category.name),
  description: translated("CATEGORY", "DESCRIPTION", (category: Category) => category.description),
  translations: translations("CATEGORY"),
};
