import { seeded } from "#platform/seeded.ts";
import { decodeId } from "#schema/values/ids.ts";
import { desk } from "../promotions/desk.ts";
import { breachesAfter, untilQuiet } from "./aftermath.ts";
import { client, count, reviewers, type Tally } from "./clients.ts";
import { type Kills, startCrew } from "./crew.ts";
import { openFireShop } from "./fireShop.ts";
import { tellOf } from "./report.ts";

export interface CodesRun {
  readonly seed: number;
  readonly buyers: number;
  readonly processes: number;
  readonly kills: Kills;
}

const CODE = "FIRE100";

/** Everybody wants the same voucher. Half of those who do not get it buy without; the others come back while a use is left. */
export async function redeemUnderFire({ seed, buyers, uses, processes, kills }: CodesRun & { readonly uses: number }) {
  const started = performance.now();
  const random = seeded(seed);
  await using shop = await openFireShop();
  const [id] = (await shop.stock([{ price: 250, units: buyers }])) as [string];
  const carts = await shop.carts(Array.from({ length: buyers }, () => [[id, 1]]));
  const tally: Tally = {};
  await using crew = await startCrew({ config: shop.config, random, kills, processes });
  const promotion = await desk(crew.graph).promotion({ usageLimit: uses }, [CODE]);
  const promotionId = decodeId("prm", promotion.id);
  await shop.rows("insert into orders.cart_codes (cart_id, code_id, position) select c, (select id from orders.promotion_codes where promotion_id = $2), 1 from unnest($1::uuid[]) as c", [carts.map((cart) => decodeId("crt", cart)), promotionId]);
  const { ask } = client(crew.graph, tally);
  const told = new Map<string, string>();
  const buy = async (cartId: string): Promise<string> => {
    const answer = await ask("checkoutComplete", { cartId });
    count(tally, answer["__typename"]);
    if (answer["__typename"] === "CheckoutCompleteSuccess") told.set(cartId, answer["order"].total.amount);
    return answer["__typename"];
  };
  const people = reviewers(crew.graph, tally);
  crew.ignite();
  await Promise.all(carts.map(async (cartId, index) => {
    if ((await buy(cartId)) !== "CodeNoLongerValid" || index % 2 === 0) return;
    await ask("cartRemoveCode", { cartId, code: CODE });
    await buy(cartId);
  }));
  crew.calm();
  await untilQuiet(shop, crew);
  const counter = async () => (await shop.rows<{ used: number; held: number }>("select used::int, held::int from orders.promotion_uses where promotion_id = $1", [promotionId]))[0];
  let cameBack = 0;
  for (const cartId of carts) {
    if (((await counter())?.used ?? 0) >= uses) break;
    if (told.has(cartId)) continue;
    cameBack += 1;
    await buy(cartId);
  }
  const reviews = await people.stop();
  await untilQuiet(shop, crew);
  const breaches = await breachesAfter(shop);
  const [after] = await shop.rows<{ orders: number; discounted: number; redeemed: number; off: number[] }>(
    `select (select count(*)::int from orders.orders where source = 'API') as orders, (select count(distinct order_id)::int from orders.order_discounts where promotion_id = $1) as discounted,
      (select count(*)::int from orders.promotion_redemptions where promotion_id = $1 and state = 'USED') as redeemed,
      (select array_agg(distinct discount_units::int) from orders.orders where source = 'API' and discount_units > 0) as off`, [promotionId]);
  const report = tellOf(crew, { scenario: "voucher", seed, orders: after?.orders ?? 0, answers: tally, breaches, started }, { buyers, reviews, cameBack, discounted: after?.discounted });
  return { report, breaches, after, counter: await counter(), told: told.size, toldDiscounted: [...told.values()].filter((total) => total === "2.25").length, tally };
}

/** One gift card in every cart, with far less on it than they come to. Whoever is told that it does not reach any more tries again: the rest is paid by card. */
export async function spendUnderFire({ seed, buyers, processes, kills }: CodesRun) {
  const started = performance.now();
  const random = seeded(seed);
  await using shop = await openFireShop();
  const [id] = (await shop.stock([{ price: 70, units: 10 * buyers }])) as [string];
  const tally: Tally = {};
  await using crew = await startCrew({ config: shop.config, random, kills, processes });
  const balance = Math.floor((buyers * 70) / 3.5);
  const cardId = decodeId("gft", (await desk(crew.graph).giftCard((balance / 100).toFixed(2))).id);
  const cartsWithCard = async (many: number): Promise<string[]> => {
    const carts = await shop.carts(Array.from({ length: many }, () => [[id, 1]]));
    await shop.rows("insert into orders.cart_gift_cards (cart_id, gift_card_id, position) select c, $2, 1 from unnest($1::uuid[]) as c", [carts.map((cart) => decodeId("crt", cart)), cardId]);
    return carts;
  };
  const carts = await cartsWithCard(buyers);
  const { ask } = client(crew.graph, tally);
  const buy = async (cartId: string): Promise<void> => {
    for (;;) {
      const answer = await ask("checkoutComplete", { cartId });
      count(tally, answer["__typename"]);
      if (answer["__typename"] !== "CodeNoLongerValid") return;
    }
  };
  const people = reviewers(crew.graph, tally);
  crew.ignite();
  await Promise.all(carts.map(buy));
  crew.calm();
  await untilQuiet(shop, crew);
  const card = async () => (await shop.rows<{ balance: number; held: number }>("select balance_units::int as balance, held_units::int as held from orders.gift_cards where id = $1", [cardId]))[0];
  let cameLate = 0;
  // What was held by the dead while the others paid is spent by who comes later.
  while (((await card())?.balance ?? 0) > 0 && cameLate < buyers) {
    cameLate += 1;
    await buy((await cartsWithCard(1))[0] as string);
  }
  const reviews = await people.stop();
  await untilQuiet(shop, crew);
  const breaches = await breachesAfter(shop);
  const [after] = await shop.rows<{ orders: number; spent: number; paid: number; owed: number }>(
    `select (select count(*)::int from orders.orders where source = 'API') as orders, (select -coalesce(sum(units), 0)::int from orders.gift_card_movements where kind = 'SPENT') as spent,
      (select coalesce(sum(amount_units), 0)::int from orders.payments where method = 'GIFT_CARD') as paid,
      (select -coalesce(sum(units), 0)::int from orders.ledger_entries where account = 'gift_cards') as owed`);
  const report = tellOf(crew, { scenario: "gift card", seed, orders: after?.orders ?? 0, answers: tally, breaches, started }, { buyers, balance, spent: after?.spent, reviews, cameLate });
  return { report, breaches, after, card: await card(), balance, expectedOrders: buyers + cameLate, tally };
}
