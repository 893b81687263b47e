import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { Tx } from "#platform/db/database.ts";
import type { Commanded } from "../context.ts";
import { CURRENCIES } from "../domain/cart.ts";
import type { PricingRules, ShopSettings } from "../domain/pricing/rules.ts";
import { decideMethod, decideZone, type MethodRefusal, type WantedMethod, type WantedZone, type ZoneRefusal } from "../domain/pricing/shippingChange.ts";
import type { ShippingMethod, ShippingZone } from "../domain/pricing/shipping.ts";
import type { TaxRate } from "../domain/pricing/tax.ts";
import { decideTaxRate, type InvalidRule, invalid, type StaleRule, staleness, type TaxRateRefusal, type WantedRate } from "../domain/pricing/taxRateChange.ts";
import { putShippingMethod, putShippingZone, putShopSettings, putTaxRate, readPricingRules, readRulesToChange } from "../queries/pricingRules.ts";

/** Who changes the tables waits for whoever does already: so what is decided still holds when it is written. */
function change<V, R>({ db }: Commanded, work: (tx: Tx, rules: PricingRules) => Promise<Result<V, R>>): Promise<Result<V, R>> {
  return db.tx(async (tx) => work(tx, await readRulesToChange(tx)));
}

function must<V>(found: V | undefined): V {
  if (found === undefined) throw new Error("what was just written is not there");
  return found;
}

export function taxRateUpsert(parts: Commanded, wanted: WantedRate): Promise<Result<TaxRate, TaxRateRefusal>> {
  return change(parts, async (tx, { taxRates }) => {
    const decided = decideTaxRate(taxRates, wanted);
    if (!decided.ok) return decided;
    const id = await putTaxRate(tx, decided.value);
    await auditAs(tx, parts, "taxRateUpsert", "taxRate", id, { isNew: wanted.id === null, rateBps: wanted.rateBps, countryCode: wanted.countryCode });
    return ok(must((await readPricingRules(tx)).taxRates.find((rate) => rate.id === id)));
  });
}

export function shippingZoneUpsert(parts: Commanded, wanted: WantedZone): Promise<Result<ShippingZone, ZoneRefusal>> {
  return change(parts, async (tx, { zones }) => {
    const decided = decideZone(zones, wanted);
    if (!decided.ok) return decided;
    const id = await putShippingZone(tx, decided.value);
    await auditAs(tx, parts, "shippingZoneUpsert", "shippingZone", id, { isNew: wanted.id === null, places: wanted.places.length });
    return ok(must((await readPricingRules(tx)).zones.find((zone) => zone.id === id)));
  });
}

export function shippingMethodUpsert(parts: Commanded, wanted: WantedMethod): Promise<Result<{ zone: ShippingZone; method: ShippingMethod }, MethodRefusal>> {
  return change(parts, async (tx, { zones }) => {
    const decided = decideMethod(zones, wanted, CURRENCIES);
    if (!decided.ok) return decided;
    const id = await putShippingMethod(tx, decided.value);
    await auditAs(tx, parts, "shippingMethodUpsert", "shippingMethod", id, { isNew: wanted.id === null, zoneId: decided.value.zoneId, isActive: wanted.isActive });
    const zone = must((await readPricingRules(tx)).zones.find((one) => one.id === decided.value.zoneId));
    return ok({ zone, method: must(zone.methods.find((method) => method.id === id)) });
  });
}

export type SettingsRefusal = InvalidRule | StaleRule;
export type SettingsInput = { readonly [K in "deliveryRequired" | "cartLifetimeDays" | "defaultWeightGrams"]?: ShopSettings[K] | null | undefined } & { readonly expectedVersion?: number | null | undefined };

const MAX_CART_DAYS = 3_650;
const MAX_UNIT_GRAMS = 1_000_000;

/** What is not given stays. */
export function shopSettingsUpdate(parts: Commanded, input: SettingsInput): Promise<Result<ShopSettings, SettingsRefusal>> {
  return change<ShopSettings, SettingsRefusal>(parts, async (tx, { settings }) => {
    const stale = staleness(input.expectedVersion, settings.version);
    if (stale) return err(stale);
    const wanted = {
      deliveryRequired: input.deliveryRequired ?? settings.deliveryRequired,
      cartLifetimeDays: input.cartLifetimeDays ?? settings.cartLifetimeDays,
      defaultWeightGrams: input.defaultWeightGrams ?? settings.defaultWeightGrams,
    };
    if (wanted.cartLifetimeDays < 1 || wanted.cartLifetimeDays > MAX_CART_DAYS) return err(invalid("cartLifetimeDays", `be 1 to ${MAX_CART_DAYS}`));
    if (wanted.defaultWeightGrams < 0 || wanted.defaultWeightGrams > MAX_UNIT_GRAMS) return err(invalid("defaultWeightGrams", `be 0 to ${MAX_UNIT_GRAMS}`));
    await putShopSettings(tx, wanted);
    await auditAs(tx, parts, "shopSettingsUpdate", "shopSettings", null, { ...wanted });
    return ok((await readPricingRules(tx)).settings);
  });
}
