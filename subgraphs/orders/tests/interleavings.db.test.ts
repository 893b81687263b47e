import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { proofMode } from "#platform/config.ts";
import { silentLog } from "#platform/log.ts";
import { encodeId } from "#schema/values/ids.ts";
import { sweepUnfinished } from "../commands/sweepUnfinished.ts";
import { createParts } from "../parts.ts";
import { createFakePayments, type FakePayments } from "../ports/fake/createFakePayments.ts";
import type { PaymentProvider } from "../ports/paymentProvider.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { breachesOf } from "./books.ts";
import { till } from "./till.ts";

// Purchases of three carts by whoever comes, in generated orders and at generated moments: what a simple model says must hold after
// each history, and the audit after every few. The scheduler decides which provider call answers first, so one call's effects fall
// between another's transactions.
let scheduler: fc.Scheduler | undefined;
const scheduled = (payments: PaymentProvider): PaymentProvider => {
  const slow = <Args extends unknown[], T>(name: string, call: (...args: Args) => Promise<T>) => async (...args: Args): Promise<T> => {
    const answer = await call(...args);
    return scheduler ? scheduler.schedule(Promise.resolve(answer), name) : answer;
  };
  return {
    name: payments.name, readEvent: payments.readEvent, open: slow("open", payments.open), confirm: slow("confirm", payments.confirm), find: slow("find", payments.find),
    capture: slow("capture", payments.capture), cancel: slow("cancel", payments.cancel), refund: slow("refund", payments.refund),
  };
};
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, payments: scheduled(createFakePayments(deps.db)), sweepSeconds: 0 }));

const TOKENS = ["tok_pays", "tok_declined", "tok_3ds", "tok_3ds_fails", "tok_manual", "tok_review"] as const;
const cart = fc.nat({ max: 2 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("START" as const), cart }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("PAY" as const), cart, token: fc.constantFrom(...TOKENS), key: fc.nat({ max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("ANSWER" as const), cart, approved: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("GIVE_UP" as const), cart }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("EXPIRE" as const), cart }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("REFUND" as const), cart }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("CAPTURE" as const), cart, amount: fc.constantFrom(undefined, "1.00") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("VOID" as const), cart }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("SWEEP" as const), cart }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

interface Seen { bought: Set<string>; refunded: Set<string> }

/** What is known of a cart from the answers alone. */
const newModel = (): Seen => ({ bought: new Set(), refunded: new Set() });
const TOTAL = 300;
const A_PART = 100;

