import { LRUCache } from "lru-cache";
import type { Reader, Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { PricingRules, ShopSettings } from "../domain/pricing/rules.ts";
import type { ShippingBasis, ShippingMethod, ShippingPlace, ShippingZone } from "../domain/pricing/shipping.ts";
import type { TaxRate } from "../domain/pricing/tax.ts";

// One statement, thus one snapshot: the stamp belongs to what stands beside it. Times and amounts as text, for JSON has neither.
const rules = query({
  name: "orders.pricingRules",
  text: `select r.stamp, r.delivery_required, r.cart_lifetime_days, r.default_weight_grams, r.version,
      coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'countryCode', t.country_code, 'taxClass', t.tax_class, 'name', t.name, 'rateBps', t.rate_bps,
          'isIncluded', t.is_included, 'validFrom', t.valid_from, 'validTo', t.valid_to, 'version', t.version)
        order by t.country_code, t.tax_class, t.valid_from) from orders.tax_rates t), '[]') as tax_rates,
      coalesce((select jsonb_agg(jsonb_build_object('id', z.id, 'name', z.name, 'version', z.version,
          'places', coalesce((select jsonb_agg(jsonb_build_object('countryCode', p.country_code, 'region', p.region) order by p.country_code, p.region)
            from orders.shipping_zone_places p where p.zone_id = z.id), '[]'))
        order by z.name) from orders.shipping_zones z), '[]') as zones,
      coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'zoneId', m.zone_id, 'name', m.name, 'description', m.description, 'currency', m.currency,
          'exponent', m.exponent, 'basis', m.basis, 'bands', m.bands, 'freeFromUnits', m.free_from_units::text, 'taxClass', m.tax_class, 'minDays', m.min_days,
          'maxDays', m.max_days, 'isActive', m.is_active, 'position', m.position, 'version', m.version)
        order by m.position, m.name) from orders.shipping_methods m), '[]') as methods,
      exists (select from orders.promotions p where p.is_active and not p.needs_code) as has_automatic
    from orders.pricing_rules r`,
  params: [],
  row: {
    stamp: "uuid", delivery_required: "bool", cart_lifetime_days: "int4", default_weight_grams: "int4", version: "int4",
    tax_rates: "jsonb", zones: "jsonb", methods: "jsonb", has_automatic: "bool",
  },
  budget: { access: "scan", maxRows: 1 },
});

const hold = query({
  name: "orders.holdPricingRules",
  text: "select r.stamp from orders.pricing_rules r for update",
  params: [],
  row: { stamp: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const putRate = query({
  name: "orders.putTaxRate",
  text: `insert into orders.tax_rates as t (id, country_code, tax_class, name, rate_bps, is_included, valid_from, valid_to)
    values (coalesce($1, uuidv7()), $2, $3, $4, $5, $6, $7, $8)
    on conflict (id) do update set country_code = excluded.country_code, tax_class = excluded.tax_class, name = excluded.name, rate_bps = excluded.rate_bps,
      is_included = excluded.is_included, valid_from = excluded.valid_from, valid_to = excluded.valid_to, version = t.version + 1
    returning t.id`,
  params: ["uuid?", "text", "text", "text", "int4", "bool", "timestamptz", "timestamptz?"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const clearPlaces = query({
  name: "orders.clearShippingPlaces",
  text: "delete from orders.shipping_zone_places where zone_id = $1",
  params: ["uuid"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const putZone = query({
  name: "orders.putShippingZone",
  text: `with zone as (
      insert into orders.shipping_zones as z (id, name) values (coalesce($1, uuidv7()), $2)
      on conflict (id) do update set name = excluded.name, version = z.version + 1 returning z.id
    ), places as (
      insert into orders.shipping_zone_places (zone_id, country_code, region)
      select zone.id, p.country_code, p.region from zone cross join unnest($3::text[], $4::text[]) as p (country_code, region)
    )
    select zone.id from zone`,
  params: ["uuid?", "text", "text[]", "text[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const putMethod = query({
  name: "orders.putShippingMethod",
  text: `insert into orders.shipping_methods as m (id, zone_id, name, description, currency, exponent, basis, bands, free_from_units, tax_class, min_days, max_days, is_active, position)
    values (coalesce($1, uuidv7()), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    on conflict (id) do update set name = excluded.name, description = excluded.description, currency = excluded.currency, exponent = excluded.exponent,
      basis = excluded.basis, bands = excluded.bands, free_from_units = excluded.free_from_units, tax_class = excluded.tax_class, min_days = excluded.min_days,
      max_days = excluded.max_days, is_active = excluded.is_active, position = excluded.position, version = m.version + 1
    returning m.id`,
  params: ["uuid?", "uuid", "text", "text?", "text", "int2", "text", "jsonb", "int8?", "text", "int4?", "int4?", "bool", "int4"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const putSettings = query({
  name: "orders.putShopSettings",
  text: `update orders.pricing_rules r set delivery_required = $1, cart_lifetime_days = $2, default_weight_grams = $3, version = r.version + 1, stamp = gen_random_uuid()`,
  params: ["bool", "int4", "int4"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

type FrozenRate = Omit<TaxRate, "validFrom" | "validTo"> & { validFrom: string; validTo: string | null };
type FrozenMethod = Omit<ShippingMethod, "basis" | "bands" | "freeFromUnits"> & { basis: ShippingBasis; bands: { upTo: string | null; units: string }[]; freeFromUnits: string | null };
type FrozenZone = Omit<ShippingZone, "methods" | "places"> & { places: ShippingPlace[] };

/** The tables as they are now. */
export async function readPricingRules(db: Reader): Promise<PricingRules> {
  const row = await db.one(rules, []);
  const methods = (row.methods as FrozenMethod[]).map(toMethod);
  return {
    stamp: row.stamp,
    settings: { deliveryRequired: row.delivery_required, cartLifetimeDays: row.cart_lifetime_days, defaultWeightGrams: row.default_weight_grams, version: row.version },
    taxRates: (row.tax_rates as FrozenRate[]).map((rate) => ({ ...rate, validFrom: new Date(rate.validFrom), validTo: rate.validTo === null ? null : new Date(rate.validTo) })),
    zones: (row.zones as FrozenZone[]).map((zone) => ({ ...zone, methods: methods.filter((method) => method.zoneId === zone.id) })),
    hasAutomaticPromotions: row.has_automatic,
  };
}

function toMethod(frozen: FrozenMethod): ShippingMethod {
  return {
    ...frozen,
    bands: frozen.bands.map(({ upTo, units }) => ({ upTo: upTo === null ? null : BigInt(upTo), units: BigInt(units) })),
    freeFromUnits: frozen.freeFromUnits === null ? null : BigInt(frozen.freeFromUnits),
  };
}

/** By stamp, which is random: shops that one process serves, tests for one, do not meet. */
const known = new LRUCache<string, PricingRules>({ max: 16 });

/**
 * The tables under a stamp that was read beside a cart: kept in the process, read again as soon as another stamp stands there. A
 * change of taxes or postage holds for the next cart that is read, in all processes, without a statement of its own.
 */
export async function pricingRulesOf(db: Reader, stamp: string): Promise<PricingRules> {
  const kept = known.get(stamp);
  if (kept) return kept;
  const read = await readPricingRules(db);
  known.set(read.stamp, read);
  return read;
}

/** The tables for whoever changes them: until the transaction ends nobody else does. */
export async function readRulesToChange(tx: Tx): Promise<PricingRules> {
  await tx.one(hold, []);
  return readPricingRules(tx);
}

/** Adds the rate, or changes the one with its id; answers its id. */
export async function putTaxRate(tx: Tx, rate: Omit<TaxRate, "id" | "version"> & { id: string | null }): Promise<string> {
  return (await tx.one(putRate, [rate.id, rate.countryCode, rate.taxClass, rate.name, rate.rateBps, rate.isIncluded, rate.validFrom, rate.validTo])).id;
}

/** Adds the zone, or changes the one with its id; it has the places given and no others. */
export async function putShippingZone(tx: Tx, zone: { id: string | null; name: string; places: readonly ShippingPlace[] }): Promise<string> {
  if (zone.id !== null) await tx.execute(clearPlaces, [zone.id]);
  const [countries, regions] = [zone.places.map((place) => place.countryCode), zone.places.map((place) => place.region)];
  return (await tx.one(putZone, [zone.id, zone.name, countries as string[], regions as string[]])).id;
}

/** Adds the method, or changes the one with its id. */
export async function putShippingMethod(tx: Tx, method: Omit<ShippingMethod, "id" | "version"> & { id: string | null }): Promise<string> {
  const { id, zoneId, name, description, currency, exponent, basis, freeFromUnits, taxClass, minDays, maxDays, isActive, position } = method;
  // As text: the driver would make an array of PostgreSQL's of it.
  const bands = JSON.stringify(method.bands.map(({ upTo, units }) => ({ upTo: upTo === null ? null : upTo.toString(), units: units.toString() })));
  return (await tx.one(putMethod, [id, zoneId, name, description, currency, exponent, basis, bands, freeFromUnits, taxClass, minDays, maxDays, isActive, position])).id;
}

export async function putShopSettings(tx: Tx, settings: Omit<ShopSettings, "version">): Promise<void> {
  await tx.execute(putSettings, [settings.deliveryRequired, settings.cartLifetimeDays, settings.defaultWeightGrams]);
}
