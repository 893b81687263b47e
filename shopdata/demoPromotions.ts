import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";

// Codes that somebody new to the shop can try. Marked as demo in data and in words; without a code no cart costs less or more.

const PROMOTIONS = [
  {
    code: "WELCOME10", name: "Welcome (demo)", label: "10 % off your first order", kind: "PERCENTAGE_OFF", bps: 1_000, customers: "FIRST_ORDER", customerLimit: 1,
    minSubtotalUnits: null, countries: [], group: "order", combinesWith: ["shipping"],
  },
  {
    code: "SHIPFREE", name: "Free delivery (demo)", label: "Free UK delivery from 20 GBP", kind: "FREE_SHIPPING", bps: null, customers: "EVERYONE", customerLimit: null,
    minSubtotalUnits: "2000", countries: ["GB"], group: "shipping", combinesWith: ["order"],
  },
] as const;

const write = query({
  name: "shopdata.writeDemoPromotions",
  text: `with wanted as (
      select uuidv7() as id, w.* from jsonb_to_recordset($1) as w (code text, name text, label text, kind text, bps integer, customers text, "customerLimit" integer,
        "minSubtotalUnits" bigint, countries text[], "group" text, "combinesWith" text[])
    ), promotions as (
      insert into orders.promotions (id, name, label, kind, bps, currency, min_subtotal_units, countries, customers, customer_limit, needs_code, stacking_group, combines_with, is_demo, created_at, updated_at)
      select id, name, label, kind, bps, case when "minSubtotalUnits" is not null then 'GBP' end, "minSubtotalUnits", countries, customers, "customerLimit", true, "group", "combinesWith", true,
        platform.business_now(), platform.business_now() from wanted
    )
    insert into orders.promotion_codes (promotion_id, code, normalized, created_at) select id, code, code, platform.business_now() from wanted`,
  params: ["jsonb"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Gives an empty shop two codes to try: `WELCOME10` and `SHIPFREE`. */
export async function writeDemoPromotions(tx: Tx): Promise<void> {
  await tx.execute(write, [JSON.stringify(PROMOTIONS)]);
}
