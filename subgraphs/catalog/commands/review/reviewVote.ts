import { err, ok, type Result } from "#schema/values/result.ts";
import type { Review } from "../../domain/review.ts";
import { findReviewForUpdate, writeVote } from "../../queries/reviews.ts";
import type { CatalogParts } from "../once.ts";

export type ReviewVoteRefusal = { code: "REVIEW_NOT_FOUND" } | { code: "OWN_REVIEW" };

/** Finds a published review helpful, or takes that back. One vote per person, however often it is given. */
export async function reviewVote({ db, clocks, viewer }: CatalogParts, { reviewId, isHelpful }: { reviewId: string | undefined; isHelpful: boolean }): Promise<Result<Review, ReviewVoteRefusal>> {
  const { userId } = viewer;
  if (userId === null || reviewId === undefined) return err({ code: "REVIEW_NOT_FOUND" });
  return db.tx<Result<Review, ReviewVoteRefusal>>(async (tx) => {
    const review = await findReviewForUpdate(tx, reviewId);
    if (review?.state !== "PUBLISHED") return err({ code: "REVIEW_NOT_FOUND" });
    if (review.userId === userId) return err({ code: "OWN_REVIEW" });
    return ok(await writeVote(tx, review, userId, isHelpful, clocks.business.now()));
  }, { retries: 3 });
}
