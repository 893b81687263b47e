import { LRUCache } from "lru-cache";
import type { Reader } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { PricingRules } from "../domain/pricing/rules.ts";
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
        order by m.position, m.name) from orders.shipping_methods m), '[]') as methods
    from orders.pricing_rules r`,
  params: [],
  row: {
    stamp: "uuid", delivery_required: "bool", cart_lifetime_days: "int4", default_weight_grams: "int4", version: "int4",
    tax_rates: "jsonb", zones: "jsonb", methods: "jsonb",
  },
  budget: { access: "scan", maxRows: 1 },
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
