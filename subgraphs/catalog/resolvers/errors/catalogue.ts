import type { Renderers, Rendering } from "#kit/userError.ts";
import type { AttributeOptionsSetRefusal } from "../../commands/taxonomy/attributeOptionsSet.ts";
import type { AttributeUpsertRefusal } from "../../commands/taxonomy/attributeUpsert.ts";
import type { BrandUpsertRefusal } from "../../commands/taxonomy/brandUpsert.ts";
import type { CategoryDeleteRefusal } from "../../commands/taxonomy/categoryDelete.ts";
import type { CategoryMoveRefusal } from "../../commands/taxonomy/categoryMove.ts";
import type { CategoryUpsertRefusal } from "../../commands/taxonomy/categoryUpsert.ts";
import type { CollectionProductsSetRefusal } from "../../commands/taxonomy/collectionProductsSet.ts";
import type { CollectionUpsertRefusal } from "../../commands/taxonomy/collectionUpsert.ts";
import type { TranslationsSetRefusal } from "../../commands/taxonomy/translationsSet.ts";
import type { VariantArchiveRefusal } from "../../commands/variant/variantArchive.ts";
import type { VariantBulkRefusal, VariantRefusal } from "../../commands/variant/variantBulkUpsert.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { StatusRefusal } from "../../domain/publishing.ts";
import { MAX_DEPTH } from "../../domain/taxonomy.ts";

type Placed = { readonly path: readonly string[] };

const at = ({ path }: Placed): string[] => ["input", ...path];
const say = (message: string) => (refusal: Placed): Rendering => ({ message, path: at(refusal) });

const conflict = ({ path, expected, actual }: { path: readonly string[]; expected: number; actual: number }): Rendering => ({
  message: `It has version ${actual} by now, you have read ${expected}: read it again and decide anew.`, path: ["input", ...path], fields: { expected, actual },
});
const value = ({ path, message }: { path: readonly string[]; message: string }): Rendering => ({ message, path: ["input", ...path] });
const slugTaken = ({ path, slug }: { path: readonly string[]; slug: string }): Rendering => ({ message: `\`${slug}\` is or was the slug of another one: choose another.`, path: ["input", ...path], fields: { slug } });
const notYours = "There is none with this id that you may change.";

export const draftErrors: Renderers<DraftRefusal> = {
  INVALID_VALUE: value,
  PRODUCT_NOT_FOUND: say("There is no such product, or it is not yours to change."),
  VERSION_CONFLICT: conflict,
  SLUG_TAKEN: slugTaken,
  SKU_TAKEN: ({ sku, ...placed }) => ({ message: `Another product has a variant with the code ${sku}.`, path: at(placed), fields: { sku } }),
  EXTERNAL_REF_TAKEN: ({ externalRef, ...placed }) => ({ message: "Another product has this number.", path: at(placed), fields: { externalRef } }),
  SELLER_NOT_FOUND: say("Name a vendor that you sell for: there is none with this id whose products you may change."),
  BRAND_NOT_FOUND: say("There is no such brand: `brands` lists them. New ones are made by whoever may change brands."),
  CATEGORY_NOT_FOUND: say("There is no such category: `categories` lists them."),
  ATTRIBUTE_NOT_FOUND: ({ attribute, ...placed }) => ({ message: "There is no such attribute, or variants do not differ by it: `attributes` lists them.", path: at(placed), fields: { attribute } }),
  OPTION_NOT_FOUND: ({ attribute, option, ...placed }) => ({ message: `\`${attribute}\` has no such option: \`attribute(code: "${attribute}") { options }\` lists them.`, path: at(placed), fields: { attribute, option } }),
};

const WHY_NOT = {
  PUBLISH: "An archived product is taken out of the archive first: productRestore.",
  UNPUBLISH: "Only what is on sale, or planned to be, can be taken off the shop.",
  ARCHIVE: "It cannot be archived.",
  RESTORE: "Only an archived product can be restored.",
} as const;

export const statusErrors: Renderers<DraftRefusal | StatusRefusal> = {
  ...draftErrors,
  INVALID_PRODUCT_STATUS: ({ status, action }) => ({ message: WHY_NOT[action], path: ["input", "id"], fields: { status } }),
};

