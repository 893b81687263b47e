import { countryByCode } from "#schema/values/countries.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import type { ShippingBand, ShippingMethod, ShippingPlace, ShippingZone } from "./shipping.ts";
import { badTaxClass, type InvalidRule, invalid, MAX_LABEL, readLabel, type StaleRule, staleness } from "./taxRateChange.ts";

const MAX_ZONES = 200;
const MAX_PLACES = 300;
const MAX_METHODS = 50;
const MAX_BANDS = 50;
const MAX_DESCRIPTION = 500;
const MAX_DAYS = 365;
const MAX_POSITION = 1_000;
/** Ten million pounds; a weight has no larger bound either. */
const MAX_UNITS = 1_000_000_000n;

export type ZoneRefusal = InvalidRule | StaleRule | { code: "SHIPPING_ZONE_NOT_FOUND" } | { code: "SHIPPING_ZONES_OVERLAP"; place: ShippingPlace; existing: ShippingZone | null; index: number };

export interface WantedZone {
  /** Null for a new one, undefined where the id names none at all. */
  readonly id: string | null | undefined;
  readonly expectedVersion: number | null;
  readonly name: string;
  readonly places: readonly ShippingPlace[];
}

/** The zone to write. A country, a region of it, or the rest of the world belongs to one zone. */
export function decideZone(zones: readonly ShippingZone[], wanted: WantedZone): Result<{ id: string | null; name: string; places: ShippingPlace[] }, ZoneRefusal> {
  const before = wanted.id === null ? null : zones.find((zone) => zone.id === wanted.id);
  if (before === undefined) return err({ code: "SHIPPING_ZONE_NOT_FOUND" });
  const stale = before && staleness(wanted.expectedVersion, before.version);
  if (stale) return err(stale);
  if (!before && zones.length >= MAX_ZONES) return err(invalid("name", `not be one more: the shop keeps at most ${MAX_ZONES} zones`));
  const name = readLabel(wanted.name, MAX_LABEL);
  if (name === undefined) return err(invalid("name", `have 1 to ${MAX_LABEL} visible characters`));
  const others = zones.filter((zone) => zone !== before);
  if (others.some((zone) => zone.name === name)) return err(invalid("name", "not be the name of another zone"));
  if (wanted.places.length > MAX_PLACES) return err(invalid("places", `be at most ${MAX_PLACES}`));
  const places: ShippingPlace[] = [];
  for (const [index, { countryCode, region: typed }] of wanted.places.entries()) {
    const field = (last: string) => ["places", String(index), last];
    if (countryCode !== null && !countryByCode(countryCode)) return err(invalid(field("countryCode"), "be the code of a country"));
    const region = typed === null ? null : readLabel(typed, MAX_LABEL)?.toUpperCase();
    if (region === undefined) return err(invalid(field("region"), `have 1 to ${MAX_LABEL} visible characters`));
    if (region !== null && countryCode === null) return err(invalid(field("region"), "come with the country it is a region of"));
    const place = { countryCode, region };
    const existing = others.find((zone) => zone.places.some((other) => isSame(other, place))) ?? null;
    if (existing || places.some((other) => isSame(other, place))) return err({ code: "SHIPPING_ZONES_OVERLAP", place, existing, index });
    places.push(place);
  }
  return ok({ id: before?.id ?? null, name, places });
}

function isSame(a: ShippingPlace, b: ShippingPlace): boolean {
  return a.countryCode === b.countryCode && a.region === b.region;
}

export type MethodRefusal = InvalidRule | StaleRule | { code: "SHIPPING_ZONE_NOT_FOUND" } | { code: "SHIPPING_METHOD_NOT_FOUND" };

/** A method as somebody wants it; bounds and prices are read at the currency's exponent already. */
export interface WantedMethod extends Omit<ShippingMethod, "id" | "zoneId" | "version"> {
  readonly id: string | null | undefined;
  readonly zoneId: string | undefined;
  readonly expectedVersion: number | null;
}

/** The method to write. */
export function decideMethod(zones: readonly ShippingZone[], wanted: WantedMethod, currencies: ReadonlySet<string>): Result<Omit<ShippingMethod, "id" | "version"> & { id: string | null }, MethodRefusal> {
  const zone = zones.find((one) => one.id === wanted.zoneId);
  if (!zone) return err({ code: "SHIPPING_ZONE_NOT_FOUND" });
  const before = wanted.id === null ? null : zone.methods.find((method) => method.id === wanted.id);
  if (before === undefined) return err({ code: "SHIPPING_METHOD_NOT_FOUND" });
  const stale = before && staleness(wanted.expectedVersion, before.version);
  if (stale) return err(stale);
  const bad = checkMethod(zone, before, wanted, currencies) ?? checkBands(wanted);
  if (bad) return err(bad);
  const { id: _id, zoneId: _zoneId, expectedVersion: _version, ...rest } = wanted;
  return ok({ ...rest, id: before?.id ?? null, zoneId: zone.id, name: wanted.name.trim(), description: wanted.description?.trim() || null });
}

function checkMethod(zone: ShippingZone, before: ShippingMethod | null, wanted: WantedMethod, currencies: ReadonlySet<string>): InvalidRule | undefined {
  const { description, currency, freeFromUnits, taxClass, minDays, maxDays, position } = wanted;
  if (!before && zone.methods.length >= MAX_METHODS) return invalid("zoneId", `not get one more: a zone keeps at most ${MAX_METHODS} methods`);
  const name = readLabel(wanted.name, MAX_LABEL);
  if (name === undefined) return invalid("name", `have 1 to ${MAX_LABEL} visible characters`);
  if (zone.methods.some((method) => method !== before && method.name === name)) return invalid("name", "not be the name of another method of the zone");
  if (description?.trim() && readLabel(description, MAX_DESCRIPTION) === undefined) return invalid("description", `have at most ${MAX_DESCRIPTION} visible characters`);
  if (!currencies.has(currency)) return invalid("currency", `be one the shop sells in: ${[...currencies].join(", ")}`);
  if (freeFromUnits !== null && (freeFromUnits < 0n || freeFromUnits > MAX_UNITS)) return invalid("freeFrom", "be 0 or more and no more than an order may come to");
  for (const [field, days] of [["minDays", minDays], ["maxDays", maxDays]] as const) {
    if (days !== null && (days < 0 || days > MAX_DAYS)) return invalid(field, `be 0 to ${MAX_DAYS}`);
  }
  if (minDays !== null && maxDays !== null && maxDays < minDays) return invalid("maxDays", "not be less than minDays");
  if (position < 0 || position > MAX_POSITION) return invalid("position", `be 0 to ${MAX_POSITION}`);
  return badTaxClass(taxClass);
}

function checkBands({ basis, bands }: { basis: ShippingMethod["basis"]; bands: readonly ShippingBand[] }): InvalidRule | undefined {
  if (bands.length === 0 || bands.length > MAX_BANDS) return invalid("bands", `be 1 to ${MAX_BANDS}`);
  if (basis === "FLAT" && (bands.length > 1 || bands[0]?.upTo !== null)) return invalid("bands", "be one without bound where the price is flat");
  let below = -1n;
  for (const [index, { upTo, units }] of bands.entries()) {
    const field = ["bands", String(index)];
    if (units < 0n || units > MAX_UNITS) return invalid([...field, "price"], "be 0 or more and no more than an order may come to");
    if (upTo === null && index < bands.length - 1) return invalid(field, "have a bound: only the last may be without");
    if (upTo !== null && (upTo <= below || upTo > MAX_UNITS)) return invalid(field, "have a higher bound than the one before");
    below = upTo ?? below;
  }
  return undefined;
}
