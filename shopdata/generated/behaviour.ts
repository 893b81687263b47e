import type { CopyValue } from "../copy.ts";
import { createIds } from "../ids.ts";
import { createRandom, type Random } from "../random.ts";
import { ARTICLES, COLLECTIONS } from "./articles.ts";
import { shelfAt } from "./assortment.ts";
import type { GeneratedShop } from "./generateShop.ts";

const DAY_MS = 86_400_000;
/** Of the orders of known customers, those whose browsing was seen. */
const SEEN_SHARE = 0.35;
/** Sessions without an order, per order. */
const IDLE_SHARE = 0.6;

interface Ids {
  userId: (customer: number) => string;
  productId: (product: number) => string;
}

/**
 * Browsing, all synthetic: sessions that lead to an order look at some of its products, cart and buy them; others look around in
 * the families their visitor likes. In no order of time; ids ascend by it.
 */
export function* behaviourRows(seed: number | string, shop: GeneratedShop, ids: Ids): Generator<CopyValue[]> {
  const random = createRandom(seed, "behaviour");
  const nextId = createIds(seed, "behaviour-events");
  const nextSession = createIds(seed, "sessions");
  const rowOf = (session: string, user: string | null, type: string, product: number | undefined, text: string | null, at: number): CopyValue[] => [
    nextId(at), session, user, type, product === undefined ? null : ids.productId(product), text, new Date(at), true,
  ];

  for (const order of shop.orders) {
    if (order.customer === undefined || !random.chance(SEEN_SHARE)) continue;
    const user = ids.userId(order.customer);
    const basket = order.lines.flatMap((line) => (line.product === undefined ? [] : [line.product])).slice(0, 6);
    let at = order.at - (basket.length * 2 + 3) * 60_000;
    const session = nextSession(at);
    const step = () => (at += 20_000 + random.int(60_000));
    if (random.chance(0.25)) yield rowOf(session, user, "SEARCH", undefined, searchText(random), step());
    for (const product of basket) {
      yield rowOf(session, user, "VIEW", product, null, step());
      if (random.chance(0.7)) yield rowOf(session, user, "ADD_TO_CART", product, null, step());
    }
    yield rowOf(session, user, "CHECKOUT", undefined, null, order.at - 5_000);
    yield rowOf(session, user, "PURCHASE", undefined, null, order.at);
  }

  const idle = Math.round(shop.orders.length * IDLE_SHARE);
  const shelves = new Map<number, ReturnType<typeof shelfAt>>();
  for (let index = 0; index < idle; index += 1) {
    const customer = random.int(shop.customers.length);
    const { tastes } = shop.customers[customer] as (typeof shop.customers)[number];
    let at = shop.period.beginAt + random.int(shop.period.days) * DAY_MS + Math.floor((0.3 + 0.65 * random.unit()) * DAY_MS);
    const day = Math.floor((at - shop.period.beginAt) / DAY_MS);
    const month = Math.floor(day / 30);
    let shelf = shelves.get(month);
    if (shelf === undefined) shelves.set(month, (shelf = shelfAt(shop.products, day, new Date(at).getUTCMonth())));
    const user = random.chance(0.6) ? ids.userId(customer) : null;
    const session = nextSession(at);
    if (random.chance(0.2)) yield rowOf(session, user, "SEARCH", undefined, searchText(random), at);
    for (let views = 1 + random.int(6); views > 0; views -= 1) {
      at += 15_000 + random.int(60_000);
      if (at >= shop.period.endAt) break;
      const product = random.chance(0.6) ? (shelf.ofCollection(random, random.pick(tastes)) ?? shelf.any(random)) : shelf.any(random);
      yield rowOf(session, user, "VIEW", product, null, at);
    }
  }
}

function searchText(random: Random): string {
  const article = random.pick(ARTICLES).name.split(",")[0] as string;
  return (random.chance(0.3) ? `${random.pick(COLLECTIONS)} ${article}` : article).toLowerCase();
}
