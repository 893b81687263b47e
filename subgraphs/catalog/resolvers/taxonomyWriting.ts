import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId, type IdPrefix } from "#schema/values/ids.ts";
import { attributeOptionsSet } from "../commands/taxonomy/attributeOptionsSet.ts";
import { attributeUpsert } from "../commands/taxonomy/attributeUpsert.ts";
import { brandUpsert } from "../commands/taxonomy/brandUpsert.ts";
import { categoryDelete } from "../commands/taxonomy/categoryDelete.ts";
import { categoryMove } from "../commands/taxonomy/categoryMove.ts";
import { categoryUpsert } from "../commands/taxonomy/categoryUpsert.ts";
import { collectionProductsSet } from "../commands/taxonomy/collectionProductsSet.ts";
import { collectionUpsert } from "../commands/taxonomy/collectionUpsert.ts";
import { translationsSet } from "../commands/taxonomy/translationsSet.ts";
import type { CatalogContext } from "../context.ts";
import type { OptionInput } from "../domain/attributeInput.ts";
import type { AttributeType } from "../domain/attributeValues.ts";
import type { NamedInput } from "../domain/namedInput.ts";
import type { TranslatedField, TranslatedKind } from "../domain/translation.ts";
import * as errors from "./errors/catalogue.ts";
import { type Given, given, uuidOf, uuidOrNull } from "./readInput.ts";

interface NamedArgs { id: Given<string>; expectedVersion: Given<number>; name: Given<string>; slug: Given<string>; description: Given<string> }
type CategoryArgs = NamedArgs & { parentId: Given<string>; position: Given<number> };
type CollectionArgs = NamedArgs & { vendorId: Given<string>; isPublished: Given<boolean> };
interface AttributeArgs {
  code: string; expectedVersion: Given<number>; name: Given<string>; type: Given<AttributeType>; unit: Given<string>; isFilterable: Given<boolean>; isSearchable: Given<boolean>; isVariantOption: Given<boolean>; position: Given<number>;
}
interface TranslationArgs { targetId: string; locale: string; texts: readonly { field: TranslatedField; value: Given<string> }[] }

function namedOf(prefix: IdPrefix, { id, expectedVersion, name, slug, description }: NamedArgs): NamedInput {
  return { id: uuidOrNull(prefix, id) ?? undefined, expectedVersion: given(expectedVersion), name: given(name), slug: given(slug), description };
}

/** What texts can belong to, by the prefix of its id. */
const KINDS: readonly (readonly [IdPrefix, TranslatedKind])[] = [["prd", "PRODUCT"], ["var", "VARIANT"], ["cat", "CATEGORY"], ["col", "COLLECTION"], ["brd", "BRAND"], ["att", "ATTRIBUTE"], ["opt", "OPTION"]];

export const taxonomyWritingResolvers = {
  Mutation: {
    async categoryUpsert(_root: unknown, { input }: { input: CategoryArgs }, context: CatalogContext) {
      const outcome = await categoryUpsert(context, { ...namedOf("cat", input), position: given(input.position), parentId: uuidOrNull("cat", input.parentId) ?? null });
      return outcome.ok ? { __typename: "CategoryUpsertSuccess", category: await context.loaders.categoryById.load(outcome.value) } : toUserError(errors.categoryUpsertErrors, outcome.error);
    },
    async categoryMove(_root: unknown, { input }: { input: { id: string; parentId: Given<string>; position: Given<number>; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await categoryMove(context, { id: uuidOf("cat", input.id), parentId: uuidOrNull("cat", input.parentId) ?? null, position: given(input.position), expectedVersion: given(input.expectedVersion) });
      return outcome.ok ? { __typename: "CategoryMoveSuccess", category: await context.loaders.categoryById.load(outcome.value) } : toUserError(errors.categoryMoveErrors, outcome.error);
    },
    async categoryDelete(_root: unknown, { input }: { input: { id: string; moveTo: Given<string>; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await categoryDelete(context, { id: uuidOf("cat", input.id), moveTo: uuidOrNull("cat", input.moveTo) ?? undefined, expectedVersion: given(input.expectedVersion) });
      return outcome.ok ? { __typename: "CategoryDeleteSuccess", categoryId: encodeId("cat", outcome.value) } : toUserError(errors.categoryDeleteErrors, outcome.error);
    },
    async brandUpsert(_root: unknown, { input }: { input: NamedArgs }, context: CatalogContext) {
      const outcome = await brandUpsert(context, namedOf("brd", input));
      return outcome.ok ? { __typename: "BrandUpsertSuccess", brand: await context.loaders.brandById.load(outcome.value) } : toUserError(errors.brandErrors, outcome.error);
    },
    async collectionUpsert(_root: unknown, { input }: { input: CollectionArgs }, context: CatalogContext) {
      const outcome = await collectionUpsert(context, { ...namedOf("col", input), vendorId: uuidOrNull("ven", input.vendorId), isPublished: given(input.isPublished) });
      return outcome.ok ? { __typename: "CollectionUpsertSuccess", collection: await context.loaders.collectionById.load(outcome.value) } : toUserError(errors.collectionErrors, outcome.error);
    },
    async collectionProductsSet(_root: unknown, { input }: { input: { id: string; productIds: readonly string[]; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await collectionProductsSet(context, { id: uuidOf("col", input.id), productIds: input.productIds.map((id) => uuidOf("prd", id)), expectedVersion: given(input.expectedVersion) });
      return outcome.ok ? { __typename: "CollectionProductsSetSuccess", collection: await context.loaders.collectionById.load(outcome.value) } : toUserError(errors.collectionProductsErrors, outcome.error);
    },
    async attributeUpsert(_root: unknown, { input }: { input: AttributeArgs }, context: CatalogContext) {
      const { code, unit } = input;
      const outcome = await attributeUpsert(context, {
        code, unit, expectedVersion: given(input.expectedVersion), name: given(input.name), type: given(input.type), isFilterable: given(input.isFilterable), isSearchable: given(input.isSearchable),
        isVariantOption: given(input.isVariantOption), position: given(input.position),
      });
      return outcome.ok ? { __typename: "AttributeUpsertSuccess", attribute: await context.loaders.attributeById.load(outcome.value) } : toUserError(errors.attributeErrors, outcome.error);
    },
    async attributeOptionsSet(_root: unknown, { input }: { input: { code: string; options: readonly OptionInput[]; expectedVersion: Given<number> } }, context: CatalogContext) {
      const outcome = await attributeOptionsSet(context, { code: input.code, options: input.options, expectedVersion: given(input.expectedVersion) });
      return outcome.ok ? { __typename: "AttributeOptionsSetSuccess", attribute: await context.loaders.attributeById.load(outcome.value) } : toUserError(errors.attributeOptionsErrors, outcome.error);
    },
    async translationsSet(_root: unknown, { input }: { input: TranslationArgs }, context: CatalogContext) {
      const [prefix, kind] = KINDS.find(([one]) => decodeId(one, input.targetId) !== undefined) ?? (["prd", "PRODUCT"] as const);
      const id = uuidOf(prefix, input.targetId);
      const outcome = await translationsSet(context, { kind, id, locale: input.locale, texts: input.texts.map(({ field, value }) => ({ field, value: value ?? null })) });
      if (!outcome.ok) return toUserError(errors.translationErrors, outcome.error);
      const all = await context.loaders.translationsOf(kind).load(id);
      return { __typename: "TranslationsSetSuccess", translations: all.filter((one) => one.locale === input.locale) };
    },
  },
};