/** What is wrong with one variant of a list, by the place in the input. */
export function variantError({ index, refusal }: VariantRefusal): { index: number; code: string; message: string; path: string[] } {
  const render = draftErrors[refusal.code] as (refusal: DraftRefusal) => Rendering;
  return { index, code: refusal.code, message: render(refusal).message, path: ["input", "variants", String(index), ...refusal.path] };
}

export const bulkErrors: Renderers<VariantBulkRefusal> = {
  INVALID_VALUE: value,
  VARIANTS_REJECTED: ({ errors }) => ({
    message: `${errors.length} of the variants cannot be written, so none was: correct them, or say \`onError: SKIP\`.`, path: ["input", "variants"], fields: { errors: errors.map(variantError) },
  }),
};

export const variantArchiveErrors = (variantId: string): Renderers<VariantArchiveRefusal> => ({
  VARIANT_NOT_FOUND: () => ({ message: "There is no such variant, or it is not yours to change.", path: ["input", "id"], fields: { variantId } }),
  VERSION_CONFLICT: conflict,
});

const tooDeep = say(`The tree has at most ${MAX_DEPTH} levels.`);
const cycle = say("That is the category itself, or one below it: nothing hangs below itself.");
const noCategory = say("There is no such category: `categories` lists them.");

export const categoryUpsertErrors: Renderers<CategoryUpsertRefusal> = { INVALID_VALUE: value, VERSION_CONFLICT: conflict, SLUG_TAKEN: slugTaken, CATEGORY_NOT_FOUND: noCategory, CATEGORY_TOO_DEEP: tooDeep };
export const categoryMoveErrors: Renderers<CategoryMoveRefusal> = { INVALID_VALUE: value, VERSION_CONFLICT: conflict, CATEGORY_NOT_FOUND: noCategory, CATEGORY_CYCLE: cycle, CATEGORY_TOO_DEEP: tooDeep };
export const categoryDeleteErrors: Renderers<CategoryDeleteRefusal> = {
  VERSION_CONFLICT: conflict, CATEGORY_NOT_FOUND: noCategory, CATEGORY_CYCLE: cycle, CATEGORY_TOO_DEEP: tooDeep,
  CATEGORY_IN_USE: ({ children, products, ...placed }) => ({ message: `It has ${children} categories and ${products} products: say with \`moveTo\` where they go.`, path: at(placed), fields: { children, products } }),
};

export const brandErrors: Renderers<BrandUpsertRefusal> = { INVALID_VALUE: value, VERSION_CONFLICT: conflict, SLUG_TAKEN: slugTaken, BRAND_NOT_FOUND: say("There is no such brand: `brands` lists them.") };

export const collectionErrors: Renderers<CollectionUpsertRefusal> = {
  INVALID_VALUE: value, VERSION_CONFLICT: conflict, SLUG_TAKEN: slugTaken, COLLECTION_NOT_FOUND: say(notYours), SELLER_NOT_FOUND: draftErrors.SELLER_NOT_FOUND as (refusal: Placed) => Rendering,
};
export const collectionProductsErrors: Renderers<CollectionProductsSetRefusal> = {
  INVALID_VALUE: value, VERSION_CONFLICT: conflict, COLLECTION_NOT_FOUND: say(notYours), PRODUCT_NOT_FOUND: say("There is no such product, or it is not the collection's vendor's."),
};

export const attributeErrors: Renderers<AttributeUpsertRefusal> = { INVALID_VALUE: value, VERSION_CONFLICT: conflict };
export const attributeOptionsErrors: Renderers<AttributeOptionsSetRefusal> = {
  INVALID_VALUE: value, VERSION_CONFLICT: conflict,
  ATTRIBUTE_NOT_FOUND: ({ attribute, ...placed }) => ({ message: "There is no such attribute: `attributes` lists them.", path: at(placed), fields: { attribute } }),
  ATTRIBUTE_OPTION_IN_USE: ({ option, ...placed }) => ({ message: `Products or variants have the option \`${option}\`: leave it in the list, or give them another one first.`, path: at(placed), fields: { option } }),
};

export const translationErrors: Renderers<TranslationsSetRefusal> = { INVALID_VALUE: value, TRANSLATION_TARGET_NOT_FOUND: say(notYours) };
