import type { Tx } from "#platform/db/database.ts";
import type { Checked } from "../../../domain/import/checkFields.ts";
import { isList, RowProblem, type Value, type ValueMap } from "#schema/mapping/values.ts";
import { textOf } from "#schema/mapping/transform.ts";
import type { DraftRefusal } from "../../../domain/draftRefusal.ts";
import type { DraftAttribute, ProductDraft } from "../../../domain/productInput.ts";
import type { DraftVariant } from "../../../domain/variantInput.ts";
import { findProducts, findVariants, findVendors } from "../../../queries/import/terms.ts";
import { writeProducts, type WrittenProduct } from "../../product/writeProducts.ts";
import { type Candidate, type EntityWriter, type ImportRun, mayChange, type Part, refused, sayAll, type Verdict } from "../importRun.ts";
import { assertPaths, ensureAttributes, ensureCategories } from "./ensureTerms.ts";
import { setBasePrices } from "./setBasePrices.ts";
import { setStock } from "./setStock.ts";

interface Drafted { readonly candidate: Candidate; readonly draft: ProductDraft; readonly variants: readonly { readonly part: Part; readonly draft: DraftVariant }[] }

/** Products with their variants, prices and stock. What a row does not say stays as it is; variants that are not named stay too. */
export const writeProductRows: EntityWriter = async (tx, run, given) => {
  const verdicts = new Map<Part, Verdict>();
  const candidates = given.filter((candidate) => isWritable(candidate, verdicts));
  if (candidates.length > 0) await ensureAttributes(tx, run);
  const categories = await ensureCategories(tx, run, candidates.flatMap(({ whole }) => whole.list("categories") ?? []));
  const vendors = await findVendors(tx, candidates.flatMap(({ whole }) => whole.text("vendor") ?? []));
  const skus = candidates.flatMap(({ parts }) => parts.flatMap(({ fields }) => skuOf(fields) ?? []));
  const known = await findVariants(tx, skus);
  const products = await findProducts(tx, candidates.flatMap(({ whole }) => whole.text("externalRef") ?? whole.text("slug") ?? []));
  let drafted: Drafted[] = [];
  for (const candidate of candidates) {
    try {
      drafted.push(draftOf(candidate, { run, categories, vendors, known, products }));
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      sayAll(verdicts, candidate, refused(error.field, error.message));
    }
  }
  const rights = { mayChange: (vendorId: string | null) => mayChange(run.rights, vendorId), createBrands: run.rights.createTerms, createOptions: run.rights.createTerms };
  const written = new Map<Drafted, WrittenProduct>();
  // A variant that is refused must not cost its siblings: it is taken out, and the rest is tried once more.
  for (let pass = 0; pass < 2 && drafted.length > 0; pass += 1) {
    const outcomes = await writeProducts(tx, drafted.map(({ draft }) => draft), { rights, at: run.now(), onKnown: "UPDATE" });
    const again: Drafted[] = [];
    for (const [index, outcome] of outcomes.entries()) {
      const one = drafted[index] as Drafted;
      if (outcome.ok) written.set(one, outcome.value);
      else {
        const rest = pass === 0 ? withoutRefused(one, outcome.error, verdicts) : undefined;
        if (rest) again.push(rest);
        else sayRefusals(one, outcome.error, verdicts);
      }
    }
    drafted = again;
  }
  await hangOn(tx, run, written, verdicts, known);
  if (run.isDry) {
    for (const [{ draft }, { variants }] of written) {
      for (const key of [draft.externalRef, draft.slug]) if (key) run.planned.PRODUCT.add(key);
      for (const { sku } of variants) run.planned.SKU.add(sku);
    }
  }
  return verdicts;
};

/** What is wrong with a row by itself is told before anything is made for it. */
function isWritable(candidate: Candidate, verdicts: Map<Part, Verdict>): boolean {
  try {
    assertPaths(candidate.whole.list("categories") ?? []);
    return true;
  } catch (error) {
    if (!(error instanceof RowProblem)) throw error;
    sayAll(verdicts, candidate, refused(error.field, error.message));
    return false;
  }
}

const skuOf = (fields: Checked) => fields.text("variant.sku")?.toUpperCase();

