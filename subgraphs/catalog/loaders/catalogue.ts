import DataLoader from "dataloader";
import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Fresh } from "#kit/fresh.ts";
import type { RequestInfo } from "#kit/subgraph.ts";
import type { Database } from "#platform/db/database.ts";
import { maySeePlans } from "../domain/productDetails.ts";
import type { Collection } from "../domain/taxonomy.ts";
import { pickTexts, type Texts, type TranslatedKind } from "../domain/translation.ts";
import { listAttributeOptionsByIds, listAttributesByCodes, listAttributesByIds, listOptionsOfAttributes } from "../queries/attributes.ts";
import { listBrandsByIds, listBrandsBySlugs } from "../queries/brands.ts";
import { listCategoriesBySlugs, listCategoryPaths, listChildrenOfCategories } from "../queries/categories.ts";
import { listCollectionsByIds, listCollectionsBySlugs, listCollectionsOfProducts, listProductsOfCollections } from "../queries/collections.ts";
import type { Kept } from "../queries/kept.ts";
import { listDetailsOfProducts, listDetailsOfVariants, listFormerSlugs, listHtmlOfProducts, listLinksOfProducts, type SluggedKind } from "../queries/productDetails.ts";
import { listTranslations, listTranslationsIn } from "../queries/translations.ts";

/** What hangs on products and the catalogue's other things. Ask for details of what may be seen alone. */
export function catalogueLoaders({ db, kept }: { db: Database; kept: Kept }, { viewer, fresh = false }: RequestInfo) {
  const seen = (found: readonly Collection[]) => found.filter(({ isPublished, vendorId }) => isPublished || maySeePlans(vendorId, viewer));
  /** One row per id, kept for seconds. */
  const keptById = <V extends { readonly id: string }>(cache: Fresh<V>, read: (ids: readonly string[]) => Promise<V[]>) => byKey<string, V>({
    load: async (ids) => [...(await cache.getMany(ids, async (missing) => new Map((await read(missing)).map((one) => [one.id, one])), { fresh })).values()],
    keyOf: (one) => one.id,
  });
  return {
    detailsOfProduct: keptById(kept.details, (ids) => listDetailsOfProducts(db, ids)),
    htmlOfProduct: byKey({ load: (ids) => listHtmlOfProducts(db, ids), keyOf: (one) => one.id }),
    detailsOfVariant: keptById(kept.variantDetails, (ids) => listDetailsOfVariants(db, ids)),
    linksOfProduct: manyByKey({ load: (ids) => listLinksOfProducts(db, ids), keyOf: (link) => link.productId }),
    formerSlug: perName((kind: SluggedKind) => byKey({ load: (slugs) => listFormerSlugs(db, kind, slugs), keyOf: (one) => one.slug })),
    categoryPath: keptById(kept.paths, (ids) => listCategoryPaths(db, ids)),
    childrenOfCategory: manyByKey({ load: (ids) => listChildrenOfCategories(db, ids), keyOf: (category) => category.parentId ?? "" }),
    categoryBySlug: byKey({ load: (slugs) => listCategoriesBySlugs(db, slugs), keyOf: (category) => category.slug }),
    brandById: keptById(kept.brands, (ids) => listBrandsByIds(db, ids)),
    brandBySlug: byKey({ load: (slugs) => listBrandsBySlugs(db, slugs), keyOf: (brand) => brand.slug }),
    collectionById: byKey({ load: async (ids) => seen(await listCollectionsByIds(db, ids)), keyOf: (collection) => collection.id }),
    collectionBySlug: byKey({ load: async (slugs) => seen(await listCollectionsBySlugs(db, slugs)), keyOf: (collection) => collection.slug }),
    collectionsOfProduct: manyByKey({ load: (ids) => listCollectionsOfProducts(db, viewer, ids), keyOf: (held) => held.productId }),
    productsOfCollection: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listProductsOfCollections(db, ids, limit + 1, after),
      keyOf: (held) => held.collectionId,
    }),
    attributeById: keptById(kept.attributes, (ids) => listAttributesByIds(db, ids)),
    attributeByCode: byKey({ load: (codes) => listAttributesByCodes(db, codes), keyOf: (attribute) => attribute.code }),
    optionById: keptById(kept.options, (ids) => listAttributeOptionsByIds(db, ids)),
    optionsOfAttribute: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listOptionsOfAttributes(db, ids, limit + 1, after),
      keyOf: (option) => option.attributeId,
    }),
    translationsOf: perName((kind: TranslatedKind) => manyByKey({ load: (ids) => listTranslations(db, kind, ids), keyOf: (one) => one.targetId })),
    /** The texts in the best of these locales; empty where there is none. */
    textsIn: textsLoader({ db, kept }, fresh),
  };
}

/** One loader per name that is asked for. */
function perName<Name extends string, L>(make: (name: Name) => L): (name: Name) => L {
  const loaders = new Map<Name, L>();
  return (name) => {
    const loader = loaders.get(name) ?? make(name);
    loaders.set(name, loader);
    return loader;
  };
}

type TextsLoader = DataLoader<string, Texts>;

function textsLoader({ db, kept }: { db: Database; kept: Kept }, fresh: boolean): (kind: TranslatedKind, locales: readonly string[]) => TextsLoader {
  const loaders = perName((name: string): TextsLoader => {
    const [kind, ...locales] = name.split(" ") as [TranslatedKind, ...string[]];
    const keyOf = (id: string) => `${name} ${id}`;
    return new DataLoader(async (ids: readonly string[]) => {
      const found = await kept.texts.getMany(ids.map(keyOf), async (missing) => {
        const wanted = missing.map((key) => key.slice(name.length + 1));
        const byTarget = Map.groupBy(await listTranslationsIn(db, kind, wanted, locales), ({ targetId }) => targetId);
        return new Map(wanted.map((id) => [keyOf(id), pickTexts(byTarget.get(id) ?? [], locales)]));
      }, { fresh });
      return ids.map((id) => found.get(keyOf(id)) ?? {});
    }, { maxBatchSize: 1_000 });
  });
  return (kind, locales) => loaders([kind, ...locales].join(" "));
}
