import { badUserInput } from "#kit/errors.ts";
import { type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { reviewDelete } from "../commands/review/reviewDelete.ts";
import { reviewModerate, type Verdict } from "../commands/review/reviewModerate.ts";
import { reviewReply } from "../commands/review/reviewReply.ts";
import { reviewSubmit } from "../commands/review/reviewSubmit.ts";
import { reviewVote } from "../commands/review/reviewVote.ts";
import type { CatalogContext } from "../context.ts";
import type { Product } from "../domain/product.ts";
import { NO_RATINGS, type Ratings, type Review, type ReviewSort, type ReviewState } from "../domain/review.ts";
import { type ListedReview, listReviewQueue, queueCursor, reviewCursor, userReviewCursor } from "../queries/reviews.ts";
import { reviewDeleteErrors, reviewModerateErrors, reviewReplyErrors, reviewSubmitErrors, reviewVoteErrors } from "./errors/review.ts";
import type { UserStub } from "./userStub.ts";

type Given<T> = T | null | undefined;
interface SubmitInput { productId: string; rating: number; title: Given<string>; body: Given<string>; displayName: Given<string>; expectedVersion: Given<number> }
interface ModerateInput { reviewId: string; verdict: Verdict; reason: Given<string>; expectedVersion: Given<number> }
interface ReviewsArgs extends PageArgs { sort?: Given<ReviewSort>; rating?: Given<number>; isVerifiedPurchase?: Given<boolean> }

const reviewUuid = (id: string) => decodeId("rev", id);
const toSummary = (ratings: Ratings | null) => ratings ?? NO_RATINGS;

export const reviewResolvers = {
  Query: {
    review(_root: unknown, { id }: { id: string }, { loaders }: CatalogContext) {
      const uuid = reviewUuid(id);
      return uuid ? loaders.reviewById.load(uuid) : null;
    },
    async reviews(_root: unknown, args: PageArgs & { state?: Given<ReviewState> }, { db }: CatalogContext) {
      const page = readPage(args, queueCursor);
      return toConnection(await listReviewQueue(db, args.state ?? "PENDING", page.limit + 1, page.after), page, (review) => queueCursor.encode([review.sortKey, review.id]));
    },
  },
  Mutation: {
    async reviewSubmit(_root: unknown, { input }: { input: SubmitInput }, context: CatalogContext) {
      const { productId, rating, title, body, displayName, expectedVersion } = input;
      const outcome = await reviewSubmit(context, { rating, productId: decodeId("prd", productId), title: title ?? null, body: body ?? null, displayName: displayName ?? null, expectedVersion: expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "ReviewSubmitSuccess", review: outcome.value } : toUserError(reviewSubmitErrors, outcome.error);
    },
    async reviewDelete(_root: unknown, { input }: { input: { reviewId: string } }, context: CatalogContext) {
      const outcome = await reviewDelete(context, reviewUuid(input.reviewId));
      return outcome.ok ? { __typename: "ReviewDeleteSuccess", product: await context.loaders.productById.load(outcome.value) } : toUserError(reviewDeleteErrors, outcome.error);
    },
    async reviewModerate(_root: unknown, { input }: { input: ModerateInput }, context: CatalogContext) {
      const { reviewId, verdict, reason, expectedVersion } = input;
      const outcome = await reviewModerate(context, { verdict, reviewId: reviewUuid(reviewId), reason: reason ?? null, expectedVersion: expectedVersion ?? undefined });
      return outcome.ok ? { __typename: "ReviewModerateSuccess", review: outcome.value } : toUserError(reviewModerateErrors, outcome.error);
    },
    async reviewVote(_root: unknown, { input }: { input: { reviewId: string; isHelpful: boolean } }, context: CatalogContext) {
      const outcome = await reviewVote(context, { reviewId: reviewUuid(input.reviewId), isHelpful: input.isHelpful });
      return outcome.ok ? { __typename: "ReviewVoteSuccess", review: outcome.value } : toUserError(reviewVoteErrors, outcome.error);
    },
    async reviewReply(_root: unknown, { input }: { input: { reviewId: string; reply: Given<string> } }, context: CatalogContext) {
      const outcome = await reviewReply(context, { reviewId: reviewUuid(input.reviewId), reply: input.reply ?? null });
      return outcome.ok ? { __typename: "ReviewReplySuccess", review: outcome.value } : toUserError(reviewReplyErrors, outcome.error);
    },
  },
  Product: {
    rating: async (product: Product, _args: unknown, { loaders }: CatalogContext) => toSummary(await loaders.ratingsOfProduct.load(product.id)),
    async reviews(product: Product, args: ReviewsArgs, { loaders }: CatalogContext) {
      const sort = args.sort ?? "NEWEST";
      const rating = args.rating ?? null;
      if (rating !== null && (rating < 1 || rating > 5)) throw badUserInput(`\`rating\` must be between 1 and 5, it is ${rating}.`, ["rating"]);
      const cursor = reviewCursor(sort);
      const page = readPage(args, cursor);
      const rows = await loaders.reviewsOfProduct({ sort, rating, isVerified: args.isVerifiedPurchase ?? false }).load({ key: product.id, ...page });
      return toConnection(rows, page, (review: ListedReview) => cursor.encode([review.sortKey, review.id]));
    },
    myReview: (product: Product, _args: unknown, { loaders }: CatalogContext) => loaders.reviewOfViewer.load(product.id),
  },
  User: {
    __resolveReference({ id }: { id?: string }): UserStub | null {
      const userId = id && decodeId("usr", id);
      return userId ? { userId } : null;
    },
    id: (user: UserStub) => encodeId("usr", user.userId),
    async reviews(user: UserStub, args: PageArgs, { loaders }: CatalogContext) {
      const page = readPage(args, userReviewCursor);
      const rows = await loaders.reviewsOfUser.load({ key: user.userId, ...page });
      return toConnection(rows, page, (review: ListedReview) => userReviewCursor.encode([review.sortKey, review.id]));
    },
  },
  Review: {
    id: (review: Review) => encodeId("rev", review.id),
    product: (review: Review, _args: unknown, { loaders }: CatalogContext) => loaders.productById.load(review.productId),
    isVerifiedPurchase: (review: Review) => review.isVerified,
    isHelpfulToMe: async (review: Review, _args: unknown, { loaders }: CatalogContext) => (await loaders.hasVotedFor.load(review.id)) !== null,
    author: (review: Review): UserStub => ({ userId: review.userId }),
    rejectionReason: (review: Review) => review.reason,
    reply: ({ reply, repliedAt, productId }: Review) => (reply === null ? null : { text: reply, repliedAt, productId }),
  },
  ReviewReply: {
    async vendor({ productId }: { productId: string }, _args: unknown, { loaders }: CatalogContext) {
      const vendorId = (await loaders.productById.load(productId))?.vendorId;
      return vendorId ? { __typename: "Vendor", id: encodeId("ven", vendorId) } : null;
    },
  },
  RatingSummary: {
    distribution: ({ counts }: Ratings) => counts.map((count, index) => ({ rating: index + 1, count })).toReversed(),
  },
};
