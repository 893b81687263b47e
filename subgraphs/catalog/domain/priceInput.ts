import { err, ok, type Result } from "#schema/values/result.ts";
import { isCurrency } from "#schema/values/currencies.ts";
import { currencyExponent, type Money, parseDecimal, rescale, toDecimal } from "#schema/values/money.ts";
import type { PriceContent } from "./pricePlan.ts";
import { isLine } from "./plainText.ts";

/** A value that a field cannot have; `message` says what it can. */
export type InvalidValue = { code: "INVALID_VALUE"; path: readonly string[]; message: string };

/** Units of the currency, beyond what anything costs; at the finest exponent it still fits its column with room to spare. */
export const MAX_AMOUNT = 1_000_000_000_000n;
/** How far ahead prices may be planned and lists may be bounded. */
export const MAX_YEARS_AHEAD = 5;
/** Prices that wait for their time, of one variant in one currency and list. */
export const MAX_PLANNED = 100;
export const MAX_LIST_NAME = 200;

export function invalid(field: string, message: string): { ok: false; error: InvalidValue } {
  return err({ code: "INVALID_VALUE", path: ["input", field], message }) as { ok: false; error: InvalidValue };
}

/** Reads what a price says. Zeros behind the currency's decimals carry nothing: "2.5000" is 2.50. */
export function readContent(input: { amount: string; compareAt: string | null }, currency: string): Result<PriceContent, InvalidValue> {
  if (!isCurrency(currency)) return invalid("currency", "This is no currency that anybody pays in: give an ISO 4217 code such as GBP.");
  const amount = readAmount(input.amount, currency);
  if (!amount) return invalid("amount", `A price is a decimal from 0 to ${MAX_AMOUNT}, with at most 6 decimals.`);
  if (input.compareAt === null) return ok({ amount, compareAt: null });
  const compareAt = readAmount(input.compareAt, currency);
  if (!compareAt) return invalid("compareAt", `A price to compare with is a decimal up to ${MAX_AMOUNT}, with at most 6 decimals.`);
  const exponent = Math.max(amount.exponent, compareAt.exponent);
  const content = { amount: rescale(amount, exponent), compareAt: rescale(compareAt, exponent) };
  return content.compareAt.units > content.amount.units ? ok(content) : invalid("compareAt", `A price to compare with is higher than the price itself, which is ${toDecimal(amount)}.`);
}

function readAmount(text: string, currency: string): Money | undefined {
  const read = parseDecimal(text, currency);
  if (!read || read.units < 0n || read.units > MAX_AMOUNT * 10n ** BigInt(read.exponent)) return undefined;
  let { units, exponent } = read;
  const coarsest = currencyExponent(currency);
  while (exponent > coarsest && units % 10n === 0n) {
    units /= 10n;
    exponent -= 1;
  }
  const amount = { units, exponent, currency };
  return exponent < coarsest ? rescale(amount, coarsest) : amount;
}

/** Whether the moment is no further ahead than anybody plans. */
export function isPlannable(at: Date, now: Date): boolean {
  const furthest = new Date(now);
  furthest.setUTCFullYear(furthest.getUTCFullYear() + MAX_YEARS_AHEAD);
  return at <= furthest;
}

/** Reads when a planned price holds, as far as the input alone can tell. */
export function readPeriod({ validFrom, validTo }: { validFrom: Date; validTo: Date | null }, now: Date): Result<{ from: Date; until: Date | null }, InvalidValue> {
  if (validFrom <= now) return invalid("validFrom", "A planned price begins in the future: use `priceSet` for one that holds from now on.");
  if (!isPlannable(validFrom, now)) return invalid("validFrom", `Prices are planned at most ${MAX_YEARS_AHEAD} years ahead.`);
  if (validTo && validTo <= validFrom) return invalid("validTo", "A price ends after it has begun.");
  if (validTo && !isPlannable(validTo, now)) return invalid("validTo", `Prices are planned at most ${MAX_YEARS_AHEAD} years ahead; leave it out for a price that holds until the next one.`);
  return ok({ from: validFrom, until: validTo });
}

/** Whether the text could be the code of a price list. */
export function isListCode(code: string): boolean {
  return /^[A-Z0-9][A-Z0-9_-]{0,29}$/.test(code);
}

export function isListName(name: string): boolean {
  return isLine(name, MAX_LIST_NAME);
}
