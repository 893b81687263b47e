import { z } from "zod";
import { defineEvent } from "./event.ts";
import { flag, integer, uuid } from "./fields.ts";

const review = {
  reviewId: uuid("The review.", "rev"),
  productId: uuid("The product.", "prd"),
  userId: uuid("Who wrote it.", "usr"),
  rating: integer("1 to 5."),
  isVerified: flag("Whether the person had bought the product when it was written."),
};

export const reviewSubmitted = defineEvent({
  type: "ReviewSubmitted",
  version: 1,
  aggregate: "review",
  description: "Somebody wrote a review, or wrote theirs anew; it waits for a moderator. Its words stay in the shop.",
  payload: z.object({ ...review, isNew: flag("Whether it is the first of this person for this product.") }),
});

export const reviewPublished = defineEvent({
  type: "ReviewPublished",
  version: 1,
  aggregate: "review",
  description: "A moderator let a review be seen; it counts in the product's rating.",
  payload: z.object(review),
});

export const reviewRejected = defineEvent({
  type: "ReviewRejected",
  version: 1,
  aggregate: "review",
  description: "A moderator refused a review, or took a published one from sight.",
  payload: z.object(review),
});
