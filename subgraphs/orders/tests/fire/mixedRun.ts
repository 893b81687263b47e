import { setTimeout as wait } from "node:timers/promises";
import { Database } from "#platform/db/database.ts";
import { seeded } from "#platform/seeded.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createFakePayments } from "../../ports/fake/createFakePayments.ts";
import { SERVICE } from "../webhooks.ts";
import { breachesAfter, untilQuiet } from "./aftermath.ts";
import { client, count, reviewers, SUPPORT, type Tally } from "./clients.ts";
import { type Graph, type Kills, startCrew } from "./crew.ts";
import { openFireShop } from "./fireShop.ts";
import { deliverWebhooks } from "./postman.ts";
import { tellOf } from "./report.ts";

export interface MixedRun {
  readonly seed: number;
  readonly buyers: number;
  readonly processes: number;
  readonly kills: Kills;
}

const SECRET = "whsec_of_the_mixed_fire_0123456789";
const ANSWER_CHALLENGE = "mutation ($ref: ID!, $secret: String!, $approve: Boolean!) { paymentChallengeAnswer(ref: $ref, secret: $secret, approve: $approve) { __typename } }";
const AGAIN = new Set(["PaymentUnavailable"]);

/** What a buyer was told last of their purchase, and of what came after it. */
interface Fate {
  orderId?: string;
  /** A refusal that is final. */
  refused?: string;
  after?: "CANCELLED" | "CAPTURED" | "VOIDED";
}

/**
 * Everything at once: cards that pay, are declined, challenged, whose answer is lost, whose provider is away, that hold money to be
 * taken later, that people look into; purchases given up or forgotten; orders called off; each told by webhook too, late, twice, out of order.
 */
