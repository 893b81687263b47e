type Row = Record<string, unknown>;

export interface VisitedShop {
  readonly random: () => number;
  readonly id: (kind: number, n: number) => string;
  readonly products: readonly { product_id: string; vendor_id: string | null | undefined }[];
  readonly orders: readonly Row[];
  readonly customers: readonly Row[];
}

const DAYS = 731;
const at = (day: number, second: number) => new Date(Date.UTC(2024, 0, 1) + day * 86_400_000 + second * 1_000).toISOString();

/** What people do around orders: baskets, reviews, sessions, searches, what channels had a part in, customers' lives, stock by day. */
export function visitsOf({ random, id, products, orders, customers }: VisitedShop): Record<string, Row[]> {
  const whole = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[whole(list.length)] as T;
  const cents = (n: number) => (n / 100).toFixed(2);
  const days = Array.from({ length: DAYS }, (_, day) => day);
  const instant = () => at(whole(DAYS), whole(86_400));
  const list = <T>(length: number, make: (n: number) => T): T[] => Array.from({ length }, (_, n) => make(n));
  const carts = list(400, (n) => {
    const created = instant();
    const state = pick(["OPEN", "ORDERED", "EXPIRED", "MERGED"]);
    const checkouts = whole(3);
    return { cart_id: id(7, 5_000 + n), user_id: null, customer_type: pick(["REGISTERED", "GUEST"]), state, currency: pick(["EUR", "GBP"]), created_at: created, created_date: created.slice(0, 10), updated_at: created, lines: 1, units: state === "ORDERED" ? 0 : whole(3), amount: cents(whole(9_000)), checkouts, declined_checkouts: whole(checkouts + 1), reached_checkout: checkouts > 0 };
  });
  const abandoned = list(300, (n) => {
    const left = instant();
    return { cart_id: id(7, 5_000 + n), customer_type: pick(["REGISTERED", "GUEST"]), currency: pick(["EUR", "GBP", "JPY"]), stage: pick(["CART", "CHECKOUT"]), abandoned_at: left, abandoned_date: left.slice(0, 10), units: 1, amount: cents(whole(9_000)), is_recovered: random() < 0.2 };
  });
  const reviews = list(300, (n) => {
    const product = pick(products);
    const created = instant();
    return { review_id: id(7, 9_000 + n), product_id: product.product_id, vendor_id: product.vendor_id, rating: 1 + whole(5), state: pick(["PENDING", "PUBLISHED", "REJECTED"]), is_verified: random() < 0.6, created_at: created, created_date: created.slice(0, 10), hours_to_publish: random() < 0.5 ? `${whole(90)}.125` : null };
  });
  const sessions = days.flatMap((day) => ["DIRECT", "SEARCH", "EMAIL"].map((channel) => ({ session_date: at(day, 0).slice(0, 10), channel, device_class: pick(["DESKTOP", "MOBILE"]), sessions: 20 + whole(20), bounces: whole(15), viewed: 15, added_to_cart: 5 + whole(5), checkout_started: 3, delivery_chosen: 2, payment_chosen: 2, purchased: whole(3), duration_seconds: whole(9_000), synthetic_sessions: 0 })));
  const searches = list(900, (n) => {
    const searched = instant();
    const found = random() < 0.1 ? null : random() < 0.15;
    const clicked = found !== true && random() < 0.5;
    return { event_id: id(7, 20_000 + n), searched_at: searched, search_date: searched.slice(0, 10), is_zero_result: found, is_clicked: clicked, first_click_position: clicked ? 1 + whole(20) : null, is_refined: !clicked && random() < 0.5, led_to_cart: false, led_to_purchase: clicked && random() < 0.2 };
  });
  const channels = days.filter((day) => day % 2 === 0).flatMap((day) => ["first", "last", "linear", "markov"].flatMap((model) => ["DIRECT", "SEARCH"].map((channel) => ({ placed_date: at(day, 0).slice(0, 10), channel, model, currency: channel === "DIRECT" ? "EUR" : pick(["GBP", "EUR"]), touches: 2, touched_orders: 2, attributed_orders: `${whole(3)}.${100 + whole(800)}`, attributed_first_orders: `0.${100 + whole(800)}`, attributed_revenue: `${whole(300)}.${1_000 + whole(8_000)}` }))));
  const lives = customers.map((customer) => {
    const own = orders.filter((order) => order["user_id"] === customer["user_id"]);
    const revenue = whole(90_000);
    return { user_id: customer["user_id"], country: customer["country"], first_order_date: own.map((order) => String(order["placed_date"])).sort()[0] ?? null, currency: own.length > 0 ? pick(["EUR", "GBP"]) : null, orders: own.length, revenue: cents(revenue), net_revenue: cents(revenue - whole(1_000)), segment: own.length > 0 ? pick(["CHAMPION", "LOST"]) : null, first_channel: pick([null, "DIRECT", "SEARCH"]) };
  });
  const variants = products.map(({ product_id }, n) => ({ variant_id: product_id, product_id, sku: "X", unit_price: n % 6 === 0 ? null : cents(1 + whole(5_000)), currency: n % 6 === 0 ? null : pick(["EUR", "GBP"]), on_hand: whole(40), reserved: 0, available: whole(30) }));
  const stock = days.slice(-200).flatMap((day) => products.slice(0, 8).map(({ product_id }) => ({ variant_id: product_id, product_id, stock_date: at(day, 0).slice(0, 10), is_stocked_out: random() < 0.1, lost_units: `${whole(3)}.5` })));
  return {
    fct_carts: carts, fct_abandoned_carts: abandoned, fct_reviews: reviews, rpt_funnel_by_channel_daily: sessions, fct_search_queries: searches,
    rpt_channel_performance: channels, rpt_customer_360: lives, dim_product_variants: variants, fct_inventory_daily: stock,
  };
}
