import { err, ok, type Result } from "#schema/values/result.ts";
import { isLine } from "./plainText.ts";
import type { InvalidValue } from "./draftRefusal.ts";

export const MAX_VARIANTS = 500;
export const MAX_SKU = 100;
export const MAX_WEIGHT = 1_000_000;
export const MAX_POSITION = 1_000_000;
const MAX_OPTIONS = 10;
const MAX_LABEL = 200;
const MAX_NAME = 300;

/** A variant as a draft has it; one that is there already (by its code) keeps what is undefined. */
export interface DraftVariant {
  /** Stock keeping unit; written in capitals, unique in the shop. */
  readonly sku: string;
  /** The product's name, with the options behind it, where a new one has none. */
  readonly name?: string | undefined;
  /** Code or label of the option by the code of its attribute; the whole set where given. */
  readonly options?: readonly { readonly attribute: string; readonly option: string }[] | undefined;
  /** GTIN: 8 to 14 digits. */
  readonly barcode?: string | null | undefined;
  readonly weightGrams?: number | null | undefined;
  readonly position?: number | undefined;
  readonly isArchived?: boolean | undefined;
}

/** Printable ASCII without what would have to be escaped anywhere. */
const SKU = /^[A-Z0-9](?:[ !#$%&'()*+,\-./0-9:;=?@A-Z[\]^_{|}~]*[!#$%&'()*+,\-./0-9:;=?@A-Z[\]^_{|}~])?$/;

export function isSku(text: string): boolean {
  return text.length <= MAX_SKU && SKU.test(text);
}

/** The variants with codes in capitals and texts trimmed, or everything that is wrong with them by themselves. */
export function checkVariants(variants: readonly DraftVariant[]): Result<DraftVariant[], InvalidValue[]> {
  const wrong: InvalidValue[] = [];
  const say = (path: readonly string[], message: string) => void wrong.push({ code: "INVALID_VALUE", path: ["variants", ...path], message });
  if (variants.length > MAX_VARIANTS) say([], `A product has at most ${MAX_VARIANTS} variants.`);
  const skus = new Set<string>();
  const forms = new Set<string>();
  const read = variants.slice(0, MAX_VARIANTS).map((variant, n) => {
    const at = String(n);
    const sku = variant.sku.trim().toUpperCase();
    if (!isSku(sku)) say([at, "sku"], `A code has 1 to ${MAX_SKU} letters, digits and signs of ASCII (no quotes, \`<\`, \`>\` or \`\\\`), beginning with a letter or digit.`);
    else if (skus.has(sku)) say([at, "sku"], "This code stands here twice.");
    skus.add(sku);
    if (variant.name !== undefined && !isLine(variant.name, MAX_NAME)) say([at, "name"], `Write one line of 1 to ${MAX_NAME} characters, none of them a control character or a mark that nobody sees.`);
    if (variant.barcode != null && !/^[0-9]{8,14}$/.test(variant.barcode)) say([at, "barcode"], "A barcode (GTIN: EAN, UPC, ISBN) has 8 to 14 digits and nothing else.");
    if (variant.weightGrams != null && !isBetween(variant.weightGrams, 0, MAX_WEIGHT)) say([at, "weightGrams"], `A weight is a whole number of grams from 0 to ${MAX_WEIGHT}.`);
    if (variant.position !== undefined && !isBetween(variant.position, 0, MAX_POSITION)) say([at, "position"], `A position is a whole number from 0 to ${MAX_POSITION}.`);
    const options = variant.options ?? [];
    if (options.length > MAX_OPTIONS) say([at, "options"], `A variant has at most ${MAX_OPTIONS} options.`);
    if (new Set(options.map(({ attribute }) => attribute)).size < options.length) say([at, "options"], "An attribute stands here twice.");
    for (const [m, { attribute, option }] of options.entries()) {
      if (!isLine(attribute, MAX_LABEL)) say([at, "options", String(m), "attribute"], "This is no code of an attribute.");
      if (!isLine(option, MAX_LABEL)) say([at, "options", String(m), "option"], `Give the code of an option, or its label of 1 to ${MAX_LABEL} characters.`);
    }
    const form = JSON.stringify(options.map(({ attribute, option }) => `${attribute} ${option.trim().toLowerCase()}`).toSorted());
    if (options.length > 0 && !variant.isArchived && forms.has(form)) say([at, "options"], "Another variant here has the same options: nobody could tell them apart.");
    if (!variant.isArchived) forms.add(form);
    return { ...variant, sku, ...(variant.name === undefined ? {} : { name: variant.name.trim() }), ...(variant.options ? { options: options.map(({ attribute, option }) => ({ attribute, option: option.trim() })) } : {}) };
  });
  return wrong.length > 0 ? err(wrong) : ok(read);
}

function isBetween(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
