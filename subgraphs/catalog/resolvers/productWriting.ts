import { toUserError } from "#kit/userError.ts";
import type { Result } from "#schema/values/result.ts";
import { productCreate } from "../commands/product/productCreate.ts";
import { productLinksSet } from "../commands/product/productLinksSet.ts";
import { productStatusSet } from "../commands/product/productStatusSet.ts";
import { productUpdate } from "../commands/product/productUpdate.ts";
import { variantArchive } from "../commands/variant/variantArchive.ts";
import { variantBulkUpsert } from "../commands/variant/variantBulkUpsert.ts";
import type { CatalogContext } from "../context.ts";
import type { DraftRefusal } from "../domain/draftRefusal.ts";
import type { DraftAttribute, LinkKind } from "../domain/productInput.ts";
import type { StatusAction } from "../domain/publishing.ts";
import type { DraftVariant } from "../domain/variantInput.ts";
import { bulkErrors, draftErrors, statusErrors, variantArchiveErrors, variantError } from "./errors/catalogue.ts";
import { type BrandInput, brandOf, type Given, given, uuidOf, uuidOrNull } from "./readInput.ts";

interface VariantInput {
  sku: string; name: Given<string>; options: Given<readonly { attribute: string; option: string }[]>; barcode: Given<string>; weightGrams: Given<number>; position: Given<number>; isArchived?: Given<boolean>;
}
interface ProductInput {
  name: Given<string>; slug: Given<string>; descriptionHtml: Given<string>; description: Given<string>; vendorId: Given<string>; brand: Given<BrandInput>; categoryIds: Given<readonly string[]>;
  productType: Given<string>; attributes: Given<readonly DraftAttribute[]>; seoTitle: Given<string>; seoDescription: Given<string>; externalRef: Given<string>;
}
type CreateInput = ProductInput & { variants: readonly VariantInput[]; publish: Given<boolean> };
type UpdateInput = ProductInput & { id: string; expectedVersion: Given<number> };
interface StateInput { id: string; at?: Given<Date>; expectedVersion: Given<number> }

function draftOf(input: ProductInput) {
  return {
    name: given(input.name), slug: given(input.slug), descriptionHtml: input.descriptionHtml, description: input.description, vendorId: uuidOrNull("ven", input.vendorId), brand: brandOf(input.brand),
    categoryIds: input.categoryIds?.map((id) => uuidOf("cat", id)), productType: input.productType, attributes: given(input.attributes), seoTitle: input.seoTitle, seoDescription: input.seoDescription, externalRef: input.externalRef,
  };
}

function variantOf({ sku, name, options, barcode, weightGrams, position, isArchived }: VariantInput): DraftVariant {
  return { sku, name: given(name), options: given(options), barcode, weightGrams, position: given(position), isArchived: given(isArchived) };
}

async function answer(outcome: Result<{ productId: string }, DraftRefusal>, success: string, { loaders }: CatalogContext) {
  return outcome.ok ? { __typename: success, product: await loaders.productById.load(outcome.value.productId) } : toUserError(draftErrors, outcome.error);
}

const statusMutation = (action: StatusAction) => async (_root: unknown, { input }: { input: StateInput }, context: CatalogContext) => {
  const outcome = await productStatusSet(context, { action, id: uuidOf("prd", input.id), at: given(input.at), expectedVersion: given(input.expectedVersion) });
  return outcome.ok ? { __typename: "ProductStatusSuccess", product: await context.loaders.productById.load(outcome.value.productId) } : toUserError(statusErrors, outcome.error);
};

export const productWritingResolvers = {
  Mutation: {
    async productCreate(_root: unknown, { input }: { input: CreateInput }, context: CatalogContext) {
      const outcome = await productCreate(context, { ...draftOf(input), variants: input.variants.map(variantOf), status: input.publish ? "ACTIVE" : "DRAFT" });
      return answer(outcome, "ProductCreateSuccess", context);
    },
    async productUpdate(_root: unknown, { input }: { input: UpdateInput }, context: CatalogContext) {
      const outcome = await productUpdate(context, { ...draftOf(input), id: uuidOf("prd", input.id), expectedVersion: given(input.expectedVersion) });
      return answer(outcome, "ProductUpdateSuccess", context);
    },
    productPublish: statusMutation("PUBLISH"),
    productUnpublish: statusMutation("UNPUBLISH"),
    productArchive: statusMutation("ARCHIVE"),
    productRestore: statusMutation("RESTORE"),
    async productLinksSet(_root: unknown, { input }: { input: { productId: string; kind: LinkKind; productIds: readonly string[]; expectedVersion: Given<number> } }, context: CatalogContext) {
      const link = { kind: input.kind, productIds: input.productIds.map((id) => uuidOf("prd", id)) };
      const outcome = await productLinksSet(context, { link, id: uuidOf("prd", input.productId), expectedVersion: given(input.expectedVersion) });
      if (outcome.ok) return answer(outcome, "ProductLinksSetSuccess", context);
      // In the input the links stand by themselves.
      const path = outcome.error.path[0] === "id" ? ["productId"] : outcome.error.path[0] === "links" ? outcome.error.path.slice(2) : outcome.error.path;
      return toUserError(draftErrors, { ...outcome.error, path });
    },
    async variantBulkUpsert(_root: unknown, { input }: { input: { variants: readonly (VariantInput & { productId: string })[]; onError: Given<"REJECT_ALL" | "SKIP"> } }, context: CatalogContext) {
      const variants = input.variants.map((one) => ({ ...variantOf(one), productId: uuidOf("prd", one.productId) }));
      const outcome = await variantBulkUpsert(context, variants, { skip: input.onError === "SKIP" });
      if (!outcome.ok) return toUserError(bulkErrors, outcome.error);
      const written = await Promise.all(outcome.value.variantIds.map((id) => context.loaders.variantById.load(id)));
      return { __typename: "VariantBulkUpsertSuccess", variants: written.filter((one) => one !== null), errors: outcome.value.errors.map(variantError) };
    },
    async variantArchive(_root: unknown, { input }: { input: { id: string; isArchived: Given<boolean>; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await variantArchive(context, { id: uuidOf("var", input.id), isArchived: input.isArchived ?? true, expectedVersion: given(input.expectedVersion) });
      return outcome.ok ? { __typename: "VariantArchiveSuccess", variant: await context.loaders.variantById.load(outcome.value) } : toUserError(variantArchiveErrors(input.id), outcome.error);
    },
  },
};
