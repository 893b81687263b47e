import { err, ok, type Result } from "#schema/values/result.ts";
import { uuidV7 } from "#schema/values/ids.ts";
import type { Tx } from "#platform/db/database.ts";
import { actorOf, type Commanded } from "../context.ts";
import { quote, type QuoteRefusal } from "../domain/checkout.ts";
import type { Order } from "../domain/order.ts";
import { type ChargeOutcome, PaymentsUnavailable } from "../ports/payments.ts";
import { listCartLines } from "../queries/carts.ts";
import { listSellable, reserveStock } from "../queries/catalogue.ts";
import { type Checkout, findHeldCheckout, findLiveCheckout, insertCheckout, leaseCheckout } from "../queries/checkouts.ts";
import { getOrder } from "../queries/orders.ts";
import { type CartRefusal, findUsableCart } from "./findUsableCart.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { CHECKOUT, settleCheckout, type Settled, type StoredCheckout } from "./settleCheckout.ts";
import { settleUnfinished } from "./sweepUnfinished.ts";

export interface Shortage {
  readonly variantId: string;
  readonly requested: bigint;
  readonly available: bigint;
}

export type CheckoutRefusal =
  | CartRefusal
  | QuoteRefusal
  | IdempotencyRefusal
  | { code: "INSUFFICIENT_STOCK"; shortages: readonly Shortage[] }
  | { code: "PAYMENT_DECLINED"; reason: string }
  | { code: "PAYMENT_UNAVAILABLE" };

export interface CheckoutInput {
  /** Undefined where the id names no cart at all. */
  readonly cartId: string | undefined;
  readonly key: string;
  readonly expectedTotal: string | undefined;
  readonly paymentToken: string | null;
}

type Begun =
  | { kind: "REFUSED"; refusal: CheckoutRefusal }
  | { kind: "ANSWERED"; answer: StoredCheckout }
  /** An earlier purchase of this cart was cut off; what became of its charge has to be known first. */
  | { kind: "BLOCKED"; by: Checkout }
  | { kind: "BEGUN"; checkout: Checkout; requested: ReadonlyMap<string, bigint> };

/** Only as a sign for people who look at the reservations: who lets units go is the checkout itself, whatever the time. */
const HOLD_MS = 15 * 60_000;
const ROUNDS = 3;

/**
 * Buys what is in a cart. First transaction: take the key, fix prices, hold the stock. Then the provider is asked, outside of any
 * transaction. Second transaction: the order (settleCheckout). Cut off anywhere, the same key goes on where it stopped, and the
 * sweeper does when nobody comes back; the provider charges a checkout once, however often it is asked.
 */
export async function checkoutComplete(parts: Commanded, input: CheckoutInput): Promise<Result<Order, CheckoutRefusal>> {
  const badKey = checkKey(input.key);
  if (badKey) return err(badKey);
  const { key, ...content } = input;
  const call: IdempotentCall = { actor: actorOf(parts.viewer), operation: CHECKOUT, key, content };
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = await parts.db.tx((tx) => begin(parts, tx, call, input), { retries: 3 });
    if (begun.kind === "REFUSED") return err(begun.refusal);
    if (begun.kind === "ANSWERED") return answer(parts, begun.answer);
    if (begun.kind === "BLOCKED") {
      if (!(await settleUnfinished(parts, begun.by))) return err({ code: "CART_BUSY" });
      continue;
    }
    const settled = await pay(parts, call, begun.checkout);
    if (!settled) return err({ code: "PAYMENT_UNAVAILABLE" });
    if (settled.state === "COMPLETED") return ok(settled.order);
    if (settled.state === "DECLINED") return err({ code: "PAYMENT_DECLINED", reason: settled.reason });
    if (settled.shortages.length > 0) return err({ code: "INSUFFICIENT_STOCK", shortages: toShortages(settled.shortages, begun.requested) });
    // The sweeper had given this checkout up in between and freed the key: begin anew.
  }
  return err({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: 1 });
}

async function begin(parts: Commanded, tx: Tx, call: IdempotentCall, input: CheckoutInput): Promise<Begun> {
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED", answer: claim.response as StoredCheckout };
  const earlier = claim.kind === "RESUMED" ? await findHeldCheckout(tx, call.actor, call.key) : undefined;
  if (earlier) {
    await leaseCheckout(tx, earlier.id, LEASE_SECONDS);
    return { kind: "BEGUN", checkout: earlier, requested: new Map() };
  }
  const begun = await open(parts, tx, call, input);
  // Nothing has moved, so nothing is kept: the same key may succeed once the reason is gone.
  if (begun.kind !== "BEGUN") await keys.forget(tx, call);
  return begun;
}

async function open({ viewer, clocks }: Commanded, tx: Tx, call: IdempotentCall, input: CheckoutInput): Promise<Begun> {
  const refused = (refusal: CheckoutRefusal): Begun => ({ kind: "REFUSED", refusal });
  const cart = await findUsableCart(tx, input.cartId, viewer);
  if (!cart.ok) return refused(cart.error);
  const { id: cartId, currency, countryCode, userId } = cart.value;
  const live = await findLiveCheckout(tx, cartId);
  if (live) return live.isLeased ? refused({ code: "CART_BUSY" }) : { kind: "BLOCKED", by: live };
  const lines = await listCartLines(tx, [cartId]);
  const onSale = await listSellable(tx, lines.map((line) => line.variantId), currency);
  const quoted = quote(lines, new Map(onSale.map((variant) => [variant.variantId, variant])), currency, input.expectedTotal);
  if (!quoted.ok) return refused(quoted.error);
  const wall = clocks.wall.now();
  const checkout: Checkout = {
    id: uuidV7(wall), cartId, actor: call.actor, key: call.key, state: "HELD", countryCode, total: quoted.value.total, paymentToken: input.paymentToken, isLeased: true,
    // Who logs in with a guest's cart in hand buys as themselves.
    userId: userId ?? viewer.userId,
  };
  const requested = new Map(quoted.value.lines.map((line) => [line.variantId, line.quantity]));
  const short = await reserveStock(tx, checkout.id, quoted.value.lines, new Date(wall.getTime() + HOLD_MS));
  if (short.length > 0) return refused({ code: "INSUFFICIENT_STOCK", shortages: toShortages(short, requested) });
  await insertCheckout(tx, checkout, quoted.value.lines, LEASE_SECONDS);
  return { kind: "BEGUN", checkout, requested };
}

/** Undefined when the provider did not say what became of the charge; then the same key may go on at once. */
async function pay(parts: Commanded, call: IdempotentCall, checkout: Checkout): Promise<Settled | undefined> {
  try {
    const outcome: ChargeOutcome = await parts.payments.charge({ key: checkout.id, amount: checkout.total, token: checkout.paymentToken });
    return await settleCheckout(parts, checkout, outcome);
  } catch (error) {
    await Promise.allSettled([keys.release(parts.db, call), leaseCheckout(parts.db, checkout.id, 0)]);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ checkoutId: checkout.id, error }, "the payment provider did not answer");
    return undefined;
  }
}

async function answer(parts: Commanded, stored: StoredCheckout): Promise<Result<Order, CheckoutRefusal>> {
  return "orderId" in stored ? ok(await getOrder(parts.db, stored.orderId)) : err({ code: "PAYMENT_DECLINED", reason: stored.declined });
}

function toShortages(short: readonly { variantId: string; available: bigint }[], requested: ReadonlyMap<string, bigint>): Shortage[] {
  return short.map((one) => ({ ...one, requested: requested.get(one.variantId) ?? 0n }));
}
