import type { Renderers } from "#kit/userError.ts";
import type { ReviewDeleteRefusal } from "../../commands/review/reviewDelete.ts";
import type { ReviewModerateRefusal } from "../../commands/review/reviewModerate.ts";
import type { ReviewReplyRefusal } from "../../commands/review/reviewReply.ts";
import type { ReviewSubmitRefusal } from "../../commands/review/reviewSubmit.ts";
import type { ReviewVoteRefusal } from "../../commands/review/reviewVote.ts";
import type { InvalidValue } from "../../domain/priceInput.ts";
import { MAX_PENDING } from "../../domain/review.ts";

const invalidValue: Renderers<InvalidValue> = { INVALID_VALUE: ({ message, path }) => ({ message, path }) };
const versionConflict: Renderers<{ code: "VERSION_CONFLICT"; expected: number; actual: number }> = {
  VERSION_CONFLICT: ({ expected, actual }) => ({ message: "The review was changed since it was read: read it again.", path: ["input", "expectedVersion"], fields: { expected, actual } }),
};
const notFound: Renderers<{ code: "REVIEW_NOT_FOUND" }> = { REVIEW_NOT_FOUND: () => ({ message: "There is no such review for you to do this with.", path: ["input", "reviewId"] }) };

export const reviewSubmitErrors: Renderers<ReviewSubmitRefusal> = {
  ...invalidValue, ...versionConflict,
  PRODUCT_NOT_FOUND: () => ({ message: "There is no such product.", path: ["input", "productId"] }),
  OWN_PRODUCT: () => ({ message: "You sell this product: reviews are for those who do not.", path: ["input", "productId"] }),
  TOO_MANY_REVIEWS: () => ({ message: `${MAX_PENDING} of your reviews are waiting to be looked at: write more when they have been.`, path: ["input"], fields: { limit: MAX_PENDING } }),
};
export const reviewDeleteErrors: Renderers<ReviewDeleteRefusal> = notFound;
export const reviewModerateErrors: Renderers<ReviewModerateRefusal> = {
  ...invalidValue, ...versionConflict, ...notFound,
  OWN_REVIEW: () => ({ message: "You wrote this review: let somebody else decide about it.", path: ["input", "reviewId"] }),
};
export const reviewVoteErrors: Renderers<ReviewVoteRefusal> = {
  ...notFound,
  OWN_REVIEW: () => ({ message: "You wrote this review: others say whether it helps.", path: ["input", "reviewId"] }),
};
export const reviewReplyErrors: Renderers<ReviewReplyRefusal> = { ...invalidValue, ...notFound };
