import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { inProcessTransport } from "#gateway/fetch/inProcess.ts";
import { paymentsRoute } from "#gateway/payments/paymentsRoute.ts";
import { graphOf } from "#kit/testing/graphOf.ts";
import { testClocks } from "#kit/testing/testClocks.ts";
import { wallClock } from "#platform/clock.ts";
import type { Database } from "#platform/db/database.ts";
import { type Log, silentLog } from "#platform/log.ts";
import { seeded } from "#platform/seeded.ts";
import { sweepUnfinished } from "#subgraphs/orders/commands/sweepUnfinished.ts";
import { createParts } from "#subgraphs/orders/parts.ts";
import { postgresStore } from "#subgraphs/orders/ports/fake/postgresStore.ts";
import { type FakeStripe, startFakeStripe } from "#subgraphs/orders/ports/fakeStripe/startFakeStripe.ts";
import type { WebhookCounts } from "#subgraphs/orders/ports/fakeStripe/webhooks.ts";
import { createStripePayments } from "#subgraphs/orders/ports/stripe/createStripePayments.ts";
import { createOrdersSubgraph } from "#subgraphs/orders/subgraph.ts";
import { shopper } from "#subgraphs/orders/tests/shopper.ts";
import { endLeases } from "#subgraphs/orders/tests/unreliable.ts";
import { decodeId } from "#schema/values/ids.ts";

export interface FireOptions {
  /** As the superuser: to plant and to look. */
  readonly owner: Database;
  /** As martgraph_orders: the shop's. */
  readonly db: Database;
  /** As martgraph_orders: the provider's own connections. */
  readonly books: Database;
  /** How many webhooks are to be told, copies counted. */
  readonly deliveries: number;
  readonly seed: number;
  readonly buyersAtOnce?: number;
}

export interface Fire {
  readonly counts: Readonly<WebhookCounts>;
  readonly buyers: number;
  /** How the buyers were answered. */
  readonly answers: Readonly<Record<string, number>>;
  /** What went wrong on our side; must stay empty. */
  readonly defects: readonly string[];
}

type Shop = ReturnType<typeof shopper>;

/**
 * Buyers who pay, are challenged, declined, cut off, who cancel and dispute, at a Stripe that tells everything by webhook: each event
 * 1 to 5 times, late, out of order, some tries lost, one in twenty forged. Real HTTP both ways. Ends when so many webhooks were told,
 * all have arrived, and the sweeper has ended what nobody came back for.
 */
