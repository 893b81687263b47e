import { err, ok, type Result } from "#schema/values/result.ts";
import { tellProductsChanged } from "../../queries/productEvents.ts";
import { deleteReview, findReviewForUpdate } from "../../queries/reviews.ts";
import type { CatalogParts } from "../once.ts";

export type ReviewDeleteRefusal = { code: "REVIEW_NOT_FOUND" };

/** Takes one's own review back, with its votes and its reply. Answers the product. */
export async function reviewDelete({ db, clocks, viewer }: CatalogParts, reviewId: string | undefined): Promise<Result<string, ReviewDeleteRefusal>> {
  if (reviewId === undefined) return err({ code: "REVIEW_NOT_FOUND" });
  return db.tx<Result<string, ReviewDeleteRefusal>>(async (tx) => {
    const review = await findReviewForUpdate(tx, reviewId);
    if (!review || review.userId !== viewer.userId) return err({ code: "REVIEW_NOT_FOUND" });
    await deleteReview(tx, review.id);
    if (review.state === "PUBLISHED") await tellProductsChanged(tx, [review.productId], "UPDATED", clocks.business.now());
    return ok(review.productId);
  }, { retries: 3 });
}
