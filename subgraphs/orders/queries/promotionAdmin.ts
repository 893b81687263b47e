import { currencyExponent, money, type Money } from "#schema/values/money.ts";
import { cursorOf } from "#kit/page.ts";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query, type RowOf } from "#platform/db/query.ts";
import type { PromotionDraft } from "../domain/promotions/decidePromotion.ts";
import type { CustomerGroup, PromotionTarget } from "../domain/promotions/types.ts";
import { toBenefit, toTarget } from "./promotions.ts";

/** A promotion as the people of the shop see it. */
export interface StoredPromotion extends PromotionDraft {
  readonly id: string;
  readonly version: number;
  readonly isActive: boolean;
  readonly isDemo: boolean;
  readonly used: bigint;
  readonly held: bigint;
}

export const promotionCursor = cursorOf("promotions", ["uuid"]);

const COLUMNS = `p.id, p.name, p.label, p.kind, p.bps, p.currency, p.amount_units, p.buy_quantity, p.get_quantity, p.max_sets, p.min_subtotal_units, p.min_quantity,
  p.countries, p.customers, p.starts_at, p.ends_at, p.needs_code, p.priority, p.is_exclusive, p.stacking_group, p.combines_with, p.customer_limit, p.is_active, p.is_demo, p.version,
  (select u.usage_limit from orders.promotion_uses u where u.promotion_id = p.id) as usage_limit,
  coalesce((select jsonb_agg(jsonb_build_array(t.role, t.kind, t.target_id) order by t.role, t.kind, t.target_id) from orders.promotion_targets t where t.promotion_id = p.id), '[]') as targets`;
const row = {
  id: "uuid", name: "text", label: "text", kind: "text", bps: "int4?", currency: "text?", amount_units: "int8?", buy_quantity: "int8?", get_quantity: "int8?", max_sets: "int8?",
  min_subtotal_units: "int8?", min_quantity: "int8?", countries: "text[]", customers: "text", starts_at: "timestamptz?", ends_at: "timestamptz?", needs_code: "bool",
  priority: "int4", is_exclusive: "bool", stacking_group: "text", combines_with: "text[]", customer_limit: "int4?", is_active: "bool", is_demo: "bool", version: "int4",
  usage_limit: "int8?", targets: "jsonb",
} as const;

const byIds = query({
  name: "orders.promotionsByIds",
  text: `select ${COLUMNS} from orders.promotions p where p.id = any($1)`,
  params: ["uuid[]"],
  row,
  budget: { access: "index", maxRows: 1_000 },
});

const page = query({
  name: "orders.promotions",
  text: `select ${COLUMNS} from orders.promotions p where $1::uuid is null or p.id < $1 order by p.id desc limit $2`,
  params: ["uuid?", "int4"],
  row,
  budget: { access: "index", maxRows: 101 },
});

// Uses of promotions without a limit stand in no counter.
const uses = query({
  name: "orders.usesOfPromotions",
  text: `select r.promotion_id, count(*) filter (where r.state = 'USED') as used, count(*) filter (where r.state = 'HELD') as held
    from orders.promotion_redemptions r where r.promotion_id = any($1) and r.state in ('USED', 'HELD') group by r.promotion_id`,
  params: ["uuid[]"],
  row: { promotion_id: "uuid", used: "int8", held: "int8" },
  budget: { access: "index", maxRows: 1_000 },
});

// Waits for those who are about to hold a use, and keeps new ones waiting.
const lock = query({
  name: "orders.lockPromotion",
  text: "select p.version, p.is_active from orders.promotions p where p.id = $1 for update",
  params: ["uuid"],
  row: { version: "int4", is_active: "bool" },
  budget: { access: "write", maxRows: 1 },
});

