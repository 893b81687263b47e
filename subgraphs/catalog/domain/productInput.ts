import { err, ok, type Result } from "#schema/values/result.ts";
import { checkVariants, type DraftVariant } from "./variantInput.ts";
import { type InvalidValue, invalid } from "./draftRefusal.ts";
import { isLine, isTextOfLines } from "./plainText.ts";
import type { ProductStatus } from "./product.ts";
import { isSlug, MAX_SLUG } from "./slug.ts";

export const MAX_NAME = 300;
export const MAX_DESCRIPTION = 100_000;
export const MAX_REF = 200;
export const MAX_CATEGORIES = 20;
export const MAX_ATTRIBUTES = 200;
export const MAX_VALUES = 50;
export const MAX_LINKS = 100;
export const MAX_SEO_TITLE = 300;
export const MAX_SEO_DESCRIPTION = 1_000;
const MAX_CODE = 100;
const MAX_VALUE = 2_000;

export const LINK_KINDS = ["RELATED", "CROSS_SELL", "UP_SELL"] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

/** A brand as a draft names it: by exactly one of these. A name also finds a brand by the slug that it makes. */
export type DraftBrand = { readonly id: string } | { readonly slug: string } | { readonly name: string };

/** Values of one attribute as text, in the form that its type wants: `12.5`, `true`, `2024-02-29`, the code or label of an option. */
export interface DraftAttribute {
  readonly code: string;
  readonly values: readonly string[];
}

export interface DraftLink {
  readonly kind: LinkKind;
  /** UUIDs in their order. */
  readonly productIds: readonly string[];
}

/**
 * What is to be written of one product. With `id` it changes that product, and what is undefined stays as it is; without, it makes a
 * new one, which needs a name and a variant. Lists replace what was there, but variants: those not named stay.
 */
export interface ProductDraft {
  /** UUID. */
  readonly id?: string | undefined;
  readonly expectedVersion?: number | undefined;
  /** Made from the name where a new product has none. */
  readonly slug?: string | undefined;
  readonly name?: string | undefined;
  /** Any HTML: cleaned when it is written. */
  readonly descriptionHtml?: string | null | undefined;
  /** Plain text, for whoever has no HTML. */
  readonly description?: string | null | undefined;
  /** DRAFT where a new product has none. */
  readonly status?: ProductStatus | undefined;
  /** UUID; null for the shop's own. */
  readonly vendorId?: string | null | undefined;
  readonly brand?: DraftBrand | null | undefined;
  /** UUIDs; the first is the main one. */
  readonly categoryIds?: readonly string[] | undefined;
  readonly productType?: string | null | undefined;
  readonly attributes?: readonly DraftAttribute[] | undefined;
  readonly variants?: readonly DraftVariant[] | undefined;
  readonly links?: readonly DraftLink[] | undefined;
  readonly seoTitle?: string | null | undefined;
  readonly seoDescription?: string | null | undefined;
  readonly publishAt?: Date | null | undefined;
  readonly unpublishAt?: Date | null | undefined;
  /** The merchant's own number of it; unique. */
  readonly externalRef?: string | null | undefined;
}

