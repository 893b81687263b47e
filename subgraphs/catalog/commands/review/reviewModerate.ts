import { err, ok, type Result } from "#schema/values/result.ts";
import { audit } from "#kit/audit.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { invalid, type InvalidValue } from "../../domain/priceInput.ts";
import { MAX_REASON, readWords, type Review } from "../../domain/review.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { findReviewForUpdate, writeVerdict } from "../../queries/reviews.ts";
import type { PriceParts } from "../price/keptPrice.ts";

export type Verdict = "PUBLISH" | "REJECT";
export type ReviewModerateRefusal = InvalidValue | { code: "REVIEW_NOT_FOUND" } | { code: "OWN_REVIEW" } | { code: "VERSION_CONFLICT"; expected: number; actual: number };

export interface ReviewModerateInput {
  readonly reviewId: string | undefined;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly expectedVersion: number | undefined;
}

/** Lets a review be seen, or takes it from sight; a verdict may be changed later. The same verdict again changes nothing. */
export async function reviewModerate({ db, clocks, viewer, requestId }: PriceParts, input: ReviewModerateInput): Promise<Result<Review, ReviewModerateRefusal>> {
  const { reviewId, verdict, expectedVersion } = input;
  const reason = readWords("reason", input.reason, MAX_REASON);
  if (!reason.ok) return reason;
  if (verdict === "REJECT" && reason.value === null) return invalid("reason", `Say why it is rejected, in 1 to ${MAX_REASON} characters: who wrote it reads that.`);
  if (reviewId === undefined) return err({ code: "REVIEW_NOT_FOUND" });
  const state = verdict === "PUBLISH" ? "PUBLISHED" : "REJECTED";
  return db.tx<Result<Review, ReviewModerateRefusal>>(async (tx) => {
    const review = await findReviewForUpdate(tx, reviewId);
    if (!review) return err({ code: "REVIEW_NOT_FOUND" });
    if (review.userId === viewer.userId) return err({ code: "OWN_REVIEW" });
    if (expectedVersion !== undefined && expectedVersion !== review.version) return err({ code: "VERSION_CONFLICT", expected: expectedVersion, actual: review.version });
    const why = verdict === "REJECT" ? reason.value : null;
    const at = clocks.business.now();
    const isSame = review.state === state && review.reason === why;
    const judged = isSame ? review : await writeVerdict(tx, review.id, { state, reason: why, moderator: viewer.userId }, at);
    await audit(tx, { actor: viewer, action: "reviewModerate", targetKind: "review", targetId: review.id, requestId, details: { productId: review.productId, before: review.state, after: state } });
    if (isSame || review.state === state) return ok(judged);
    await writeEvents(tx, [{
      aggregate: "review", aggregateId: review.id, type: verdict === "PUBLISH" ? "ReviewPublished" : "ReviewRejected", occurredAt: at,
      payload: { reviewId: review.id, productId: review.productId, userId: review.userId, rating: review.rating, isVerified: review.isVerified },
    }]);
    if (review.state === "PUBLISHED" || state === "PUBLISHED") await tellProductsChanged(tx, [review.productId], "UPDATED", at);
    return ok(judged);
  }, { retries: 3 });
}
