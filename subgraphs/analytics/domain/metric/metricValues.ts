import { countryByCode } from "#schema/values/countries.ts";
import { decodeId, encodeId, isUuid, type IdPrefix } from "#schema/values/ids.ts";
import type { CatalogueDimension, CatalogueMetric } from "#schema/values/metricCatalogue.ts";

/** Stands for the values beyond the top. A noncharacter, last in the order of bytes: no value of a shop is it. */
export const REST = "\u{10FFFF}";

/** What the mart holds for a value a client names, or undefined when it can be none. */
export function storedValue(dimension: CatalogueDimension, value: string): string | undefined {
  if (dimension.missing.includes(value)) return value;
  if (dimension.idPrefix) return decodeId(dimension.idPrefix as IdPrefix, value);
  // No text in the database holds a NUL or half of a character.
  if (value.includes("\0") || !value.isWellFormed() || value.length > 1_000) return undefined;
  if (dimension.values === "COUNTRY") return countryByCode(value)?.name ?? value;
  return dimension.values && !dimension.values.includes(value) ? undefined : value;
}

/** What a client sees for a value the mart holds. */
export function shownValue(dimension: CatalogueDimension, value: string): string {
  if (value === REST) return "REST";
  return dimension.idPrefix && isUuid(value) ? encodeId(dimension.idPrefix as IdPrefix, value) : value;
}

/** Money keeps at least the two decimals people expect; everything exact beyond them stays. */
export function shownMetric(metric: Pick<CatalogueMetric, "format">, value: string | null): string | null {
  if (value === null || metric.format !== "money") return value;
  const [whole, fraction = ""] = value.split(".");
  return `${whole}.${fraction.padEnd(2, "0")}`;
}