interface Found {
  readonly run: ImportRun;
  readonly categories: ReadonlyMap<string, string | undefined>;
  readonly vendors: ReadonlyMap<string, string>;
  readonly known: Awaited<ReturnType<typeof findVariants>>;
  readonly products: Awaited<ReturnType<typeof findProducts>>;
}

function draftOf(candidate: Candidate, { run, categories, vendors, known, products }: Found): Drafted {
  const { whole, parts } = candidate;
  const name = whole.text("externalRef") ?? whole.text("slug");
  const byName = name === undefined ? undefined : products.get(name);
  const bySku = parts.map(({ fields }) => known.get(skuOf(fields) ?? "")).find((one) => one !== undefined);
  // Under its number it is found by whoever writes; without one, or by one it never had, its codes tell which it is.
  const there = byName && mayChange(run.rights, byName.vendorId) ? byName.id : bySku && mayChange(run.rights, bySku.vendorId) ? bySku.productId : undefined;
  const vendor = vendorOf(whole, run, vendors);
  if (there === undefined && candidate.parent === undefined) throw new RowProblem(null, "the rows of variants are here, but not the row of their product");
  const variants = parts.filter(({ fields }) => fields.has("variant.sku")).map((part) => ({ part, draft: variantOf(part.fields) }));
  const categoryIds = whole.list("categories")?.flatMap((path) => categories.get(path) ?? []);
  return {
    candidate,
    variants,
    draft: {
      ...(there === undefined ? {} : { id: there }),
      slug: whole.text("slug"), name: whole.text("name"), descriptionHtml: whole.text("descriptionHtml"), status: whole.text("status") as ProductDraft["status"],
      externalRef: whole.text("externalRef"), productType: whole.text("productType"), seoTitle: whole.text("seoTitle"), seoDescription: whole.text("seoDescription"),
      vendorId: vendor ?? (there === undefined && !run.rights.everything ? run.rights.vendorId : undefined),
      brand: whole.has("brand") ? { name: whole.required("brand") } : undefined,
      categoryIds: categoryIds && [...new Set(categoryIds)],
      attributes: whole.has("attributes") ? attributesOf(whole.map("attributes") as ValueMap) : undefined,
      variants: variants.length > 0 ? variants.map(({ draft }) => draft) : undefined,
    },
  };
}

function vendorOf(whole: Checked, { rights }: ImportRun, vendors: ReadonlyMap<string, string>): string | undefined {
  const slug = whole.text("vendor");
  if (slug === undefined) return undefined;
  const id = vendors.get(slug);
  if (id === undefined || !(rights.everything || id === rights.vendorId)) throw new RowProblem("vendor", "there is no such vendor whose products you may import");
  return id;
}

function variantOf(fields: Checked): DraftVariant {
  const options = fields.map("variant.options");
  return {
    sku: fields.required("variant.sku"), name: fields.text("variant.name"), barcode: fields.text("variant.barcode"), weightGrams: fields.integer("variant.weightGrams"),
    options: options && [...options].flatMap(([attribute, value]) => (isEmptyText(value) ? [] : [{ attribute, option: fieldText("variant.options", value) }])),
  };
}

function attributesOf(map: ValueMap): DraftAttribute[] {
  return [...map].map(([code, value]) => ({ code, values: (isList(value) ? value : [value]).map((one) => fieldText("attributes", one)).filter((text) => text !== "") })).filter(({ values }) => values.length > 0);
}

const isEmptyText = (value: Value) => value === null || value === "";

function fieldText(field: string, value: Value): string {
  try {
    return textOf(value).trim();
  } catch (error) {
    throw error instanceof RowProblem ? new RowProblem(field, error.message) : error;
  }
}

