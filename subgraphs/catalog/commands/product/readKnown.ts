import { uuidV7 } from "#schema/values/ids.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { DraftRefusal } from "../../domain/draftRefusal.ts";
import type { ProductDraft } from "../../domain/productInput.ts";
import type { Known, KnownProduct, ProductPlan } from "../../domain/productPlan.ts";
import { keepKnownCategories } from "../../queries/writing/knownTerms.ts";
import { listKnownSkus, listKnownVendors, listLinkable, listVariantForms, lockKnownProducts, lockProductNames } from "../../queries/writing/knownProducts.ts";
import { readBrands } from "./readBrands.ts";
import { readAttributes } from "./readAttributes.ts";
import type { WriteRights } from "./writeRights.ts";

export interface Around {
  /** What stands around one of the drafts, or that it is about a product that is not there, or that another draft is about the same. */
  of(draft: ProductDraft): Result<Known, DraftRefusal[]>;
  /** Makes the brands and options that the plans name and that were not there. */
  writeTerms(plans: readonly ProductPlan[], at: Date): Promise<void>;
}

/** Reads everything that drafts name, in a number of statements that does not grow with them, and locks what they change. */
export async function readKnown(tx: Tx, drafts: readonly ProductDraft[], { rights, onKnown }: { rights: WriteRights; onKnown: "REFUSE" | "UPDATE" }): Promise<Around> {
  // Whoever gives out a slug, a code or a number must be the only one who does.
  if (drafts.some((draft) => draft.id === undefined || draft.slug !== undefined || draft.externalRef != null || draft.variants?.length)) await lockProductNames(tx);
  const brands = await readBrands(tx, drafts, rights.createBrands);
  const attributes = await readAttributes(tx, drafts, rights.createOptions);
  const products = await lockKnownProducts(tx, unique(drafts.flatMap(({ id }) => id ?? [])), unique(drafts.flatMap(({ externalRef }) => externalRef ?? [])));
  const byId = new Map(products.map((product) => [product.id, product]));
  const byRef = new Map(products.flatMap((product) => (product.externalRef === null ? [] : [[product.externalRef, product] as const])));
  const skus = await listKnownSkus(tx, unique(drafts.flatMap(({ variants }) => (variants ?? []).map(({ sku }) => sku))));
  const formed = drafts.filter(({ variants }) => variants?.some(({ options, isArchived }) => options?.length || isArchived === false));
  const forms = await listVariantForms(tx, unique(formed.flatMap(({ id, externalRef }) => id ?? byRef.get(externalRef ?? "")?.id ?? [])));
  const categories = await keepKnownCategories(tx, unique(drafts.flatMap(({ categoryIds }) => categoryIds ?? [])));
  const linked = await listLinkable(tx, unique(drafts.flatMap(({ links }) => (links ?? []).flatMap(({ productIds }) => productIds))));
  const linkable = new Set(linked.flatMap(({ id, status, vendorId }) => (status !== "DRAFT" || rights.mayChange(vendorId) ? [id] : [])));
  const vendors = await listKnownVendors(tx, unique(drafts.flatMap(({ vendorId }) => vendorId ?? [])));
  const hasVendor = (id: string | null): boolean => rights.mayChange(id) && (id === null || vendors.has(id));

  // Of drafts about the same thing the first one has it.
  const skuOwner = new Map<string, string>();
  const refOwner = new Map<string, string>();
  const used = new Set<string>();
  const newId = () => uuidV7(new Date());

  function productOf({ id, externalRef }: ProductDraft): Result<KnownProduct | undefined, DraftRefusal[]> {
    const named = id === undefined ? undefined : byId.get(id);
    if (id !== undefined && (!named || !rights.mayChange(named.vendorId))) return err([{ code: "PRODUCT_NOT_FOUND", path: ["id"] }]);
    const same = externalRef == null ? undefined : byRef.get(externalRef);
    if (id === undefined && same && onKnown === "UPDATE" && rights.mayChange(same.vendorId)) return ok(same);
    if (externalRef != null && same && same.id !== id) return err([{ code: "EXTERNAL_REF_TAKEN", path: ["externalRef"], externalRef }]);
    return ok(named);
  }

  return {
    of(draft) {
      const found = productOf(draft);
      if (!found.ok) return found;
      const product = found.value;
      const id = product?.id ?? newId();
      if (used.has(id)) return err([{ code: "INVALID_VALUE", path: [draft.id === undefined ? "externalRef" : "id"], message: "This product stands here twice." }]);
      // A vendor's product stays theirs: nobody gives away, by naming no vendor, what they could not change afterwards.
      if (!product && draft.vendorId === undefined && !rights.mayChange(null)) return err([{ code: "SELLER_NOT_FOUND", path: ["vendorId"] }]);
      if (draft.externalRef != null && (refOwner.get(draft.externalRef) ?? id) !== id) return err([{ code: "EXTERNAL_REF_TAKEN", path: ["externalRef"], externalRef: draft.externalRef }]);
      used.add(id);
      if (draft.externalRef != null) refOwner.set(draft.externalRef, id);
      return ok({
        product,
        id,
        newId,
        hasVendor,
        hasCategory: (category) => categories.has(category),
        canLink: (other) => linkable.has(other),
        brand: brands.idOf,
        attribute: attributes.of,
        option: attributes.option,
        forms: forms.get(id) ?? [],
        sku(sku) {
          const known = skus.get(sku);
          if (known) return known;
          const owner = skuOwner.get(sku);
          skuOwner.set(sku, owner ?? id);
          return owner === undefined || owner === id ? undefined : { id: owner, productId: owner, name: "" };
        },
      });
    },
    async writeTerms(plans, at) {
      await brands.write(new Set(plans.flatMap(({ brandId }) => brandId ?? [])), at);
      await attributes.write(new Set(plans.flatMap(({ attributes: rows, variants }) => [...(rows ?? []).flatMap(({ optionId }) => optionId ?? []), ...variants.flatMap(({ optionRows }) => (optionRows ?? []).map(({ optionId }) => optionId))])));
    },
  };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
