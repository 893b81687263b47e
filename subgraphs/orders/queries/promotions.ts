import type { Reader } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import { normalizeCode } from "../domain/promotions/codes.ts";
import type { CustomerGroup, Promotion, PromotionBenefit, PromotionTarget } from "../domain/promotions/types.ts";
import { customerKeys } from "./customerKeys.ts";

/** More promotions than a cart is judged by at once. */
export const MAX_PROMOTIONS = 200;

/** What promotions need to know of a cart. */
export interface CartForPromotions {
  readonly id: string;
  readonly currency: string;
  readonly userId: string | null;
  /** Where it is known, uses under this address count too. */
  readonly email?: string | null;
}

// Uses that the cart holds itself, in a checkout under way, are not in its own way.
const applicable = query({
  name: "orders.applicablePromotions",
  text: `with entered as (
      select c.promotion_id, array_agg(c.code order by array_position($3::text[], c.normalized)) as codes,
        bool_and(c.usage_limit is not null and c.held + c.used >= c.usage_limit) as is_used_up
      from orders.promotion_codes c
      where c.normalized = any($3) and c.is_active and (c.expires_at is null or c.expires_at > $4) group by c.promotion_id
    ), wanted as (
      select p.id from orders.promotions p where p.is_active and not p.needs_code
      union
      select e.promotion_id from entered e
    )
    select p.id, p.label, p.kind, p.bps, p.currency, p.amount_units, p.buy_quantity, p.get_quantity, p.max_sets, p.min_subtotal_units, p.min_quantity, p.countries,
      p.customers, p.starts_at, p.ends_at, p.needs_code, p.priority, p.is_exclusive, p.stacking_group, p.combines_with, coalesce(e.codes, '{}') as codes,
      (select coalesce(jsonb_agg(jsonb_build_array(t.role, t.kind, coalesce(b.category_id, t.target_id)) order by t.role, t.kind, coalesce(b.category_id, t.target_id)), '[]')
        from orders.promotion_targets t left join lateral catalog.categories_below(array[t.target_id]) b on t.kind = 'CATEGORY' where t.promotion_id = p.id) as targets,
      case
        when exists (select 1 from orders.promotion_redemptions r where r.cart_id = $1 and r.state = 'HELD' and r.promotion_id = p.id) then null
        when e.is_used_up or exists (select 1 from orders.promotion_uses u where u.promotion_id = p.id and u.held + u.used >= u.usage_limit) then 'SHOP'
        when p.customer_limit is not null and exists (
          select 1 from orders.promotion_customer_uses u where u.promotion_id = p.id and u.customer_key = any($5) and u.held + u.used >= p.customer_limit) then 'CUSTOMER'
      end as used_up
    from wanted w join orders.promotions p on p.id = w.id left join entered e on e.promotion_id = p.id
    where p.is_active and (p.needs_code or ((p.currency is null or p.currency = $2) and (p.starts_at is null or p.starts_at <= $4) and (p.ends_at is null or p.ends_at > $4)))
    order by p.priority desc, p.id limit ${MAX_PROMOTIONS}`,
  params: ["uuid", "text", "text[]", "timestamptz", "text[]"],
  row: {
    id: "uuid", label: "text", kind: "text", bps: "int4?", currency: "text?", amount_units: "int8?", buy_quantity: "int8?", get_quantity: "int8?", max_sets: "int8?",
    min_subtotal_units: "int8?", min_quantity: "int8?", countries: "text[]", customers: "text", starts_at: "timestamptz?", ends_at: "timestamptz?", needs_code: "bool",
    priority: "int4", is_exclusive: "bool", stacking_group: "text", combines_with: "text[]", codes: "text[]", targets: "jsonb", used_up: "text?",
  },
  // Every promotion that applies by itself is looked at; promotions_automatic holds no others.
  budget: { access: "scan", maxRows: MAX_PROMOTIONS },
});

type TargetRow = readonly [role: "BUY" | "GET", kind: "PRODUCT" | "VARIANT" | "CATEGORY" | "VENDOR", id: string];

/**
 * The promotions that may apply to a cart: those that apply by themselves and run now, and those of the codes given, also when
 * they do not run now, so that the cart can say so. A code that is unknown, disabled or expired leads to none.
 */
export async function listApplicable(db: Reader, cart: CartForPromotions, codes: readonly string[], at: Date): Promise<Promotion[]> {
  const keys = customerKeys({ userId: cart.userId, email: cart.email ?? null }, cart.id);
  const entered = codes.flatMap((code) => normalizeCode(code) ?? []);
  return (await db.many(applicable, [cart.id, cart.currency, entered, at, keys])).map((row) => ({
    id: row.id, label: row.label, currency: row.currency, needsCode: row.needs_code, codes: row.codes, usedUp: row.used_up as Promotion["usedUp"],
    benefit: toBenefit(row, toTarget(row.targets, "GET")),
    target: toTarget(row.targets, "BUY"),
    conditions: {
      minSubtotalUnits: row.min_subtotal_units, minQuantity: row.min_quantity, countries: row.countries, customers: row.customers as CustomerGroup,
      startsAt: row.starts_at, endsAt: row.ends_at,
    },
    stacking: { priority: row.priority, isExclusive: row.is_exclusive, group: row.stacking_group, combinesWith: row.combines_with },
  }));
}

export function toTarget(rows: unknown, role: "BUY" | "GET"): PromotionTarget {
  const ids = (kind: TargetRow[1]) => (rows as readonly TargetRow[]).filter((row) => row[0] === role && row[1] === kind).map((row) => row[2]);
  return { productIds: ids("PRODUCT"), variantIds: ids("VARIANT"), categoryIds: ids("CATEGORY"), vendorIds: ids("VENDOR") };
}

type BenefitRow = Pick<RowOf<(typeof applicable)["row"]>, "kind" | "bps" | "amount_units" | "buy_quantity" | "get_quantity" | "max_sets">;

/** The columns a kind needs are there: benefit_is_whole checks it. */
export function toBenefit(row: BenefitRow, gets: PromotionTarget): PromotionBenefit {
  switch (row.kind) {
    case "PERCENTAGE_OFF": return { kind: row.kind, bps: row.bps ?? 0 };
    case "AMOUNT_OFF": return { kind: row.kind, units: row.amount_units ?? 0n };
    case "BUY_X_GET_Y": return { kind: row.kind, buy: row.buy_quantity ?? 1n, get: row.get_quantity ?? 1n, bps: row.bps ?? 0, maxSets: row.max_sets, gets };
    default: return { kind: "FREE_SHIPPING", maxUnits: row.amount_units };
  }
}
