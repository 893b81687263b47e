import { err, ok, type Result } from "#schema/values/result.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import type { InvalidValue } from "../../domain/priceInput.ts";
import { isSame, MAX_PENDING, readReview, type Review, type ReviewContent } from "../../domain/review.ts";
import { maySee } from "../../domain/product.ts";
import { listProductsByIds } from "../../queries/products.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { countPendingReviews, findReviewForUpdate, hasBought, insertReview, listReviewsOfAuthor, lockReviewer, rewriteReview } from "../../queries/reviews.ts";
import type { CatalogParts } from "../once.ts";

export type ReviewSubmitRefusal =
  | InvalidValue
  | { code: "PRODUCT_NOT_FOUND" }
  | { code: "OWN_PRODUCT" }
  | { code: "TOO_MANY_REVIEWS" }
  | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface ReviewSubmitInput extends ReviewContent {
  /** Undefined where the id names no product at all. */
  readonly productId: string | undefined;
  readonly expectedVersion: number | undefined;
}

/** Writes what a person says about a product, or writes it anew: one review per person and product. Either way it waits for a moderator. */
export async function reviewSubmit({ db, clocks, viewer }: CatalogParts, input: ReviewSubmitInput): Promise<Result<Review, ReviewSubmitRefusal>> {
  const content = readReview(input);
  if (!content.ok) return content;
  const { userId } = viewer;
  const { productId, expectedVersion } = input;
  if (userId === null || productId === undefined) return err({ code: "PRODUCT_NOT_FOUND" });
  return db.tx<Result<Review, ReviewSubmitRefusal>>(async (tx) => {
    const [product] = await listProductsByIds(tx, [productId]);
    if (!product || !maySee(product, viewer) || product.status === "DRAFT") return err({ code: "PRODUCT_NOT_FOUND" });
    // Nobody praises what they sell.
    if (product.vendorId !== null && viewer.vendorIds.includes(product.vendorId)) return err({ code: "OWN_PRODUCT" });
    await lockReviewer(tx, userId);
    const [written] = await listReviewsOfAuthor(tx, [productId], userId);
    // A moderator may be at it at this moment.
    const known = written && (await findReviewForUpdate(tx, written.id));
    if (expectedVersion !== undefined && expectedVersion !== (known?.version ?? 0)) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: known?.version ?? 0 });
    if (known && isSame(known, content.value)) return ok(known);
    if (known?.state !== "PENDING" && (await countPendingReviews(tx, userId)) >= MAX_PENDING) return err({ code: "TOO_MANY_REVIEWS" });
    const at = clocks.business.now();
    const isVerified = await hasBought(tx, userId, productId);
    const review = known ? await rewriteReview(tx, known.id, content.value, isVerified, at) : await insertReview(tx, productId, userId, content.value, isVerified, at);
    await writeEvents(tx, [{ aggregate: "review", aggregateId: review.id, type: "ReviewSubmitted", occurredAt: at, payload: { reviewId: review.id, productId, userId, rating: review.rating, isVerified, isNew: !known } }]);
    if (known?.state === "PUBLISHED") await tellProductsChanged(tx, [productId], "UPDATED", at);
    return ok(review);
  }, { retries: 3 });
}
