import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import { writeEvents } from "#platform/events/outbox.ts";
import { actorOf, type Commanded } from "../context.ts";
import { type Checkout, dueOf } from "../domain/checkout.ts";
import { PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { decideReview, findCheckout, getCheckoutForUpdate, leaseCheckout } from "../queries/checkouts.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { settleCheckout } from "./settleCheckout.ts";

export type ReviewVerdict = "APPROVE" | "REJECT";
export type ReviewRefusal =
  | IdempotencyRefusal
  | { code: "CHECKOUT_NOT_FOUND" }
  | { code: "REVIEW_ALREADY_RESOLVED"; verdict: ReviewVerdict | null }
  | { code: "PAYMENT_UNAVAILABLE" };

export interface ReviewInput {
  readonly checkoutId: string | undefined;
  readonly verdict: ReviewVerdict;
  readonly key: string;
}

type Begun = { kind: "REFUSED"; refusal: ReviewRefusal } | { kind: "ANSWERED"; checkoutId: string } | { kind: "BEGUN"; checkout: Checkout };

/** A person of the shop decides about a purchase in review: it becomes an order and its money is taken, or everything is let go. */
export async function fraudReviewResolve(parts: Commanded, input: ReviewInput): Promise<Result<Checkout, ReviewRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const call: IdempotentCall = { actor: actorOf(parts.viewer), operation: "fraudReviewResolve", key, content };
  const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
  if (begun.kind === "REFUSED") return err(begun.refusal);
  if (begun.kind === "ANSWERED") return ok(await getCheckout(parts, begun.checkoutId));
  const { id, intentRef } = begun.checkout;
  try {
    const intent = dueOf(begun.checkout).units === 0n || intentRef === null ? null : await parts.payments.find(intentRef);
    await settleCheckout(parts, id, intent);
  } catch (error) {
    await Promise.allSettled([keys.release(parts.db, call), leaseCheckout(parts.db, id, 0)]);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ checkoutId: id, error }, "the payment provider did not answer");
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
  await parts.db.tx((tx) => keys.finish(tx, call, { checkoutId: id }));
  return ok(await getCheckout(parts, id));
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, { checkoutId, verdict }: ReviewInput): Promise<Begun> {
  const { viewer, clocks } = parts;
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", checkoutId: (claim.response as { checkoutId: string }).checkoutId };
  const refuse = async (refused: ReviewRefusal): Promise<Begun> => {
    await keys.forget(tx, call);
    return { kind: "REFUSED", refusal: refused };
  };
  if (checkoutId === undefined || !(await findCheckout(tx, checkoutId))) return refuse({ code: "CHECKOUT_NOT_FOUND" });
  const checkout = await getCheckoutForUpdate(tx, checkoutId);
  // Cut off after it was decided: the same key goes on with the same verdict.
  if (claim.kind === "RESUMED" && checkout.reviewVerdict === verdict) {
    await leaseCheckout(tx, checkoutId, LEASE_SECONDS);
    return { kind: "BEGUN", checkout };
  }
  const decided = viewer.userId === null ? undefined : await decideReview(tx, checkoutId, verdict, viewer.userId, LEASE_SECONDS);
  if (!decided) return refuse({ code: "REVIEW_ALREADY_RESOLVED", verdict: checkout.reviewVerdict });
  await writeEvents(tx, [{
    aggregate: "checkout", aggregateId: checkoutId, type: "FraudReviewResolved", occurredAt: clocks.business.now(),
    payload: { checkoutId, verdict, reviewedBy: viewer.userId },
  }]);
  await auditAs(tx, parts, "fraudReviewResolve", "checkout", checkoutId, { verdict });
  return { kind: "BEGUN", checkout: decided };
}

async function getCheckout(parts: Commanded, id: string): Promise<Checkout> {
  const found = await findCheckout(parts.db, id);
  if (!found) throw new Error(`there is no checkout ${id}`);
  return found;
}
