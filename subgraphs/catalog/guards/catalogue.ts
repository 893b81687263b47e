import { allow, anyOf, type Guards, permission } from "#kit/guard.ts";

const staff = permission("catalog.write");
/** Whose product it is, is looked at by the command: another vendor's is not there. */
const sellers = anyOf(permission("catalog.write"), permission("catalog.writeOwn"));

export const catalogueAreaGuards: Guards = {
  Query: { category: allow, categoryTree: allow, brand: allow, brands: allow, collection: allow, collections: allow, attribute: allow, attributes: allow },
  Mutation: {
    productCreate: sellers, productUpdate: sellers, productPublish: sellers, productUnpublish: sellers, productArchive: sellers, productRestore: sellers, productLinksSet: sellers,
    variantBulkUpsert: sellers, variantArchive: sellers, collectionUpsert: sellers, collectionProductsSet: sellers, translationsSet: sellers,
    categoryUpsert: staff, categoryMove: staff, categoryDelete: staff, brandUpsert: staff, attributeUpsert: staff, attributeOptionsSet: staff,
  },
  // What is planned is null for those who may not see it (domain/productDetails.ts).
  Product: {
    descriptionHtml: allow, brand: allow, categories: allow, breadcrumbs: allow, collections: allow, attributes: allow, productType: allow, publishedAt: allow, publishAt: allow, unpublishAt: allow,
    links: allow, seo: allow, translations: allow, version: allow, updatedAt: allow,
  },
  ProductVariant: { options: allow, barcode: allow, weightGrams: allow, position: allow, isArchived: allow, version: allow },
  Category: { id: allow, slug: allow, name: allow, parent: allow, description: allow, position: allow, children: allow, breadcrumbs: allow, products: allow, translations: allow, version: allow },
  Seo: allow,
  OptionValue: allow,
  AttributeValue: allow,
  Attribute: allow,
  AttributeOption: allow,
  AttributeConnection: allow,
  AttributeEdge: allow,
  AttributeOptionConnection: allow,
  AttributeOptionEdge: allow,
  Brand: allow,
  BrandConnection: allow,
  BrandEdge: allow,
  Collection: allow,
  CollectionConnection: allow,
  CollectionEdge: allow,
  CollectionProductConnection: allow,
  CollectionProductEdge: allow,
  Translation: allow,
  ...Object.fromEntries([
    "ProductCreateSuccess", "ProductUpdateSuccess", "ProductStatusSuccess", "ProductLinksSetSuccess", "VariantBulkUpsertSuccess", "VariantArchiveSuccess", "VariantError", "VariantsRejected",
    "CategoryUpsertSuccess", "CategoryMoveSuccess", "CategoryDeleteSuccess", "BrandUpsertSuccess", "CollectionUpsertSuccess", "CollectionProductsSetSuccess", "AttributeUpsertSuccess", "AttributeOptionsSetSuccess",
    "TranslationsSetSuccess", "InvalidProductStatus", "SlugTaken", "SkuTaken", "ExternalRefTaken", "SellerNotFound", "CategoryNotFound", "CategoryCycle", "CategoryTooDeep", "CategoryInUse", "BrandNotFound",
    "CollectionNotFound", "AttributeNotFound", "OptionNotFound", "AttributeOptionInUse", "TranslationTargetNotFound",
  ].map((type) => [type, allow])),
};
