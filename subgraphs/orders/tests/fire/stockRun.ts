import { seeded } from "#platform/seeded.ts";
import { decodeId } from "#schema/values/ids.ts";
import { breachesAfter, shelvesOf, untilQuiet } from "./aftermath.ts";
import { client, count, reviewers, type Tally } from "./clients.ts";
import { type Kills, startCrew } from "./crew.ts";
import { type CartLines, openFireShop } from "./fireShop.ts";
import { tellOf } from "./report.ts";

export interface StockRun {
  readonly seed: number;
  readonly buyers: number;
  /** Units of each variant. */
  readonly units: number;
  readonly variants: number;
  readonly processes: number;
  readonly kills: Kills;
}

/**
 * Everybody buys at once while processes die. Nobody takes another's unit for good: who was told that there is not enough while units
 * were held by those who died comes back when all is quiet, until nothing is left that anybody wants.
 */
export async function buyUnderFire({ seed, buyers, units, variants, processes, kills }: StockRun) {
  const started = performance.now();
  const random = seeded(seed);
  await using shop = await openFireShop();
  const ids = await shop.stock(Array.from({ length: variants }, (_, index) => ({ price: 250 + 50 * (index % 7), units })));
  const wanted = Array.from({ length: buyers }, (): CartLines => (variants === 1 ? [[ids[0] as string, 1]] : someOf(ids, random)));
  const carts = await shop.carts(wanted);
  const tally: Tally = {};
  const told = new Map<string, string>();
  await using crew = await startCrew({ config: shop.config, random, kills, processes });
  const { ask } = client(crew.graph, tally);
  const buy = async (cartId: string): Promise<void> => {
    const answer = await ask("checkoutComplete", { cartId });
    count(tally, answer["__typename"]);
    if (answer["__typename"] === "CheckoutCompleteSuccess") told.set(cartId, answer["order"].id);
  };
  const people = reviewers(crew.graph, tally);
  crew.ignite();
  await Promise.all(carts.map(buy));
  crew.calm();
  const firstWave = { ...tally };
  await untilQuiet(shop, crew);
  let cameBack = 0;
  for (;;) {
    const left = await shelvesOf(shop, ids);
    const late = carts.find((cartId, index) => !told.has(cartId) && wanted[index]?.every(([id, quantity]) => (left.get(id)?.onHand ?? 0) - (left.get(id)?.reserved ?? 0) >= quantity));
    if (late === undefined) break;
    cameBack += 1;
    await buy(late);
  }
  const reviews = await people.stop();
  await untilQuiet(shop, crew);
  const breaches = await breachesAfter(shop);
  const orders = await shop.rows<{ id: string; cart_id: string }>("select id, cart_id from orders.orders where source = 'API'");
  const byCart = new Map(orders.map((order) => [order.cart_id, order.id]));
  const sold = await shop.rows<{ id: string; units: number }>("select variant_id as id, sum(quantity)::int as units from orders.order_lines where variant_id = any($1) group by 1", [ids]);
  const report = tellOf(crew, { scenario: "stock", seed, orders: orders.length, answers: firstWave, breaches, started }, { buyers, reviews, cameBack });
  return {
    report, breaches, shelves: [...(await shelvesOf(shop, ids)).values()], tally,
    /** Acknowledged orders that are not there, and orders that nobody was told of. */
    lost: [...told].filter(([cartId, orderId]) => byCart.get(decodeId("crt", cartId) ?? "") !== decodeId("ord", orderId)),
    untold: orders.length - told.size,
    soldUnits: sold.reduce((sum, one) => sum + one.units, 0),
  };
}

/** One to five of them, in any order, one or two of each. */
function someOf(ids: readonly string[], random: () => number): CartLines {
  const taken = new Map<string, number>();
  const lines = 1 + Math.floor(random() * 5);
  while (taken.size < lines) taken.set(ids[Math.floor(random() * ids.length)] as string, 1 + Math.floor(random() * 2));
  return [...taken];
}
