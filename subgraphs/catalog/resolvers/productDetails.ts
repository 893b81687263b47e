import { badUserInput } from "#kit/errors.ts";
import { htmlOfText, textOfHtml } from "#platform/richText.ts";
import type { CatalogContext } from "../context.ts";
import type { AttributeRow } from "../domain/attributeValues.ts";
import type { LinkKind } from "../domain/productInput.ts";
import type { Category, Product, Variant } from "../domain/product.ts";
import { maySeePlans, type ProductDetails, type VariantDetails } from "../domain/productDetails.ts";
import type { Texts } from "../domain/translation.ts";
import { type LocaleArgs, textsIn, translated, translations } from "./translated.ts";

const MAX_LINKS = 100;

/** One field of what is known of a product beyond what lists show. */
function detail<K extends keyof ProductDetails>(field: K) {
  return async (product: Product, _args: unknown, { loaders }: CatalogContext) => (await loaders.detailsOfProduct.load(product.id))?.[field] ?? null;
}
function plan(field: "publishAt" | "unpublishAt") {
  return async (product: Product, _args: unknown, { loaders, viewer }: CatalogContext) =>
    maySeePlans(product.vendorId, viewer) ? ((await loaders.detailsOfProduct.load(product.id))?.[field] ?? null) : null;
}
function variantDetail<K extends keyof VariantDetails>(field: K) {
  return async (variant: Variant, _args: unknown, { loaders }: CatalogContext) => (await loaders.detailsOfVariant.load(variant.id))?.[field] ?? null;
}

export const productDetailsResolvers = {
  Product: {
    name: translated("PRODUCT", "NAME", (product: Product) => product.name),
    async description(product: Product, { locale }: LocaleArgs, context: CatalogContext) {
      if (locale == null) return product.description;
      const texts = await textsIn("PRODUCT", product, locale, context);
      return texts.DESCRIPTION ?? (texts.DESCRIPTION_HTML === undefined ? product.description : textOfHtml(texts.DESCRIPTION_HTML));
    },
    async descriptionHtml(product: Product, { locale }: LocaleArgs, context: CatalogContext) {
      const texts: Texts = locale == null ? {} : await textsIn("PRODUCT", product, locale, context);
      if (texts.DESCRIPTION_HTML !== undefined) return texts.DESCRIPTION_HTML;
      if (texts.DESCRIPTION !== undefined) return htmlOfText(texts.DESCRIPTION);
      return (await context.loaders.htmlOfProduct.load(product.id))?.html ?? (product.description === null ? null : htmlOfText(product.description));
    },
    async brand(product: Product, _args: unknown, { loaders }: CatalogContext) {
      const id = (await loaders.detailsOfProduct.load(product.id))?.brandId;
      return id == null ? null : loaders.brandById.load(id);
    },
    async categories(product: Product, _args: unknown, { loaders }: CatalogContext): Promise<Category[]> {
      const further = (await loaders.detailsOfProduct.load(product.id))?.furtherCategoryIds ?? [];
      const found = await Promise.all([...(product.categoryId === null ? [] : [product.categoryId]), ...further].map((id) => loaders.categoryById.load(id)));
      return found.filter((category) => category !== null);
    },
    breadcrumbs: async ({ categoryId }: Product, _args: unknown, { loaders }: CatalogContext) => (categoryId === null ? [] : ((await loaders.categoryPath.load(categoryId))?.categories ?? [])),
    collections: (product: Product, _args: unknown, { loaders }: CatalogContext) => loaders.collectionsOfProduct.load(product.id),
    attributes: async (product: Product, _args: unknown, { loaders }: CatalogContext) => (await loaders.detailsOfProduct.load(product.id))?.values ?? [],
    productType: detail("productType"),
    publishedAt: detail("publishedAt"),
    publishAt: plan("publishAt"),
    unpublishAt: plan("unpublishAt"),
    async links(product: Product, { kind, first }: { kind: LinkKind; first?: number | null }, { loaders }: CatalogContext) {
      const limit = first ?? 10;
      if (limit < 1 || limit > MAX_LINKS) throw badUserInput(`\`first\` must be between 1 and ${MAX_LINKS}, it is ${limit}.`, ["first"]);
      const chosen = (await loaders.linksOfProduct.load(product.id)).filter((link) => link.kind === kind);
      const found = await Promise.all(chosen.map(({ linkedId }) => loaders.productById.load(linkedId)));
      return found.filter((one) => one !== null).slice(0, limit);
    },
    seo: (product: Product) => product,
    translations: translations("PRODUCT"),
    version: detail("version"),
    updatedAt: detail("updatedAt"),
  },
  Seo: {
    async title(product: Product, { locale }: LocaleArgs, context: CatalogContext) {
      const texts: Texts = locale == null ? {} : await textsIn("PRODUCT", product, locale, context);
      return texts.SEO_TITLE ?? texts.NAME ?? (await context.loaders.detailsOfProduct.load(product.id))?.seoTitle ?? product.name;
    },
    async description(product: Product, { locale }: LocaleArgs, context: CatalogContext) {
      const texts: Texts = locale == null ? {} : await textsIn("PRODUCT", product, locale, context);
      return texts.SEO_DESCRIPTION ?? (await context.loaders.detailsOfProduct.load(product.id))?.seoDescription ?? null;
    },
  },
  ProductVariant: {
    name: translated("VARIANT", "NAME", (variant: Variant) => variant.name),
    options: async (variant: Variant, _args: unknown, { loaders }: CatalogContext) => (await loaders.detailsOfVariant.load(variant.id))?.options ?? [],
    barcode: variantDetail("barcode"),
    weightGrams: variantDetail("weightGrams"),
    position: variantDetail("position"),
    isArchived: variantDetail("isArchived"),
    version: variantDetail("version"),
  },
  OptionValue: {
    attribute: ({ attributeId }: { attributeId: string }, _args: unknown, { loaders }: CatalogContext) => loaders.attributeById.load(attributeId),
    option: ({ optionId }: { optionId: string }, _args: unknown, { loaders }: CatalogContext) => loaders.optionById.load(optionId),
  },
  AttributeValue: {
    attribute: ({ attributeId }: AttributeRow, _args: unknown, { loaders }: CatalogContext) => loaders.attributeById.load(attributeId),
    async text(value: AttributeRow, { locale }: LocaleArgs, context: CatalogContext) {
      if (value.optionId === null) return value.text ?? trimmed(value.number) ?? value.date ?? String(value.boolean);
      const option = await context.loaders.optionById.load(value.optionId);
      const label = option?.label ?? "";
      return locale == null ? label : ((await textsIn("OPTION", { id: value.optionId }, locale, context)).LABEL ?? label);
    },
    number: ({ number }: AttributeRow) => trimmed(number),
    option: ({ optionId }: AttributeRow, _args: unknown, { loaders }: CatalogContext) => optionId && loaders.optionById.load(optionId),
  },
};

/** Without the zeros that say nothing. */
function trimmed(decimal: string | null): string | null {
  return decimal?.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}