const put = query({
  name: "orders.putPromotion",
  text: `insert into orders.promotions as p (id, name, label, kind, bps, currency, amount_units, buy_quantity, get_quantity, max_sets, min_subtotal_units, min_quantity, countries,
      customers, starts_at, ends_at, needs_code, priority, is_exclusive, stacking_group, combines_with, customer_limit, created_at, updated_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $23)
    on conflict (id) do update set name = excluded.name, label = excluded.label, kind = excluded.kind, bps = excluded.bps, currency = excluded.currency,
      amount_units = excluded.amount_units, buy_quantity = excluded.buy_quantity, get_quantity = excluded.get_quantity, max_sets = excluded.max_sets,
      min_subtotal_units = excluded.min_subtotal_units, min_quantity = excluded.min_quantity, countries = excluded.countries, customers = excluded.customers,
      starts_at = excluded.starts_at, ends_at = excluded.ends_at, needs_code = excluded.needs_code, priority = excluded.priority, is_exclusive = excluded.is_exclusive,
      stacking_group = excluded.stacking_group, combines_with = excluded.combines_with, customer_limit = excluded.customer_limit, is_active = true,
      updated_at = excluded.updated_at, version = p.version + 1`,
  params: [
    "uuid", "text", "text", "text", "int4?", "text?", "int8?", "int8?", "int8?", "int8?", "int8?", "int8?", "text[]",
    "text", "timestamptz?", "timestamptz?", "bool", "int4", "bool", "text", "text[]", "int4?", "timestamptz",
  ],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const clearTargets = query({
  name: "orders.clearPromotionTargets",
  text: "delete from orders.promotion_targets where promotion_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const putTargets = query({
  name: "orders.putPromotionTargets",
  text: "insert into orders.promotion_targets (promotion_id, role, kind, target_id) select $1, t.* from unnest($2::text[], $3::text[], $4::uuid[]) as t",
  params: ["uuid", "text[]", "text[]", "uuid[]"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

// From now on every use counts, those made before too. Their rows are held while they are counted, so none is missed or counted twice.
const limitUses = query({
  name: "orders.limitPromotionUses",
  text: `with counted as (
      update orders.promotion_redemptions set is_counted = true
      where promotion_id = $1 and state in ('HELD', 'USED') and not exists (select 1 from orders.promotion_uses u where u.promotion_id = $1) returning state
    ), uses as (
      select count(*) filter (where state = 'HELD') as held, count(*) filter (where state = 'USED') as used from counted
    )
    insert into orders.promotion_uses as u (promotion_id, usage_limit, held, used) select $1, $2, uses.held, uses.used from uses where uses.held + uses.used <= $2
    on conflict (promotion_id) do update set usage_limit = excluded.usage_limit where u.held + u.used <= excluded.usage_limit`,
  params: ["uuid", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const unlimitUses = query({
  name: "orders.unlimitPromotionUses",
  text: `with uncounted as (update orders.promotion_redemptions set is_counted = false where promotion_id = $1 and is_counted)
    delete from orders.promotion_uses where promotion_id = $1`,
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const disable = query({
  name: "orders.disablePromotion",
  text: "update orders.promotions set is_active = false, updated_at = $2, version = version + 1 where id = $1 and is_active",
  params: ["uuid", "timestamptz"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

function toStored(found: RowOf<typeof row>): Omit<StoredPromotion, "used" | "held"> {
  const [target, gets] = [toTarget(found.targets, "BUY"), toTarget(found.targets, "GET")];
  return {
    id: found.id, name: found.name, label: found.label, currency: found.currency, needsCode: found.needs_code, target, benefit: toBenefit(found, gets),
    usageLimit: found.usage_limit, customerLimit: found.customer_limit, isActive: found.is_active, isDemo: found.is_demo, version: found.version,
    conditions: {
      minSubtotalUnits: found.min_subtotal_units, minQuantity: found.min_quantity, countries: found.countries, customers: found.customers as CustomerGroup,
      startsAt: found.starts_at, endsAt: found.ends_at,
    },
    stacking: { priority: found.priority, isExclusive: found.is_exclusive, group: found.stacking_group, combinesWith: found.combines_with },
  };
}

async function withUses(db: Reader, found: readonly RowOf<typeof row>[]): Promise<StoredPromotion[]> {
  if (found.length === 0) return [];
  const counted = new Map((await db.many(uses, [found.map((one) => one.id)])).map((one) => [one.promotion_id, one]));
  return found.map((one) => ({ ...toStored(one), used: counted.get(one.id)?.used ?? 0n, held: counted.get(one.id)?.held ?? 0n }));
}

export async function listPromotionsByIds(db: Reader, ids: readonly string[]): Promise<StoredPromotion[]> {
  return withUses(db, await db.many(byIds, [ids]));
}

/** The newest first. */
export async function listPromotions(db: Reader, limit: number, after: string | undefined): Promise<StoredPromotion[]> {
  return withUses(db, await db.many(page, [after ?? null, limit]));
}

/** Its version, held until the transaction ends; undefined where there is none. */
export async function lockPromotion(tx: Tx, id: string): Promise<{ version: number; isActive: boolean } | undefined> {
  const found = await tx.maybeOne(lock, [id]);
  return found && { version: found.version, isActive: found.is_active };
}

/** Writes a promotion as a whole. Answers whether its limit allows the uses there are; if not, the caller undoes the transaction. */
export async function putPromotion(tx: Tx, id: string, draft: PromotionDraft, at: Date): Promise<boolean> {
  const { benefit, conditions, stacking } = draft;
  const sets = benefit.kind === "BUY_X_GET_Y" ? benefit : undefined;
  const amount = benefit.kind === "AMOUNT_OFF" ? benefit.units : benefit.kind === "FREE_SHIPPING" ? benefit.maxUnits : null;
  await tx.execute(put, [
    id, draft.name, draft.label, benefit.kind, "bps" in benefit ? benefit.bps : null, draft.currency, amount, sets?.buy ?? null, sets?.get ?? null, sets?.maxSets ?? null,
    conditions.minSubtotalUnits, conditions.minQuantity, conditions.countries, conditions.customers, conditions.startsAt, conditions.endsAt, draft.needsCode,
    stacking.priority, stacking.isExclusive, stacking.group, stacking.combinesWith, draft.customerLimit, at,
  ]);
  await tx.execute(clearTargets, [id]);
  const targets = [...targetRows("BUY", draft.target), ...(sets ? targetRows("GET", sets.gets) : [])];
  if (targets.length > 0) await tx.execute(putTargets, [id, targets.map((one) => one.role), targets.map((one) => one.kind), targets.map((one) => one.id)]);
  if (draft.usageLimit !== null) return (await tx.execute(limitUses, [id, draft.usageLimit])) === 1;
  await tx.execute(unlimitUses, [id]);
  return true;
}

function targetRows(role: "BUY" | "GET", target: PromotionTarget): { role: string; kind: string; id: string }[] {
  const rows = (kind: string, ids: readonly string[]) => ids.map((id) => ({ role, kind, id }));
  return [...rows("PRODUCT", target.productIds), ...rows("VARIANT", target.variantIds), ...rows("CATEGORY", target.categoryIds), ...rows("VENDOR", target.vendorIds)];
}

/** Whether it was on. */
export async function disablePromotion(tx: Tx, id: string, at: Date): Promise<boolean> {
  return (await tx.execute(disable, [id, at])) === 1;
}

/** An amount of the promotion in its currency. */
export function amountOfPromotion(promotion: Pick<PromotionDraft, "currency">, units: bigint | null): Money | null {
  return units === null || promotion.currency === null ? null : money(units, promotion.currency, currencyExponent(promotion.currency));
}
