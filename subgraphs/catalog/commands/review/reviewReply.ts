import { err, ok, type Result } from "#schema/values/result.ts";
import { audit } from "#kit/audit.ts";
import { can, type Viewer } from "#kit/viewer.ts";
import type { InvalidValue } from "../../domain/priceInput.ts";
import { MAX_REPLY, readWords, type Review } from "../../domain/review.ts";
import { listProductsByIds } from "../../queries/products.ts";
import { findReviewForUpdate, writeReply } from "../../queries/reviews.ts";
import type { PriceParts } from "../price/keptPrice.ts";

export type ReviewReplyRefusal = InvalidValue | { code: "REVIEW_NOT_FOUND" };

function mayReply(vendorId: string | null, viewer: Viewer): boolean {
  return can(viewer, "catalog.write") || (vendorId !== null && can(viewer, "catalog.writeOwn") && viewer.vendorIds.includes(vendorId));
}

/** Writes what the vendor, or the shop, says to a published review; null takes it back. Reviews of others' products are not there. */
export async function reviewReply({ db, clocks, viewer, requestId }: PriceParts, input: { reviewId: string | undefined; reply: string | null }): Promise<Result<Review, ReviewReplyRefusal>> {
  const reply = readWords("reply", input.reply, MAX_REPLY);
  if (!reply.ok) return reply;
  const { reviewId } = input;
  if (reviewId === undefined) return err({ code: "REVIEW_NOT_FOUND" });
  return db.tx<Result<Review, ReviewReplyRefusal>>(async (tx) => {
    const review = await findReviewForUpdate(tx, reviewId);
    const [product] = review?.state === "PUBLISHED" ? await listProductsByIds(tx, [review.productId]) : [];
    if (!review || !product || !mayReply(product.vendorId, viewer)) return err({ code: "REVIEW_NOT_FOUND" });
    const isSame = review.reply === reply.value;
    await audit(tx, { actor: viewer, action: "reviewReply", targetKind: "review", targetId: review.id, requestId, details: { productId: review.productId, vendorId: product.vendorId, isTakenBack: reply.value === null } });
    return ok(isSame ? review : await writeReply(tx, review.id, reply.value, clocks.business.now()));
  }, { retries: 3 });
}