async function play(steps: readonly Step[], bank: FakePayments): Promise<void> {
  const guest = till(slice.graph);
  const support = till(slice.graph, { userId: SMALL_SHOP.sam, roles: ["SUPPORT"], vendorIds: [] });
  const carts = await Promise.all([0, 1, 2].map(() => guest.cartWith({ 1: 2 })));
  const keys = carts.map(() => [randomUUID(), randomUUID(), randomUUID()]);
  const models = carts.map(newModel);
  const uuidOf = (cartId: string) => cartId.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const perform = async (one: Step): Promise<void> => {
    const [cartId, model] = [carts[one.cart] as string, models[one.cart] as Seen];
    if (one.do === "START") await guest.checkoutStart({ cartId });
    if (one.do === "PAY") {
      const answer = await guest.pay({ cartId, idempotencyKey: `${keys[one.cart]?.[one.key]}:${one.token}`, paymentToken: one.token });
      if (answer["order"]) model.bought.add(answer["order"].id);
      // Once it is bought, nobody is told otherwise.
      else if (model.bought.size > 0) expect(["CartAlreadyOrdered", "PaymentDeclined", "RequestInProgress", "CartBusy"]).toContain(answer["__typename"]);
    }
    if (one.do === "ANSWER") {
      const { rows: [live] } = await slice.owner.raw<{ secret: string }>("select i.client_secret as secret from payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout' where k.cart_id = $1 and i.state = 'REQUIRES_ACTION' limit 1", [uuidOf(cartId)]);
      if (live) await bank.answerChallenge(live.secret.split("_secret")[0] as string, live.secret, one.approved);
    }
    if (one.do === "GIVE_UP") await guest.checkoutCancel({ cartId });
    if (one.do === "EXPIRE") await slice.owner.raw("update orders.checkouts set expires_at = now() - interval '1 second', wake_at = now() - interval '1 second' where cart_id = $1 and state in ('HELD', 'REVIEW')", [uuidOf(cartId)]);
    if (one.do === "REFUND") for (const id of model.bought) if ((await support.orderCancel(id)).refund) model.refunded.add(id);
    if (one.do === "CAPTURE" || one.do === "VOID") for (const id of model.bought) {
      const card = (await support.orderMoney(id))["payments"].find((payment: { method: string }) => payment.method === "CARD");
      if (card) await (one.do === "VOID" ? support.paymentVoid({ paymentId: card.id }) : support.paymentCapture({ paymentId: card.id, ...(one.amount ? { amount: one.amount } : {}) }));
    }
    if (one.do === "SWEEP") await sweepUnfinished(createParts({ db: slice.db, clocks: testClocks, log: silentLog, payments: scheduled(bank) }));
  };
  // Two actors: what stands at even places, and at odd ones.
  const actors = [0, 1].map((actor) => (async () => { for (const one of steps.filter((_, index) => index % 2 === actor)) await perform(one); })());
  await scheduler?.waitFor(Promise.all(actors));

  // Whatever is still under way runs out.
  scheduler = undefined;
  await slice.owner.raw("update orders.checkouts set expires_at = now() - interval '1 second', wake_at = now() - interval '1 second', lease_until = now() - interval '1 second' where state in ('HELD', 'REVIEW') or undo_since is not null");
  const sweeper = createParts({ db: slice.db, clocks: testClocks, log: silentLog });
  for (let left = 5; left > 0 && (await sweepUnfinished(sweeper)).checkouts > 0; left -= 1);

  for (const [index, cartId] of carts.entries()) {
    const model = models[index] as Seen;
    const { rows } = await slice.owner.raw<{ id: string; total: number; state: string; kept: number }>(
      `select o.id, o.total_units::int as total, o.state, (select sum(p.amount_units - p.refunded_units)::int from orders.payments p where p.order_id = o.id) as kept from orders.orders o where o.cart_id = $1`, [uuidOf(cartId)]);
    const { rows: [money] } = await slice.owner.raw<{ kept: number }>("select coalesce(sum(i.captured_units - i.refunded_units), 0)::int as kept from payment_fake.intents i join orders.checkouts k on k.id::text = i.metadata ->> 'martgraph_checkout' where k.cart_id = $1", [uuidOf(cartId)]);
    expect(rows.length).toBeLessThanOrEqual(1);
    expect(model.bought.size).toBeLessThanOrEqual(1);
    // Every success that was told stands; money at the provider is the order's money, and nothing else.
    for (const id of model.bought) expect(encodeId("ord", rows[0]?.id as string)).toBe(id);
    expect(money?.kept).toBe(rows[0]?.kept ?? 0);
    if (rows[0]) expect([rows[0].total, rows[0].state === "CANCELLED" ? 0 : [0, A_PART, TOTAL].includes(rows[0].kept) ? 0 : rows[0].kept]).toEqual([TOTAL, 0]);
    if (model.refunded.size > 0) expect(rows[0]).toMatchObject({ state: "CANCELLED", kept: 0 });
  }
}

test("checkout, pay, challenge, give up, capture, void, cancel and expire in scheduled interleavings: a simple model and the books agree", async () => {
  const bank = createFakePayments(slice.db);
  const histories = proofMode() ? 20_000 : 200;
  await slice.owner.raw("update catalog.stock_levels set on_hand = 1000000000 where variant_id = $1", [SMALL_SHOP.variant(1)]).catch(() => undefined);
  await slice.owner.raw("update orders.checkout_settings set review_person_per_hour = null, review_email_per_hour = null, review_card_per_hour = null, review_declines_per_day = null, block_declines_per_day = null");
  let played = 0;
  await fc.assert(fc.asyncProperty(fc.scheduler(), fc.array(step, { minLength: 2, maxLength: 10 }), async (given, steps) => {
    scheduler = given;
    await play(steps, bank);
    played += 1;
    if (played % (proofMode() ? 500 : 50) === 0) expect(await breachesOf(slice.owner)).toEqual([]);
  }), { numRuns: histories, endOnFailure: true });
  expect(await breachesOf(slice.owner)).toEqual([]);
}, proofMode() ? 6 * 3_600_000 : 300_000);
