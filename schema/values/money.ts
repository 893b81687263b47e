/**
 * An exact amount: `units / 10^exponent` of `currency`. A unit price may have a finer exponent than its currency.
 * `currency` is an ISO 4217 code, `exponent` 0..6.
 */
export interface Money {
  readonly units: bigint;
  readonly exponent: number;
  readonly currency: string;
}

/** Minor-unit exponents that differ from 2. Source: ISO 4217, list one. */
const EXPONENTS: Readonly<Record<string, number>> = { BHD: 3, CLP: 0, IQD: 3, ISK: 0, JOD: 3, JPY: 0, KRW: 0, KWD: 3, LYD: 3, OMR: 3, PYG: 0, TND: 3, UGX: 0, VND: 0, XAF: 0, XOF: 0 };

/** How many decimals a price of the currency is rounded to. */
export function currencyExponent(currency: string): number {
  return EXPONENTS[currency] ?? 2;
}

export function money(units: bigint, currency: string, exponent: number = currencyExponent(currency)): Money {
  if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`"${currency}" is not an ISO 4217 currency code`);
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > 6) throw new RangeError(`exponent ${exponent} is outside 0..6`);
  return { units, exponent, currency };
}

/** The same amount with a finer exponent. @throws when the exponent would be coarser: that would round. */
export function rescale(amount: Money, exponent: number): Money {
  if (exponent < amount.exponent) throw new RangeError(`an amount of exponent ${amount.exponent} cannot be held exactly at ${exponent}`);
  return { ...amount, units: amount.units * 10n ** BigInt(exponent - amount.exponent), exponent };
}

/** The exact sum, at the finest exponent among the parts. @throws when currencies differ. */
export function sum(parts: readonly Money[], currency: string): Money {
  const exponent = parts.reduce((finest, part) => Math.max(finest, part.exponent), currencyExponent(currency));
  const units = parts.reduce((total, part) => {
    if (part.currency !== currency) throw new RangeError(`cannot add ${part.currency} to ${currency}`);
    return total + rescale(part, exponent).units;
  }, 0n);
  return { units, exponent, currency };
}

export function times(amount: Money, quantity: bigint): Money {
  return { ...amount, units: amount.units * quantity };
}

/** Rounded to the currency's own exponent, half to even, so that many totals do not drift upwards. */
export function roundToCurrency(amount: Money): Money {
  const exponent = currencyExponent(amount.currency);
  if (amount.exponent <= exponent) return rescale(amount, exponent);
  return { units: divideHalfEven(amount.units, 10n ** BigInt(amount.exponent - exponent)), exponent, currency: amount.currency };
}

/** The quotient rounded to a whole number, half to even. `divisor` > 0. */
export function divideHalfEven(value: bigint, divisor: bigint): bigint {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  const quotient = magnitude / divisor;
  const twice = (magnitude % divisor) * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** Plain decimal text, `-12.50` at exponent 2: no grouping, no exponent sign, as many decimals as the exponent says. */
export function toDecimal(amount: Money): string {
  const negative = amount.units < 0n;
  const digits = (negative ? -amount.units : amount.units).toString().padStart(amount.exponent + 1, "0");
  const whole = digits.slice(0, digits.length - amount.exponent);
  const fraction = amount.exponent === 0 ? "" : `.${digits.slice(-amount.exponent)}`;
  return `${negative ? "-" : ""}${whole}${fraction}`;
}

/** Reads plain decimal text; the exponent is the number of decimals written, or undefined when the text is no such number. */
export function parseDecimal(text: string, currency: string): Money | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const fraction = match[3] ?? "";
  const units = BigInt(`${match[2]}${fraction}`);
  return money(match[1] === "-" ? -units : units, currency, fraction.length);
}
