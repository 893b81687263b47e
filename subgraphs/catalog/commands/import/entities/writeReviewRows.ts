import { createHash } from "node:crypto";
import { isSame, readReview } from "../../../domain/review.ts";
import type { Checked } from "../../../domain/import/checkFields.ts";
import { tellProductsChanged } from "../../../queries/productEvents.ts";
import { findImportedReviews, type ImportedReview, insertImportedReviews, lockImportedReviews, updateImportedReviews } from "../../../queries/import/reviews.ts";
import { findProducts } from "../../../queries/import/terms.ts";
import { type EntityWriter, type Part, refused, type Verdict } from "../importRun.ts";

/** What refusals call the fields. */
const NAMES: Readonly<Record<string, string>> = { body: "text", displayName: "author" };

/**
 * Reviews that were written elsewhere: published, since whoever brings them in answers for them, of no account and of no purchase that
 * this shop knows of. What a moderator refuses of them stays refused, whatever the file says later.
 */
export const writeReviewRows: EntityWriter = async (tx, run, candidates) => {
  const verdicts = new Map<Part, Verdict>();
  if (!run.rights.everything) {
    // Nobody praises what they sell.
    for (const { rows: [part] } of candidates) verdicts.set(part as Part, refused(null, "reviews are brought in by the shop's own people alone: nobody praises what they sell"));
    return verdicts;
  }
  const at = run.now();
  const products = await findProducts(tx, candidates.map(({ whole }) => whole.required("product")));
  const wanted = new Map<string, { part: Part; review: ImportedReview }>();
  for (const { whole, rows: [row] } of candidates) {
    const part = row as Part;
    const key = whole.required("product");
    const product = products.get(key);
    const content = readReview({ rating: whole.integer("rating") ?? 0, title: whole.text("title") ?? null, body: whole.text("text") ?? null, displayName: whole.text("author") ?? null });
    const createdAt = whole.instant("createdAt");
    if (!content.ok) {
      const field = content.error.path.at(-1) ?? "";
      verdicts.set(part, refused(NAMES[field] ?? field, content.error.message));
    } else if (content.value.displayName?.includes("@")) verdicts.set(part, refused("author", "this looks like an e-mail address, and everybody would see it"));
    else if (createdAt && createdAt > at) verdicts.set(part, refused("createdAt", "a review that is written already lies in the future"));
    else if (!product) verdicts.set(part, run.isDry && (run.planned.PRODUCT.has(key) || run.planned.SKU.has(key.toUpperCase())) ? { outcome: "CREATED" } : refused("product", "there is no such product: import it first"));
    else {
      const review = { ...content.value, productId: product.id, importKey: importKeyOf(whole), createdAt };
      const place = `${product.id} ${review.importKey}`;
      if (wanted.has(place)) verdicts.set(part, refused(null, "the same stands further above in the files: only the first one is taken"));
      else wanted.set(place, { part, review });
    }
  }
  if (wanted.size === 0) return verdicts;
  await lockImportedReviews(tx);
  const known = await findImportedReviews(tx, [...wanted.values()].map(({ review }) => review));
  const fresh: ImportedReview[] = [];
  const changed: Parameters<typeof updateImportedReviews>[1][number][] = [];
  for (const [place, { part, review }] of wanted) {
    const there = known.get(place);
    const isOld = there !== undefined && isSame(there, review) && (review.createdAt === undefined || review.createdAt.getTime() === there.createdAt.getTime());
    if (!there) fresh.push(review);
    else if (!isOld) changed.push({ id: there.id, review, isReworded: there.title !== review.title || there.body !== review.body });
    verdicts.set(part, { outcome: !there ? "CREATED" : isOld ? "UNCHANGED" : "UPDATED" });
  }
  // Rows before the sums that follow them, as moderators do: two who wait for one another would both have to begin again.
  await updateImportedReviews(tx, changed, at);
  await insertImportedReviews(tx, fresh, run.owner?.userId ?? null, at);
  await tellProductsChanged(tx, [...fresh, ...changed.map(({ review }) => review)].map(({ productId }) => productId), "UPDATED", at);
  return verdicts;
};

/** By what a review is found again: its number in the system it comes from, or else who said what. A hash, so that it tells nothing of who wrote it. */
function importKeyOf(whole: Checked): string {
  const ref = whole.text("externalRef");
  const parts = ref === undefined ? ["words", whole.text("author"), whole.text("title"), whole.text("text")] : ["ref", ref];
  return createHash("sha256").update(JSON.stringify(parts.map((part) => part ?? null))).digest("base64url");
}
