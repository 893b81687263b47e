import { countryByCode } from "#schema/values/countries.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { hasHidden } from "#schema/values/text.ts";
import { lengthOf } from "../text.ts";
import type { TaxRate } from "./tax.ts";

/** A value outside of its bounds: which, and what it may be. */
export interface InvalidRule {
  readonly code: "INVALID_RULE";
  readonly field: readonly string[];
  readonly must: string;
}
export interface StaleRule {
  readonly code: "VERSION_CONFLICT";
  readonly expected: number;
  readonly actual: number;
}

export const invalid = (field: string | readonly string[], must: string): InvalidRule => ({ code: "INVALID_RULE", field: typeof field === "string" ? [field] : field, must });

/** Undefined where the version is the expected one, or none was expected. */
export function staleness(expected: number | null | undefined, actual: number): StaleRule | undefined {
  return expected == null || expected === actual ? undefined : { code: "VERSION_CONFLICT", expected, actual };
}

/** A label trimmed, or undefined when it is empty, longer than `most` characters or holds what people cannot see. */
export function readLabel(text: string, most: number): string | undefined {
  const label = text.trim();
  return label === "" || lengthOf(label) > most || hasHidden(label) ? undefined : label;
}

const TAX_CLASS = /^[a-z][a-z0-9_]{0,29}$/;
export const MAX_TAX_RATES = 1_000;
/** Of labels of rates, zones and methods. */
export const MAX_LABEL = 100;

export function badTaxClass(taxClass: string): InvalidRule | undefined {
  return TAX_CLASS.test(taxClass) ? undefined : invalid("taxClass", "be lower-case letters, digits and underscores, a letter first, at most 30");
}

export type TaxRateRefusal = InvalidRule | StaleRule | { code: "TAX_RATE_NOT_FOUND" } | { code: "TAX_RATES_OVERLAP"; existing: TaxRate };

/** A rate as somebody wants it; `id` is null for a new one, undefined where it names none at all. */
export interface WantedRate extends Omit<TaxRate, "id" | "version"> {
  readonly id: string | null | undefined;
  readonly expectedVersion: number | null;
}

/** The rate to write; version 0 stands for a new one. Of a country and class one rate holds at any moment. */
export function decideTaxRate(rates: readonly TaxRate[], wanted: WantedRate): Result<Omit<TaxRate, "id"> & { id: string | null }, TaxRateRefusal> {
  const { id, expectedVersion, countryCode, taxClass, rateBps, isIncluded, validFrom, validTo } = wanted;
  const before = id === null ? null : rates.find((rate) => rate.id === id);
  if (before === undefined) return err({ code: "TAX_RATE_NOT_FOUND" });
  const stale = before && staleness(expectedVersion, before.version);
  if (stale) return err(stale);
  if (!countryByCode(countryCode)) return err(invalid("countryCode", "be the code of a country"));
  const badClass = badTaxClass(taxClass);
  if (badClass) return err(badClass);
  const name = readLabel(wanted.name, MAX_LABEL);
  if (name === undefined) return err(invalid("name", `have 1 to ${MAX_LABEL} visible characters`));
  if (rateBps < 0 || rateBps > 10_000) return err(invalid("rateBps", "be 0 to 10000, in hundredths of a per cent"));
  if (validTo !== null && validTo <= validFrom) return err(invalid("validTo", "be after validFrom"));
  if (!before && rates.length >= MAX_TAX_RATES) return err(invalid("countryCode", `not be one more: the shop keeps at most ${MAX_TAX_RATES} rates`));
  const existing = rates.find((rate) => rate !== before && rate.countryCode === countryCode && rate.taxClass === taxClass && overlap(rate, { validFrom, validTo }));
  if (existing) return err({ code: "TAX_RATES_OVERLAP", existing });
  return ok({ id: before?.id ?? null, countryCode, taxClass, name, rateBps, isIncluded, validFrom, validTo, version: before?.version ?? 0 });
}

type Span = Pick<TaxRate, "validFrom" | "validTo">;

function overlap(a: Span, b: Span): boolean {
  return (b.validTo === null || a.validFrom < b.validTo) && (a.validTo === null || b.validFrom < a.validTo);
}
