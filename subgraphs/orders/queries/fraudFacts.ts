import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { FraudFacts, FraudThresholds } from "../domain/fraud/rules.ts";

// The counts end at 1,000: no threshold is above it, and one address must not make the question dear.
const MOST = 1_000;
const counted = (from: string, where: string) => `(select count(*)::int4 from (select from ${from} where ${where} limit ${MOST}) x)`;
const facts = query({
  name: "orders.fraudFacts",
  text: `select s.review_above_units, s.block_above_units, s.review_first_order_above_units, s.review_person_per_hour, s.review_email_per_hour, s.review_card_per_hour,
      s.review_declines_per_day, s.block_declines_per_day, s.review_country_mismatch_above_units, s.review_tokens,
      ${counted("orders.orders o", "o.user_id = $1")} as earlier_orders,
      ${counted("orders.checkouts k", "k.user_id = $1 and k.created_at > now() - interval '1 hour'")} as person_per_hour,
      ${counted("orders.checkouts k", "k.email = $2 and k.created_at > now() - interval '1 hour'")} as email_per_hour,
      ${counted("orders.checkouts k", "k.card_digest = $3 and k.created_at > now() - interval '1 hour'")} as card_per_hour,
      greatest(
        ${counted("orders.checkouts k", "k.user_id = $1 and k.created_at > now() - interval '1 day' and k.decline_reason is not null")},
        ${counted("orders.checkouts k", "k.email = $2 and k.created_at > now() - interval '1 day' and k.decline_reason is not null")},
        ${counted("orders.checkouts k", "k.cart_id = $4 and k.decline_reason is not null")},
        ${counted("orders.payment_events e", "e.checkout_id = $5 and e.kind = 'FAILED'")}
      ) as declines_per_day,
      (select h.country_code from users.home_countries h where h.user_id = $1) as home_country
    from orders.checkout_settings s where s.is_only`,
  params: ["uuid?", "text?", "text?", "uuid", "uuid"],
  row: {
    review_above_units: "int8?", block_above_units: "int8?", review_first_order_above_units: "int8?", review_person_per_hour: "int4?", review_email_per_hour: "int4?",
    review_card_per_hour: "int4?", review_declines_per_day: "int4?", block_declines_per_day: "int4?", review_country_mismatch_above_units: "int8?", review_tokens: "text[]",
    earlier_orders: "int4", person_per_hour: "int4", email_per_hour: "int4", card_per_hour: "int4", declines_per_day: "int4", home_country: "text?",
  },
  budget: { access: "index", maxRows: 1 },
});

export type Counted = Omit<FraudFacts, "totalUnits" | "token" | "goodsCountry">;

/** What the shop's own books say of a buyer, and the thresholds that hold now. One statement. */
export async function loadFraudFacts(
  db: Reader, of: { userId: string | null; email: string | null; cardDigest: string | null; cartId: string; checkoutId: string },
): Promise<{ counted: Counted; thresholds: FraudThresholds }> {
  const found = await db.one(facts, [of.userId, of.email?.toLowerCase() ?? null, of.cardDigest, of.cartId, of.checkoutId]);
  return {
    counted: {
      earlierOrders: found.earlier_orders, personPerHour: found.person_per_hour, emailPerHour: found.email_per_hour, cardPerHour: found.card_per_hour,
      declinesPerDay: found.declines_per_day, homeCountry: found.home_country,
    },
    thresholds: {
      reviewAboveUnits: found.review_above_units, blockAboveUnits: found.block_above_units, reviewFirstOrderAboveUnits: found.review_first_order_above_units,
      reviewPersonPerHour: found.review_person_per_hour, reviewEmailPerHour: found.review_email_per_hour, reviewCardPerHour: found.review_card_per_hour,
      reviewDeclinesPerDay: found.review_declines_per_day, blockDeclinesPerDay: found.block_declines_per_day,
      reviewCountryMismatchAboveUnits: found.review_country_mismatch_above_units, reviewTokens: found.review_tokens,
    },
  };
}
