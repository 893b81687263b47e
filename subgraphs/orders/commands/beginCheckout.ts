import { err, ok, type Result } from "#schema/values/result.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import type { Cart } from "../domain/cart.ts";
import type { CartProblem } from "../domain/cartProblems.ts";
import { type Checkout, type PricedRefusal, refusalOfPriced, unitsOf } from "../domain/checkout.ts";
import { priceCart } from "../domain/pricing/priceCart.ts";
import { cardDigestOf } from "../ports/fraud.ts";
import { endCheckout, insertCheckout } from "../queries/checkouts.ts";
import { holdCodes } from "../queries/holdCodes.ts";
import { loadPricing } from "../queries/pricing.ts";
import { type IdempotentCall, LEASE_SECONDS } from "./idempotency.ts";

export interface Shortage {
  readonly variantId: string;
  readonly requested: bigint;
  readonly available: bigint;
}

export type BeginRefusal =
  | PricedRefusal
  | { code: "VARIANT_UNAVAILABLE"; variantId: string }
  | { code: "INSUFFICIENT_STOCK"; shortages: readonly Shortage[] }
  | { code: "CODE_NO_LONGER_VALID"; codes: readonly { code: string; reason: string }[] }
  | { code: "DELIVERY_REQUIRED"; missing: readonly string[] }
  | { code: "DELIVERY_UNAVAILABLE"; reason: string };

export interface BeginInput {
  readonly expectedTotal: string | undefined;
  /** Null where it is not known yet, or the provider's default. */
  readonly paymentToken: string | null;
  readonly isOneCall: boolean;
}

/**
 * First transaction of a purchase: prices and contact are frozen, codes and gift cards held. The cart is locked by the caller. The
 * goods are held afterwards (holdStock), in the reserver's own transaction.
 */
export async function openCheckout({ viewer, clocks }: Commanded, tx: Tx, cart: Cart, call: IdempotentCall, input: BeginInput): Promise<Result<Checkout, BeginRefusal>> {
  const loaded = await loadPricing(tx, cart, clocks.business.now());
  const problem = refusalOfProblems(loaded.problems);
  if (problem) return err(problem);
  const priced = priceCart(loaded.pricing);
  const refusal = refusalOfPriced(priced, input.expectedTotal);
  if (refusal) return err(refusal);
  const checkout = await insertCheckout(tx, {
    id: uuidV7(new Date()), cartId: cart.id, actor: call.actor, operation: call.operation, key: call.key, countryCode: cart.countryCode, priced,
    // Who logs in with a guest's cart in hand buys as themselves.
    userId: cart.userId ?? viewer.userId,
    contact: { email: loaded.delivery.email, address: loaded.delivery.address }, isOneCall: input.isOneCall, cardDigest: cardDigestOf(input.paymentToken),
  }, LEASE_SECONDS);
  const refused = await holdCodes(tx, checkout.id, { userId: checkout.userId, email: checkout.contact.email }, priced);
  if (refused.length === 0) return ok(checkout);
  await endCheckout(tx, checkout.id, "ABANDONED");
  return err({ code: "CODE_NO_LONGER_VALID", codes: refused });
}

/** The first thing that stops the purchase, or undefined. What is short is told by the reserver, which knows it for certain. */
function refusalOfProblems(problems: readonly CartProblem[]): BeginRefusal | undefined {
  const codes: { code: string; reason: string }[] = [];
  for (const problem of problems) {
    if (problem.code === "NO_LONGER_SOLD") return { code: "VARIANT_UNAVAILABLE", variantId: problem.variantId };
    if (problem.code === "DELIVERY_NOT_POSSIBLE") return { code: "DELIVERY_UNAVAILABLE", reason: problem.reason };
    if (problem.code === "DELIVERY_INCOMPLETE") return { code: "DELIVERY_REQUIRED", missing: problem.missing };
    if (problem.code === "CODE_NO_LONGER_APPLIES") codes.push({ code: problem.promotionCode, reason: problem.reason });
  }
  return codes.length > 0 ? { code: "CODE_NO_LONGER_VALID", codes } : undefined;
}

/** The sweeper ends a purchase before its hold does. */
const HOLD_MARGIN_MS = 60 * 60_000;

/** Holds the goods of a purchase, durably; what it holds already is kept. Answers what is short. */
export async function holdStock({ stock }: Pick<Commanded, "stock">, checkout: Checkout): Promise<Shortage[]> {
  const units = unitsOf(checkout);
  const short = await stock.reserve(checkout.id, units, new Date(checkout.expiresAt.getTime() + HOLD_MARGIN_MS), checkout.contact.address?.countryCode ?? checkout.countryCode);
  const requested = new Map(units.map((unit) => [unit.variantId, unit.quantity]));
  return short.map((one) => ({ ...one, requested: requested.get(one.variantId) ?? 0n }));
}
