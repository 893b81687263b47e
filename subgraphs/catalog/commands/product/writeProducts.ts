import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { cleanHtml, textOfHtml } from "#platform/richText.ts";
import { type DraftRefusal, invalid } from "../../domain/draftRefusal.ts";
import { MAX_DESCRIPTION, type ProductDraft, readDraft } from "../../domain/productInput.ts";
import { planProduct, type ProductPlan } from "../../domain/productPlan.ts";
import { type ProductChange, tellProductsChanged } from "../../queries/productEvents.ts";
import { insertProducts, type SettledPlan, updateProducts, writeHangings } from "../../queries/writing/writeProductRows.ts";
import { placeVariants, writeVariants } from "../../queries/writing/writeVariantRows.ts";
import { readKnown } from "./readKnown.ts";
import { settleSlugs } from "./settleSlugs.ts";
import type { WriteRights } from "./writeRights.ts";

export interface WriteOptions {
  readonly rights: WriteRights;
  /** Business time. */
  readonly at: Date;
  /** What becomes of a draft without id whose `externalRef` is known: it is refused (as where nothing is said), or changes that product. */
  readonly onKnown?: "REFUSE" | "UPDATE";
}

export interface WrittenProduct {
  /** UUID. */
  readonly productId: string;
  readonly change: "CREATED" | "UPDATED" | "UNCHANGED";
  /** Those that the draft names, in its order. */
  readonly variants: readonly { readonly sku: string; readonly variantId: string }[];
}

/** Most drafts of one call. */
export const MAX_DRAFTS = 1_000;

/**
 * Writes products in a number of statements that does not grow with them: slugs, brands and options are settled, texts cleaned,
 * versions counted up where something changes, and each change told of. Answers for each draft in order; a refused one leaves nothing
 * behind, and whether the others stay is the caller's decision (roll back by throwing). Writers wait for each other until the
 * transaction ends, so it should end soon.
 */
export async function writeProducts(tx: Tx, drafts: readonly ProductDraft[], { rights, at, onKnown = "REFUSE" }: WriteOptions): Promise<Result<WrittenProduct, DraftRefusal[]>[]> {
  if (drafts.length > MAX_DRAFTS) throw new RangeError(`${drafts.length} drafts are more than ${MAX_DRAFTS}`);
  const read = drafts.map(readDraft);
  const around = await readKnown(tx, read.flatMap((one) => (one.ok ? [one.value] : [])), { rights, onKnown });
  const planned = read.map((one): Result<SettledPlan, DraftRefusal[]> => {
    if (!one.ok) return one;
    const known = around.of(one.value);
    if (!known.ok) return known;
    const plan = planProduct(one.value, known.value);
    if (!plan.ok) return plan;
    const texts = textsOf(plan.value);
    return texts.ok ? ok({ ...plan.value, ...texts.value, slug: undefined }) : texts;
  });
  const slugs = await settleSlugs(tx, planned.flatMap((one) => (one.ok ? [one.value] : [])));
  const settled = planned.map((one): Result<SettledPlan, DraftRefusal[]> => {
    if (!one.ok) return one;
    const slug = slugs.get(one.value.id);
    if (slug && "taken" in slug) return err([{ code: "SLUG_TAKEN", path: ["slug"], slug: slug.taken }]);
    return ok({ ...one.value, slug: slug?.slug });
  });
  const plans = settled.flatMap((one) => (one.ok ? [one.value] : []));
  const changes = await write(tx, plans, around.writeTerms, at);
  return settled.map((one) => {
    if (!one.ok) return one;
    const { id, known, variants } = one.value;
    return ok({ productId: id, change: !known ? "CREATED" as const : changes.has(id) ? "UPDATED" as const : "UNCHANGED" as const, variants: variants.map((variant) => ({ sku: variant.sku, variantId: variant.id })) });
  });
}

async function write(tx: Tx, plans: readonly SettledPlan[], writeTerms: (plans: readonly ProductPlan[], at: Date) => Promise<void>, at: Date): Promise<Set<string>> {
  if (plans.length === 0) return new Set();
  await writeTerms(plans, at);
  const created = plans.filter(({ known }) => !known);
  await insertProducts(tx, created, at);
  const touched = await writeVariants(tx, placeVariants(plans), at);
  await writeHangings(tx, plans, (rows) => { for (const { product_id } of rows) touched.add(product_id); });
  const updated = new Set(await updateProducts(tx, plans.filter(({ known }) => known), touched, at));
  const told = Map.groupBy([...created, ...plans.filter(({ id }) => updated.has(id))], changeOf);
  for (const [change, of] of told) await tellProductsChanged(tx, of.map(({ id }) => id), change, at);
  return updated;
}

function changeOf({ known, status }: ProductPlan): ProductChange {
  if (!known) return "CREATED";
  if (status === undefined || status === known.status) return "UPDATED";
  return status === "ACTIVE" ? "PUBLISHED" : known.status === "ACTIVE" ? "ARCHIVED" : "UPDATED";
}

/** The description, cleaned, with its plain text. */
function textsOf({ draft }: ProductPlan): Result<Pick<SettledPlan, "html" | "text">, DraftRefusal[]> {
  if (draft.descriptionHtml !== undefined) {
    const html = draft.descriptionHtml === null ? "" : cleanHtml(draft.descriptionHtml);
    // Cleaning writes entities out, so that it may also grow.
    if (html.length > 2 * MAX_DESCRIPTION) return err([invalid(["descriptionHtml"], `A description has at most ${MAX_DESCRIPTION} characters.`)]);
    return ok({ html: html || null, text: textOfHtml(html) || null });
  }
  return ok(draft.description === undefined ? { html: undefined, text: undefined } : { html: null, text: draft.description?.trim() || null });
}
