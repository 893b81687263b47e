import type { CopyValue } from "../copy.ts";
import { createIds } from "../ids.ts";
import { createRandom, type Random } from "../random.ts";
import { ARTICLES, COLLECTIONS } from "./articles.ts";
import { shelfAt } from "./assortment.ts";
import type { GeneratedShop } from "./generateShop.ts";
import { createTouches, type GeneratedTouch } from "./touches.ts";

const DAY_MS = 86_400_000;
/** Of the orders of known customers, those whose browsing was seen. */
const SEEN_SHARE = 0.35;
/** Sessions without an order, per order. */
const IDLE_SHARE = 0.6;

interface Ids {
  userId: (customer: number) => string;
  productId: (product: number) => string;
  /** By its place among the orders. */
  orderId: (order: number) => string;
}

/** What an event has beside its visit, type and time. */
interface Details { product?: number; text?: string; step?: string; results?: number; position?: number; order?: number }

/**
 * Browsing, all synthetic: sessions that lead to an order look at some of its products, cart and buy them; others look around in
 * the families their visitor likes. In no order of time; ids ascend by it. How visits come about is drawn apart, see touches.ts.
 */
export function* behaviourRows(seed: number | string, shop: GeneratedShop, ids: Ids): Generator<CopyValue[]> {
  const random = createRandom(seed, "behaviour");
  const details = createRandom(seed, "behaviour-details");
  const nextTouch = createTouches(seed);
  const nextId = createIds(seed, "behaviour-events");
  const nextSession = createIds(seed, "sessions");
  const rowOf = (session: string, user: string | null, touch: GeneratedTouch, type: string, at: number, { product, text, step, results, position, order }: Details): CopyValue[] => [
    nextId(at), session, user, type, product === undefined ? null : ids.productId(product), text ?? null, new Date(at), true, step ?? null,
    touch.channel, touch.source, touch.medium, touch.campaign, touch.landing, touch.device, results ?? null, position ?? null, order === undefined ? null : ids.orderId(order),
  ];
  // Of what a search found its first places are opened most.
  const found = (): Details => ({ text: searchText(random), results: details.chance(0.06) ? 0 : 1 + details.int(60) });
  const placeAmong = (search: Details | undefined): Details => (search?.results && details.chance(0.8) ? { position: 1 + Math.floor(Math.min(search.results, 24) * details.unit() ** 2) } : {});

  for (const [index, order] of shop.orders.entries()) {
    if (order.customer === undefined || !random.chance(SEEN_SHARE)) continue;
    const user = ids.userId(order.customer);
    const basket = order.lines.flatMap((line) => (line.product === undefined ? [] : [line.product])).slice(0, 6);
    let at = order.at - (basket.length * 2 + 3) * 60_000;
    const session = nextSession(at);
    const touch = nextTouch(order.customer, true);
    const step = () => (at += 20_000 + random.int(60_000));
    const search = random.chance(0.25) ? found() : undefined;
    if (search) yield rowOf(session, user, touch, "SEARCH", step(), search);
    for (const product of basket) {
      yield rowOf(session, user, touch, "VIEW", step(), { product, ...placeAmong(search) });
      if (random.chance(0.7)) yield rowOf(session, user, touch, "ADD_TO_CART", step(), { product });
    }
    yield rowOf(session, user, touch, "CHECKOUT", order.at - 60_000, { step: "STARTED" });
    yield rowOf(session, user, touch, "CHECKOUT", order.at - 30_000, { step: "DELIVERY" });
    yield rowOf(session, user, touch, "CHECKOUT", order.at - 5_000, { step: "PAYMENT" });
    yield rowOf(session, user, touch, "PURCHASE", order.at, { order: index });
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
    const touch = nextTouch(user === null ? undefined : customer, false);
    const search = random.chance(0.2) ? found() : undefined;
    if (search) yield rowOf(session, user, touch, "SEARCH", at, search);
    for (let views = 1 + random.int(6); views > 0; views -= 1) {
      at += 15_000 + random.int(60_000);
      if (at >= shop.period.endAt) break;
      const product = random.chance(0.6) ? (shelf.ofCollection(random, random.pick(tastes)) ?? shelf.any(random)) : shelf.any(random);
      yield rowOf(session, user, touch, "VIEW", at, { product, ...placeAmong(search) });
      // Some put things into a cart and leave it there.
      if (details.chance(0.08) && at + 5_000 < shop.period.endAt) yield rowOf(session, user, touch, "ADD_TO_CART", (at += 5_000), { product });
    }
  }
}

function searchText(random: Random): string {
  const article = random.pick(ARTICLES).name.split(",")[0] as string;
  return (random.chance(0.3) ? `${random.pick(COLLECTIONS)} ${article}` : article).toLowerCase();
}