/** The draft with its texts trimmed and its codes in capitals, or everything that is wrong with it by itself. */
export function readDraft(draft: ProductDraft): Result<ProductDraft, InvalidValue[]> {
  const wrong: InvalidValue[] = [];
  const isNew = draft.id === undefined;
  const line = (field: keyof ProductDraft & string, text: string | null | undefined, max: number) => {
    if (text != null && !isLine(text, max)) wrong.push(invalid([field], lineMessage(max)));
    return text?.trim();
  };
  if (isNew && draft.name === undefined) wrong.push(invalid(["name"], `A new product needs a name. ${lineMessage(MAX_NAME)}`));
  if (isNew && !draft.variants?.length) wrong.push(invalid(["variants"], "A new product needs at least one variant."));
  if (draft.slug !== undefined && !isSlug(draft.slug)) wrong.push(invalid(["slug"], `A slug has 1 to ${MAX_SLUG} small letters, digits and single hyphens between them: \`white-lantern\`.`));
  for (const field of ["descriptionHtml", "description"] as const) {
    const text = draft[field];
    if (text != null && !isTextOfLines(text, MAX_DESCRIPTION)) wrong.push(invalid([field], `A description has at most ${MAX_DESCRIPTION} characters, none of them a control character or a mark that nobody sees.`));
  }
  if (draft.descriptionHtml != null && draft.description != null) wrong.push(invalid(["description"], "Give `descriptionHtml` or `description`: the one is the plain text of the other."));
  if (draft.publishAt && draft.unpublishAt && draft.unpublishAt <= draft.publishAt) wrong.push(invalid(["unpublishAt"], "It must come after `publishAt`."));
  if ((draft.categoryIds?.length ?? 0) > MAX_CATEGORIES) wrong.push(invalid(["categoryIds"], `A product stands in at most ${MAX_CATEGORIES} categories.`));
  wrong.push(...checkBrand(draft.brand), ...checkAttributes(draft.attributes ?? []), ...checkLinks(draft));
  const read = {
    ...draft,
    name: line("name", draft.name, MAX_NAME) ?? undefined,
    productType: line("productType", draft.productType, MAX_NAME),
    seoTitle: line("seoTitle", draft.seoTitle, MAX_SEO_TITLE),
    seoDescription: line("seoDescription", draft.seoDescription, MAX_SEO_DESCRIPTION),
    externalRef: line("externalRef", draft.externalRef, MAX_REF),
    ...(draft.categoryIds ? { categoryIds: [...new Set(draft.categoryIds)] } : {}),
  };
  // A field that was null is to become empty; trimming must not turn that into "not given".
  for (const field of ["productType", "seoTitle", "seoDescription", "externalRef"] as const) if (draft[field] === null) (read as Record<string, unknown>)[field] = null;
  const variants = draft.variants && checkVariants(draft.variants);
  if (variants && !variants.ok) wrong.push(...variants.error);
  if (wrong.length > 0) return err(wrong);
  return ok(variants?.ok ? { ...read, variants: variants.value } : read);
}

export function lineMessage(max: number): string {
  return `Write one line of 1 to ${max} characters, none of them a control character or a mark that nobody sees.`;
}

function checkBrand(brand: ProductDraft["brand"]): InvalidValue[] {
  if (brand == null || "id" in brand) return [];
  if ("slug" in brand) return isSlug(brand.slug) ? [] : [invalid(["brand", "slug"], "This is no slug.")];
  return isLine(brand.name, MAX_NAME) ? [] : [invalid(["brand", "name"], lineMessage(MAX_NAME))];
}

function checkAttributes(attributes: readonly DraftAttribute[]): InvalidValue[] {
  if (attributes.length > MAX_ATTRIBUTES) return [invalid(["attributes"], `A product has values of at most ${MAX_ATTRIBUTES} attributes.`)];
  const wrong: InvalidValue[] = [];
  const seen = new Set<string>();
  for (const [n, { code, values }] of attributes.entries()) {
    const at = ["attributes", String(n)];
    if (!isLine(code, MAX_CODE)) wrong.push(invalid([...at, "code"], "This is no code of an attribute."));
    else if (seen.has(code)) wrong.push(invalid([...at, "code"], "This attribute stands here twice: give all its values together."));
    seen.add(code);
    if (values.length > MAX_VALUES) wrong.push(invalid([...at, "values"], `An attribute has at most ${MAX_VALUES} values.`));
    for (const [m, value] of values.entries()) if (!isTextOfLines(value, MAX_VALUE) || value.trim() === "") wrong.push(invalid([...at, "values", String(m)], `A value has 1 to ${MAX_VALUE} characters, none of them a control character.`));
  }
  return wrong;
}

function checkLinks({ id, links = [] }: ProductDraft): InvalidValue[] {
  const wrong: InvalidValue[] = [];
  const seen = new Set<string>();
  for (const [n, { kind, productIds }] of links.entries()) {
    const at = ["links", String(n)];
    if (seen.has(kind)) wrong.push(invalid([...at, "kind"], "This kind of link stands here twice: give all its products together."));
    seen.add(kind);
    if (productIds.length > MAX_LINKS) wrong.push(invalid([...at, "productIds"], `A product links to at most ${MAX_LINKS} products of each kind.`));
    if (new Set(productIds).size < productIds.length) wrong.push(invalid([...at, "productIds"], "A product stands here twice."));
    if (id !== undefined && productIds.includes(id)) wrong.push(invalid([...at, "productIds", String(productIds.indexOf(id))], "A product does not link to itself."));
  }
  return wrong;
}