export async function payUnderFire({ owner, db, books, deliveries, seed, buyersAtOnce = 6 }: FireOptions): Promise<Fire> {
  await owner.raw("update orders.checkout_settings set review_above_units = null, review_first_order_above_units = null, review_person_per_hour = null, review_email_per_hour = null, review_card_per_hour = null, review_declines_per_day = null, block_declines_per_day = null, review_country_mismatch_above_units = null");
  await owner.raw("update catalog.stock_levels set on_hand = 1000000");
  const webhookSecret = `whsec_of_fire_${seed}_${randomUUID()}`;
  const door = createServer();
  await new Promise<void>((listening) => door.listen(0, "127.0.0.1", listening));
  const fake = await startFakeStripe({
    store: postgresStore(books), webhookSecret, retryMs: 100, webhookUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}/webhooks/payments/stripe`,
    faults: { seed, copies: 5, delayMs: 400, loss: 0.05, forged: 0.05, errors: 0.01, lostAnswers: 0.01 },
  });
  const payments = createStripePayments({ apiKey: fake.apiKey, webhookSecret, host: fake.host, port: fake.port, protocol: "http", retries: 1, timeoutMs: 10_000 });
  const defects: string[] = [];
  const log = { ...silentLog, error: (fields: { error?: unknown }, message: string) => void defects.push(`${message}: ${String((fields.error as Error | undefined)?.stack ?? JSON.stringify(fields))}`) } as Log;
  const given = { db, clocks: { business: testClocks.business, wall: wallClock }, log, payments };
  const subgraph = await createOrdersSubgraph({ ...given, sweepSeconds: 0 });
  openDoor(door, paymentsRoute(inProcessTransport(subgraph, log), log));
  const shop = shopper(graphOf(subgraph, [], log));
  const random = seeded(seed);
  const answers: Record<string, number> = {};
  let buyers = 0;
  const buyer = async (): Promise<void> => {
    while (fake.counts.tries + fake.counts.forged < deliveries) {
      buyers += 1;
      const answer = await buyOnce(shop, fake, owner, random).catch(() => "Broken");
      answers[answer] = (answers[answer] ?? 0) + 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: buyersAtOnce }, buyer));
    await fake.idle();
    const parts = createParts(given);
    for (let quiet = 0; quiet < 2;) {
      await endLeases(owner);
      await owner.raw("update orders.checkouts set wake_at = now() - interval '1 second', expires_at = now() - interval '1 second' where state in ('HELD', 'REVIEW', 'UNDOING')");
      const swept = await sweepUnfinished(parts);
      await fake.idle();
      quiet = Object.values(swept).every((count) => count === 0) ? quiet + 1 : 0;
    }
    return { counts: { ...fake.counts }, buyers, answers, defects };
  } finally {
    await subgraph.close();
    await fake.close();
    door.closeAllConnections();
    await new Promise<void>((done) => door.close(() => done()));
  }
}

function openDoor(door: Server, route: ReturnType<typeof paymentsRoute>): void {
  door.on("request", (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    void route.handle(path, request, response, randomUUID()).then((handled) => { if (!handled) response.writeHead(404).end(); });
  });
}

/** One buyer with a story; answers how it ended, as far as they saw. */
async function buyOnce(shop: Shop, fake: FakeStripe, owner: Database, random: () => number): Promise<string> {
  const story = random();
  const token = story < 0.4 ? "pm_card_visa" : story < 0.6 ? "tok_3ds" : story < 0.65 ? "tok_3ds_fails" : story < 0.72 ? "tok_declined" : story < 0.77 ? "tok_lost_answer"
    : story < 0.84 ? "pm_card_createDispute" : story < 0.92 ? "pm_card_refundFail" : "pm_card_pendingRefund";
  const cartId = await shop.cartWith({ [1 + Math.floor(random() * 5)]: 1 + Math.floor(random() * 3) });
  const idempotencyKey = randomUUID();
  let answer = await shop.checkoutComplete(cartId, { idempotencyKey, paymentToken: token });
  if (answer.__typename === "PaymentActionRequired") {
    await fetch(answer.actionUrl as string, { method: "POST", body: new URLSearchParams({ answer: random() < 0.8 ? "approve" : "fail" }) });
    // Half of them close the browser: the webhook alone knows.
    if (random() < 0.5) return "LeftAfterChallenge";
    answer = await shop.checkoutComplete(cartId, { idempotencyKey, paymentToken: token });
  } else if (answer.__typename === "PaymentUnavailable" && random() < 0.5) {
    answer = await shop.checkoutComplete(cartId, { idempotencyKey, paymentToken: token });
  }
  if (answer.__typename === "CheckoutCompleteSuccess") await afterwards(shop, fake, owner, answer.order.id as string, token, random);
  return answer.__typename as string;
}

/** What happens to some payments later: disputes are decided, buyers cancel, people refund at the provider, refunds come back. */
async function afterwards(shop: Shop, fake: FakeStripe, owner: Database, orderId: string, token: string, random: () => number): Promise<void> {
  const { rows: [payment] } = await owner.raw<{ provider_ref: string }>("select provider_ref from orders.payments where order_id = $1", [decodeId("ord", orderId)]);
  const ref = payment?.provider_ref as string;
  const atBank = (command: Parameters<FakeStripe["act"]>[1]) => fake.act(ref, command).catch(() => undefined);
  if (token === "pm_card_createDispute") {
    if (random() < 0.7) await atBank({ type: "CLOSE_DISPUTE", ref: `dp_${ref.slice(3)}`, won: random() < 0.5 });
    return;
  }
  if (random() < 0.35) {
    const made = await atBank({ type: "REFUND", ref: `re_${ref.slice(3)}_${randomUUID().replaceAll("-", "")}`, units: 1n + BigInt(Math.floor(random() * 100)), metadata: {} });
    if (made?.about && token !== "pm_card_visa") await atBank({ type: "SETTLE_REFUND", ref: made.about, state: token === "pm_card_refundFail" ? "FAILED" : "SUCCEEDED" });
  }
  if (random() < 0.3) {
    await shop.orderCancel(orderId).catch(() => undefined);
    for (const refund of (await fake.find(ref))?.refunds ?? []) if (refund.state === "PENDING") await atBank({ type: "SETTLE_REFUND", ref: refund.ref, state: "SUCCEEDED" });
  }
}
