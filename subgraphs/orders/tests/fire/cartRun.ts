import { setTimeout as wait } from "node:timers/promises";
import { seeded } from "#platform/seeded.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { breachesAfter, untilQuiet } from "./aftermath.ts";
import { client, count, reviewers, type Tally } from "./clients.ts";
import { type Kills, startCrew } from "./crew.ts";
import { openFireShop } from "./fireShop.ts";
import { tellOf } from "./report.ts";

export interface CartRun {
  readonly seed: number;
  readonly buyers: number;
  readonly processes: number;
  readonly kills: Kills;
}

/**
 * ACIDRain's attack on carts: while one connection buys the cart, others put dear goods into it. Whatever moment they hit, the order is
 * what was quoted, what was charged is its total, and what the cart holds afterwards is what was bought.
 */
export async function attackCarts({ seed, buyers, processes, kills }: CartRun) {
  const started = performance.now();
  const random = seeded(seed);
  await using shop = await openFireShop();
  const [cheap, dear] = (await shop.stock([{ price: 250, units: 10 * buyers }, { price: 9_950, units: 30 * buyers }])) as [string, string];
  const carts = await shop.carts(Array.from({ length: buyers }, () => [[cheap, 1]]));
  const tally: Tally = {};
  await using crew = await startCrew({ config: shop.config, random, kills, processes });
  const { ask, once } = client(crew.graph, tally);
  const told = new Map<string, string>();
  const mistold: string[] = [];
  const [cheapId, dearId] = [encodeId("var", cheap), encodeId("var", dear)];

  const attack = async (cartId: string): Promise<void> => {
    const changes = [
      () => once("cartLinesAdd", { cartId, lines: [{ variantId: dearId, quantity: 1 }] }),
      () => once("cartLinesSet", { cartId, lines: [{ variantId: dearId, quantity: 5 }] }),
      () => once("cartLinesSet", { cartId, lines: [{ variantId: cheapId, quantity: 3 }] }),
      () => once("cartLinesSet", { cartId, lines: [{ variantId: cheapId, quantity: 0 }, { variantId: dearId, quantity: 2 }] }),
    ];
    for (let tries = 1 + Math.floor(random() * 3); tries > 0; tries -= 1) {
      await wait(random() * 150);
      const answer = await (changes[Math.floor(random() * changes.length)] as (typeof changes)[number])();
      count(tally, `change ${answer["__typename"]}`);
    }
  };
  const buy = async (cartId: string): Promise<void> => {
    let expectedTotal = random() < 0.5 ? "2.50" : undefined;
    const inTwoCalls = random() < 0.5;
    // A quick machine would have begun every purchase before the first change came.
    await wait(random() * 150);
    for (;;) {
      const expects = expectedTotal === undefined ? {} : { expectedTotal };
      if (inTwoCalls) {
        const begun = await ask("checkoutStart", { cartId, ...expects });
        if (begun["__typename"] === "PriceChanged") { count(tally, "PriceChanged"); expectedTotal = undefined; continue; }
        if (begun["__typename"] === "CheckoutStartSuccess") {
          const answer = await ask("checkoutComplete", { cartId, checkoutId: begun["checkout"].id });
          // What was quoted is what is charged, whatever the cart went through since.
          if (hear(cartId, answer, begun["checkout"].totals.total.amount)) return;
          continue;
        }
      }
      if (hear(cartId, await ask("checkoutComplete", { cartId, ...expects }), expectedTotal)) return;
      expectedTotal = undefined;
    }
  };
  /** Whether it is bought. */
  function hear(cartId: string, answer: Record<string, unknown>, expected: string | undefined): boolean {
    const kind = answer["__typename"] as string;
    count(tally, kind);
    if (kind !== "CheckoutCompleteSuccess") return kind === "CartAlreadyOrdered";
    const order = answer["order"] as { id: string; total: { amount: string }; lines: { nodes: { amount: { amount: string } }[] } };
    const lines = order.lines.nodes.reduce((sum, line) => sum + Math.round(Number(line.amount.amount) * 100), 0);
    if (lines !== Math.round(Number(order.total.amount) * 100) || (expected !== undefined && expected !== order.total.amount)) mistold.push(JSON.stringify({ order, expected }));
    told.set(cartId, order.id);
    return true;
  }
  const people = reviewers(crew.graph, tally);
  crew.ignite();
  await Promise.all(carts.map((cartId) => Promise.all([buy(cartId), attack(cartId), attack(cartId)])));
  crew.calm();
  const reviews = await people.stop();
  await untilQuiet(shop, crew);
  const breaches = await breachesAfter(shop);
  const orders = await shop.rows<{ id: string; cart_id: string }>("select id, cart_id from orders.orders where source = 'API'");
  const byCart = new Map(orders.map((order) => [order.cart_id, order.id]));
  const changedSince = await shop.rows(
    `select o.number, (select array_agg((l.variant_id, l.quantity)::text order by 1) from orders.order_lines l where l.order_id = o.id) as bought,
      (select array_agg((c.variant_id, c.quantity)::text order by 1) from orders.cart_lines c where c.cart_id = o.cart_id) as in_cart
     from orders.orders o where o.source = 'API' and (select array_agg((l.variant_id, l.quantity)::text order by (l.variant_id, l.quantity)::text) from orders.order_lines l where l.order_id = o.id)
       is distinct from (select array_agg((c.variant_id, c.quantity)::text order by (c.variant_id, c.quantity)::text) from orders.cart_lines c where c.cart_id = o.cart_id)`);
  const [{ dear_orders: dearOrders } = { dear_orders: 0 }] = await shop.rows<{ dear_orders: number }>("select count(distinct order_id)::int as dear_orders from orders.order_lines where variant_id = $1", [dear]);
  const report = tellOf(crew, { scenario: "cart", seed, orders: orders.length, answers: tally, breaches, started }, { buyers, reviews, dearOrders });
  return { report, breaches, mistold, changedSince, lost: [...told].filter(([cartId, orderId]) => byCart.get(decodeId("crt", cartId) ?? "") !== decodeId("ord", orderId)), tally };
}
