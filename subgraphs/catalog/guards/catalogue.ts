import { allow, type Guards } from "#kit/guard.ts";

export const catalogueAreaGuards: Guards = {
  Query: { category: allow, categoryTree: allow, brand: allow, brands: allow, collection: allow, collections: allow, attribute: allow, attributes: allow },
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
};
