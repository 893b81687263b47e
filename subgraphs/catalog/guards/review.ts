import { allow, anyOf, authenticated, type Guards, permission, when } from "#kit/guard.ts";
import type { Review } from "../domain/review.ts";
import type { UserStub } from "../resolvers/userStub.ts";

export const themselves = when<UserStub>("the person", (viewer, user) => viewer.userId !== null && viewer.userId === user.userId);
const authorOrModerator = anyOf(when<Review>("who wrote it", (viewer, review) => viewer.userId !== null && viewer.userId === review.userId), permission("reviews.moderate"));

/** Which reviews are there for whom is decided where they are read. Of who wrote one everybody sees the name given with it, and nothing else. */
export const reviewGuards: Guards = {
  Query: { review: allow, reviews: permission("reviews.moderate") },
  Mutation: {
    reviewSubmit: authenticated, reviewDelete: authenticated, reviewVote: authenticated, reviewModerate: permission("reviews.moderate"),
    reviewReply: anyOf(permission("catalog.write"), permission("catalog.writeOwn")),
  },
  Product: { rating: allow, reviews: allow, myReview: allow },
  User: { id: allow, reviews: anyOf(themselves, permission("reviews.moderate")) },
  Review: {
    id: allow, product: allow, rating: allow, title: allow, body: allow, displayName: allow, isVerifiedPurchase: allow, state: allow, helpfulCount: allow, isHelpfulToMe: allow, reply: allow, createdAt: allow, updatedAt: allow, version: allow,
    author: authorOrModerator, rejectionReason: authorOrModerator,
  },
  ReviewReply: allow,
  RatingSummary: allow,
  RatingCount: allow,
  ReviewConnection: allow,
  ReviewEdge: allow,
  ReviewSubmitSuccess: allow,
  ReviewDeleteSuccess: allow,
  ReviewModerateSuccess: allow,
  ReviewVoteSuccess: allow,
  ReviewReplySuccess: allow,
  ReviewNotFound: allow,
  OwnReview: allow,
  OwnProduct: allow,
  TooManyReviews: allow,
};
