import { byKey, pagedByKey } from "#kit/batch.ts";
import type { Viewer } from "#kit/viewer.ts";
import type { Database } from "#platform/db/database.ts";
import { maySeeReview, NO_RATINGS } from "../domain/review.ts";
import type { Kept } from "../queries/kept.ts";
import { listRatingsOfProducts, listRatingsOfVendors, type OwnedRatings } from "../queries/ratings.ts";
import { listReviewsByIds, listReviewsOfAuthor, listReviewsOfProducts, listReviewsOfUsers, listVotedFor, type ReviewFilter } from "../queries/reviews.ts";
import { perName } from "./perName.ts";

/** Reviews as the viewer may see them, and what they come to. */
export function reviewLoaders(db: Database, kept: Kept, viewer: Viewer, fresh: boolean) {
  const { userId } = viewer;
  /** Everything asked for has an answer, so that products without reviews are kept too. */
  const all = (ids: readonly string[], found: readonly OwnedRatings[]) => new Map([...ids.map((ownerId) => [ownerId, { ...NO_RATINGS, ownerId }] as const), ...found.map((one) => [one.ownerId, one] as const)]);
  return {
    ratingsOfProduct: byKey({
      load: async (ids) => [...(await kept.ratings.getMany(ids, async (missing) => all(missing, await listRatingsOfProducts(db, missing)), { fresh })).values()],
      keyOf: (ratings) => ratings.ownerId,
    }),
    ratingsOfVendor: byKey({
      load: async (ids) => [...(await kept.vendorRatings.getMany(ids, async (missing) => all(missing, await listRatingsOfVendors(db, missing)), { fresh })).values()],
      keyOf: (ratings) => ratings.ownerId,
    }),
    reviewById: byKey({ load: async (ids) => (await listReviewsByIds(db, ids)).filter((review) => maySeeReview(review, viewer)), keyOf: (review) => review.id }),
    reviewOfViewer: byKey({ load: async (ids) => (userId === null ? [] : listReviewsOfAuthor(db, ids, userId)), keyOf: (review) => review.productId }),
    hasVotedFor: byKey({ load: async (ids) => (userId === null ? [] : (await listVotedFor(db, ids, userId)).map((id) => ({ id }))), keyOf: (one) => one.id }),
    reviewsOfUser: pagedByKey({ load: (ids, limit, after: [string, string] | undefined) => listReviewsOfUsers(db, ids, limit + 1, after), keyOf: (review) => review.userId }),
    reviewsOfProduct: perName((filter: ReviewFilter) => pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listReviewsOfProducts(db, ids, limit + 1, after, filter),
      keyOf: (review) => review.productId,
    })),
  };
}