const SENTENCES: Readonly<Record<Exclude<DraftRefusal["code"], "INVALID_VALUE">, string>> = {
  PRODUCT_NOT_FOUND: "there is no such product that you may change",
  VERSION_CONFLICT: "somebody else changed the product meanwhile",
  SLUG_TAKEN: "another product has or had this slug",
  SKU_TAKEN: "another product has a variant with this SKU",
  EXTERNAL_REF_TAKEN: "another product has this reference",
  SELLER_NOT_FOUND: "there is no such vendor whose products you may import",
  BRAND_NOT_FOUND: "there is no such brand, and you may not add one",
  CATEGORY_NOT_FOUND: "there is no such category",
  ATTRIBUTE_NOT_FOUND: "there is no such attribute, or variants do not differ by it: name it under `attributes` in the mapping",
  OPTION_NOT_FOUND: "there is no such option of the attribute, and you may not add one",
};
const FIELD_OF: Readonly<Record<string, string>> = { vendorId: "vendor", categoryIds: "categories", id: "externalRef" };

function sentenceOf(refusal: DraftRefusal): string {
  return refusal.code === "INVALID_VALUE" ? refusal.message : SENTENCES[refusal.code];
}

/** The variant that a refusal is about, with the field's name. */
function variantAt({ variants }: Drafted, { path }: DraftRefusal): { part: Part; field: string } | undefined {
  const at = path[0] === "variants" && path[1] !== undefined ? variants[Number(path[1])] : undefined;
  return at && { part: at.part, field: `variant.${path[2] ?? "sku"}` };
}

function withoutRefused(one: Drafted, refusals: readonly DraftRefusal[], verdicts: Map<Part, Verdict>): Drafted | undefined {
  const about = refusals.map((refusal) => ({ refusal, at: variantAt(one, refusal) }));
  if (about.some(({ at }) => at === undefined)) return undefined;
  const gone = new Set(about.map(({ at }) => at?.part));
  const variants = one.variants.filter(({ part }) => !gone.has(part));
  if (variants.length === 0) return undefined;
  for (const { refusal, at } of about) if (at && !verdicts.has(at.part)) verdicts.set(at.part, refused(at.field, sentenceOf(refusal)));
  return { ...one, variants, draft: { ...one.draft, variants: variants.map(({ draft }) => draft) } };
}

function sayRefusals(one: Drafted, refusals: readonly DraftRefusal[], verdicts: Map<Part, Verdict>): void {
  for (const refusal of refusals) {
    const at = variantAt(one, refusal);
    if (at && !verdicts.has(at.part)) verdicts.set(at.part, refused(at.field, sentenceOf(refusal)));
  }
  const [first] = refusals as [DraftRefusal];
  const isVariants = variantAt(one, first) !== undefined;
  const field = isVariants ? "variant.sku" : (FIELD_OF[first.path[0] ?? ""] ?? first.path[0] ?? null);
  for (const part of one.candidate.rows) if (!verdicts.has(part)) verdicts.set(part, refused(field, isVariants ? "the product has no variant that could be taken" : sentenceOf(first)));
}

/** Prices and stock of the variants that were written, and a verdict about each row. */
async function hangOn(tx: Tx, run: ImportRun, written: ReadonlyMap<Drafted, WrittenProduct>, verdicts: Map<Part, Verdict>, known: Found["known"]): Promise<void> {
  const rows = [...written].flatMap(([{ variants }, { variants: ids }]) => variants.map(({ part, draft }) => ({ part, variantId: ids.find(({ sku }) => sku === draft.sku.toUpperCase())?.variantId as string })));
  const touched = await setBasePrices(tx, run, rows.filter(({ part }) => part.fields.has("variant.price")).map(({ part, variantId }) => ({
    part, variantId, price: part.fields.required("variant.price"), compareAt: part.fields.text("variant.compareAt"), currency: part.fields.text("variant.currency") ?? run.mapping.currency,
  })), verdicts, "variant.");
  for (const part of await setStock(tx, run, rows.filter(({ part }) => part.fields.has("variant.stock")).map(({ part, variantId }) => ({ part, variantId, units: part.fields.integer("variant.stock") as number, warehouse: undefined })), verdicts, "variant.stock")) touched.add(part);
  for (const [{ candidate }, product] of written) {
    for (const part of candidate.rows) {
      if (verdicts.has(part)) continue;
      const sku = candidate.parts.includes(part) ? skuOf(part.fields) : undefined;
      const isNew = product.change === "CREATED" || (sku !== undefined && !known.has(sku));
      verdicts.set(part, { outcome: isNew ? "CREATED" : touched.has(part) ? "UPDATED" : product.change });
    }
  }
}