export async function mixUnderFire({ seed, buyers, processes, kills }: MixedRun) {
  const started = performance.now();
  const random = seeded(seed);
  await using shop = await openFireShop();
  const UNITS = 20 * buyers;
  const ids = await shop.stock(Array.from({ length: 8 }, (_, index) => ({ price: 300 + 70 * index, units: UNITS })));
  const carts = await shop.carts(Array.from({ length: buyers }, () => {
    const first = Math.floor(random() * 8);
    return [[ids[first] as string, 1 + Math.floor(random() * 3)], [ids[(first + 3) % 8] as string, 1]];
  }));
  const tally: Tally = {};
  await using crew = await startCrew({ config: shop.config, random, kills, processes, keepEvents: true, webhookSecret: SECRET });
  await using db = Database.open({ ...shop.config, max: 3 });
  const postman = deliverWebhooks(crew.graph, createFakePayments(db, { webhookSecret: SECRET }), random);
  const people = reviewers(crew.graph, tally, (reasons) => (reasons.includes("MEANS_OF_PAYMENT_FLAGGED") && random() < 0.4 ? "REJECT" : "APPROVE"));
  const { ask, once } = client(crew.graph, tally);
  const staff = client(crew.graph, tally, SUPPORT);
  const fates = new Map<string, Fate>();

  /** Pays to the end of what the card does; answers the final answer. */
  async function pay(cartId: string, paymentToken: string | null, more: Record<string, unknown> = {}): Promise<string> {
    const input = { cartId, idempotencyKey: `${cartId}:${paymentToken ?? "card"}`, ...(paymentToken === null ? {} : { paymentToken }), ...more };
    for (;;) {
      const answer = await ask("checkoutComplete", input, paymentToken === "tok_unavailable" ? undefined : AGAIN);
      const kind = answer["__typename"] as string;
      if (kind === "PaymentActionRequired") {
        // The payer's bank and the shop's page do not wait for each other.
        await Promise.all([answerChallenge(crew.graph, answer["actionUrl"] as string, random() < 0.8), random() < 0.5 ? once("checkoutComplete", input) : wait(random() * 100)]);
        continue;
      }
      count(tally, kind === "PaymentDeclined" ? `${kind} ${answer["reason"]}` : kind);
      if (kind === "CheckoutCompleteSuccess") fates.set(cartId, { orderId: answer["order"].id });
      else fates.set(cartId, { refused: kind });
      return kind;
    }
  }
  const paymentOf = async (cartId: string): Promise<string> => {
    const [row] = await shop.rows<{ id: string }>("select p.id from orders.payments p join orders.orders o on o.id = p.order_id where o.cart_id = $1", [decodeId("crt", cartId)]);
    return encodeId("pay", row?.id ?? "");
  };
  const after = (cartId: string, what: Fate["after"]) => void fates.set(cartId, { ...fates.get(cartId), ...(what ? { after: what } : {}) });

  const stories: Record<string, (cartId: string) => Promise<unknown>> = {
    pays: (cartId) => pay(cartId, null),
    declinedThenPays: async (cartId) => { await pay(cartId, random() < 0.5 ? "tok_declined" : "tok_insufficient_funds"); await pay(cartId, "tok_second_card"); },
    challenged: (cartId) => pay(cartId, "tok_3ds"),
    challengeFails: (cartId) => pay(cartId, "tok_3ds_fails"),
    answerLost: (cartId) => pay(cartId, "tok_lost_answer"),
    providerAway: async (cartId) => { if ((await pay(cartId, "tok_unavailable")) === "PaymentUnavailable") await pay(cartId, "tok_second_card"); },
    lookedInto: (cartId) => pay(cartId, "tok_review"),
    inTwoCalls: async (cartId) => {
      const begun = await ask("checkoutStart", { cartId }, AGAIN);
      if (begun["__typename"] === "CheckoutStartSuccess") await pay(cartId, random() < 0.5 ? null : "tok_3ds", { checkoutId: begun["checkout"].id });
    },
    forgets: async (cartId) => { count(tally, `forgets ${(await ask("checkoutStart", { cartId }, AGAIN))["__typename"]}`); },
    givesUp: async (cartId) => {
      await ask("checkoutStart", { cartId }, AGAIN);
      count(tally, `gives up ${(await ask("checkoutCancel", { cartId }, AGAIN))["__typename"]}`);
    },
    callsOff: async (cartId) => {
      if ((await pay(cartId, null)) !== "CheckoutCompleteSuccess") return;
      const answer = await ask("orderCancel", { orderId: fates.get(cartId)?.orderId, guestKey: cartId }, AGAIN);
      count(tally, `calls off ${answer["__typename"]}`);
      if (answer["__typename"] === "OrderCancelSuccess") after(cartId, "CANCELLED");
    },
    heldThenTaken: async (cartId) => {
      if ((await pay(cartId, "tok_manual")) !== "CheckoutCompleteSuccess") return;
      const [verb, what] = random() < 0.7 ? (["paymentCapture", "CAPTURED"] as const) : (["paymentVoid", "VOIDED"] as const);
      const answer = await staff.ask(verb, { paymentId: await paymentOf(cartId) }, AGAIN);
      count(tally, `${verb} ${answer["__typename"]}`);
      if ((answer["__typename"] as string).endsWith("Success")) after(cartId, what);
    },
  };
  const names = Object.keys(stories);
  crew.ignite();
  await Promise.all(carts.map((cartId, index) => (stories[names[index % names.length] as string] as (cartId: string) => Promise<unknown>)(cartId)));
  crew.calm();
  // The time of those who forgot is up.
  await shop.rows("update orders.checkouts set expires_at = now(), wake_at = now() where state = 'HELD' and not is_one_call");
  await untilQuiet(shop, crew);
  const reviews = await people.stop();
  const delivered = await postman.stop();
  await untilQuiet(shop, crew);

  const breaches = await breachesAfter(shop);
  const orders = await shop.rows<{ id: string; cart_id: string; state: string; payment: string }>(
    "select o.id, o.cart_id, o.state, (select min(p.state) from orders.payments p where p.order_id = o.id) as payment from orders.orders o where o.source = 'API'");
  const byCart = new Map(orders.map((order) => [order.cart_id, order]));
  const wrong = carts.flatMap((cartId): object[] => {
    const [fate, order] = [fates.get(cartId) ?? {}, byCart.get(decodeId("crt", cartId) ?? "")];
    if (isAsTold(fate, order && { id: encodeId("ord", order.id), state: order.state, payment: order.payment })) return [];
    return [{ cartId, fate, order: order ?? null }];
  });
  const [books] = await shop.rows<{ ours: number; theirs: number }>(
    `select (select coalesce(sum(units), 0)::int from orders.ledger_entries where account = 'provider:fake') as ours,
      (select coalesce(sum(captured_units - refunded_units), 0)::int from payment_fake.intents) as theirs`);
  const report = tellOf(crew, { scenario: "mixed", seed, orders: orders.length, answers: tally, breaches, started }, { buyers, reviews, delivered });
  return { report, breaches, wrong, books, tally };
}

/** Whether the shop's books say of a purchase what its buyer was told. */
function isAsTold(fate: Fate, order: { id: string; state: string; payment: string } | undefined): boolean {
  if (fate.orderId === undefined) return order === undefined;
  if (order?.id !== fate.orderId) return false;
  if (fate.after === "CANCELLED") return order.state === "CANCELLED" && order.payment !== "CAPTURED";
  if (fate.after === "VOIDED") return order.payment === "VOIDED";
  return order.state !== "CANCELLED" && (fate.after === undefined || order.payment === "CAPTURED");
}

async function answerChallenge(graph: Graph, actionUrl: string, approve: boolean): Promise<void> {
  const url = new URL(actionUrl, "http://shop.example");
  await graph.as(SERVICE).run(ANSWER_CHALLENGE, { ref: url.pathname.split("/").at(-1), secret: url.searchParams.get("secret"), approve });
}
