import { err, ok, type Result } from "#schema/values/result.ts";
import { type AttributeRow, type AttributeType, valuesOf } from "./attributeValues.ts";
import type { ProductStatus } from "./product.ts";
import { type DraftRefusal, invalid } from "./draftRefusal.ts";
import type { DraftBrand, LinkKind, ProductDraft } from "./productInput.ts";
import { placesOfTwins, type VariantForm } from "./variantForm.ts";
import type { DraftVariant } from "./variantInput.ts";

export interface KnownProduct {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly externalRef: string | null;
  readonly status: ProductStatus;
  readonly vendorId: string | null;
  readonly publishAt: Date | null;
  readonly unpublishAt: Date | null;
  readonly version: number;
}
export interface KnownBrand { readonly id: string; readonly slug: string; readonly name: string }
export interface KnownAttribute { readonly id: string; readonly code: string; readonly type: AttributeType; readonly isVariantOption: boolean }
export interface KnownOption { readonly id: string; readonly attributeId: string; readonly code: string; readonly label: string }
export interface KnownSku { readonly id: string; readonly productId: string; readonly name: string }

/** What stands in the catalogue around a draft. What the writer may not see is not there. */
export interface Known {
  readonly product: KnownProduct | undefined;
  /** Of the product, new or not. */
  readonly id: string;
  brand(brand: DraftBrand): string | undefined;
  hasVendor(id: string | null): boolean;
  hasCategory(id: string): boolean;
  canLink(id: string): boolean;
  attribute(code: string): KnownAttribute | undefined;
  option(attribute: KnownAttribute, text: string): KnownOption | undefined;
  sku(sku: string): KnownSku | undefined;
  /** Of the product's variants as they are stored. */
  readonly forms: readonly VariantForm[];
  newId(): string;
}

export interface PlannedVariant extends DraftVariant {
  readonly id: string;
  readonly isNew: boolean;
  readonly optionRows: readonly { attributeId: string; optionId: string }[] | undefined;
}

/** A draft with everything that it names looked up; what is undefined stays as it is. */
export interface ProductPlan {
  readonly id: string;
  readonly known: KnownProduct | undefined;
  readonly draft: ProductDraft;
  readonly status: ProductStatus | undefined;
  readonly brandId: string | null | undefined;
  readonly attributes: readonly AttributeRow[] | undefined;
  readonly variants: readonly PlannedVariant[];
  readonly links: readonly { kind: LinkKind; linkedId: string; position: number }[] | undefined;
}

/** Looks up what the draft names, or tells all that is not there. The draft is in order by itself (`readDraft`). */
export function planProduct(draft: ProductDraft, known: Known): Result<ProductPlan, DraftRefusal[]> {
  const wrong: DraftRefusal[] = [];
  const { product, id } = known;
  if (product && draft.expectedVersion !== undefined && draft.expectedVersion !== product.version) {
    return err([{ code: "VERSION_CONFLICT", path: ["expectedVersion"], expected: draft.expectedVersion, actual: product.version }]);
  }
  if (draft.vendorId !== undefined && !known.hasVendor(draft.vendorId)) wrong.push({ code: "SELLER_NOT_FOUND", path: ["vendorId"] });
  const brandId = draft.brand == null ? draft.brand : known.brand(draft.brand);
  if (draft.brand && brandId === undefined) wrong.push({ code: "BRAND_NOT_FOUND", path: ["brand"], brand: brandText(draft.brand) });
  for (const [n, category] of (draft.categoryIds ?? []).entries()) if (!known.hasCategory(category)) wrong.push({ code: "CATEGORY_NOT_FOUND", path: ["categoryIds", String(n)] });
  const attributes = draft.attributes?.flatMap(({ code, values }, n) => {
    const attribute = known.attribute(code);
    if (!attribute) return refuse(wrong, { code: "ATTRIBUTE_NOT_FOUND", path: ["attributes", String(n), "code"], attribute: code });
    const rows = valuesOf(attribute, values, (text) => known.option(attribute, text)?.id, ["attributes", String(n), "values"]);
    return rows.ok ? rows.value : refuse(wrong, ...rows.error);
  });
  const name = draft.name ?? product?.name ?? "";
  const variants = (draft.variants ?? []).map((variant, n) => planVariant(variant, n, { known, wrong, productId: id, name }));
  for (const place of placesOfTwins(variants, known.forms)) wrong.push(invalid(["variants", String(place), "options"], "Another variant of the product has the same options: nobody could tell them apart."));
  const links = draft.links?.flatMap(({ kind, productIds }, n) => productIds.map((linkedId, position) => {
    if (!known.canLink(linkedId)) wrong.push({ code: "PRODUCT_NOT_FOUND", path: ["links", String(n), "productIds", String(position)] });
    return { kind, linkedId, position };
  }));
  if (wrong.length > 0) return err(wrong);
  return ok({ id, known: product, draft, status: draft.status ?? (product ? undefined : "DRAFT"), brandId, attributes, variants, links });
}

function planVariant(variant: DraftVariant, n: number, { known, wrong, productId, name }: { known: Known; wrong: DraftRefusal[]; productId: string; name: string }): PlannedVariant {
  const at = ["variants", String(n)];
  const there = known.sku(variant.sku);
  if (there && there.productId !== productId) wrong.push({ code: "SKU_TAKEN", path: [...at, "sku"], sku: variant.sku });
  const labels: string[] = [];
  const optionRows = variant.options?.flatMap(({ attribute: code, option: text }, m) => {
    const attribute = known.attribute(code);
    if (!attribute?.isVariantOption) return refuse(wrong, { code: "ATTRIBUTE_NOT_FOUND", path: [...at, "options", String(m), "attribute"], attribute: code });
    const option = known.option(attribute, text);
    if (!option) return refuse(wrong, { code: "OPTION_NOT_FOUND", path: [...at, "options", String(m), "option"], attribute: code, option: text });
    labels.push(option.label);
    return [{ attributeId: attribute.id, optionId: option.id }];
  });
  const called = variant.name ?? (there ? undefined : labels.length > 0 ? `${name} (${labels.join(", ")})`.slice(0, 400) : name);
  return { ...variant, ...(called === undefined ? {} : { name: called }), position: variant.position ?? (there ? undefined : n), id: there?.id ?? known.newId(), isNew: !there, optionRows };
}

/** Notes what is wrong, and gives no rows. */
function refuse(wrong: DraftRefusal[], ...refusals: DraftRefusal[]): [] {
  wrong.push(...refusals);
  return [];
}

function brandText(brand: DraftBrand): string {
  return "id" in brand ? brand.id : "slug" in brand ? brand.slug : brand.name;
}
