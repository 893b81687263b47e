import { divideHalfEven } from "#schema/values/money.ts";
import { prorate } from "#schema/values/prorate.ts";
import type { PricedTax } from "./types.ts";

/** A country's rate for a class of goods, while it holds. */
export interface TaxRate {
  /** UUID. */
  readonly id: string;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string;
  readonly taxClass: string;
  readonly name: string;
  /** Hundredths of a per cent, 0..10000. */
  readonly rateBps: number;
  /** Contained in the prices, or added to them. */
  readonly isIncluded: boolean;
  readonly validFrom: Date;
  readonly validTo: Date | null;
  readonly version: number;
}

/** The class whose rate holds where a country has none for a class. */
export const STANDARD_CLASS = "standard";

/** The rates that hold in a country at an instant: one per class. Nothing is taxed in a country without rates. */
export function ratesFor(rates: readonly TaxRate[], countryCode: string | null, at: Date): TaxRate[] {
  return rates.filter((rate) => rate.countryCode === countryCode && rate.validFrom <= at && (rate.validTo === null || at < rate.validTo));
}

/** What is taxed: a line, or the shipping where `linePosition` is null. `units` after discounts, as they are priced. */
export interface Taxed {
  readonly linePosition: number | null;
  readonly taxClass: string;
  readonly units: bigint;
}

const BPS = 10_000n;

/**
 * The tax of each part, in the order of the parts. It is rounded once per rate, half to even, over all that the rate falls on, and
 * prorated back: so the sum of the parts is the tax of the whole, as tax offices reckon it. Of a rate that is added the base is
 * the price; of one that is included it is the price without the tax.
 */
export function taxesOf(parts: readonly Taxed[], rates: readonly TaxRate[]): PricedTax[] {
  const byClass = new Map(rates.map((rate) => [rate.taxClass, rate]));
  const taxes: PricedTax[] = Array.from({ length: parts.length });
  const groups = Map.groupBy(parts.keys(), (index) => byClass.get(parts[index]?.taxClass ?? STANDARD_CLASS) ?? byClass.get(STANDARD_CLASS));
  for (const [rate, indexes] of groups) {
    if (!rate) continue;
    const units = indexes.map((index) => parts[index]?.units ?? 0n);
    const whole = units.reduce((sum, one) => sum + one, 0n);
    const shares = prorate(taxWithin(whole, rate), units);
    for (const [place, index] of indexes.entries()) {
      const taxUnits = shares[place] ?? 0n;
      const price = units[place] ?? 0n;
      taxes[index] = {
        linePosition: parts[index]?.linePosition ?? null, name: rate.name, rateBps: rate.rateBps, isIncluded: rate.isIncluded,
        baseUnits: rate.isIncluded ? price - taxUnits : price, taxUnits,
      };
    }
  }
  return taxes.filter((tax) => tax !== undefined);
}

function taxWithin(units: bigint, { rateBps, isIncluded }: TaxRate): bigint {
  const rate = BigInt(rateBps);
  return divideHalfEven(units * rate, isIncluded ? BPS + rate : BPS);
}
