import { currencyExponent, type Money, money } from "#schema/values/money.ts";
import { PaymentRefused } from "../paymentProvider.ts";

/**
 * Currencies whose smallest unit at Stripe is not the currency's own: these two have none, but are counted in hundredths, always
 * full ones. Source: https://docs.stripe.com/currencies, special cases.
 */
const IN_HUNDREDTHS = new Set(["ISK", "UGX"]);
/** Counted in thousandths, of which the last digit must be 0. Same source. */
const THREE_DECIMALS = new Set(["BHD", "JOD", "KWD", "OMR", "TND"]);

/** An amount at the currency's own exponent, as Stripe counts it. @throws PaymentRefused when Stripe cannot be asked for it. */
export function toStripeUnits(units: bigint, currency: string): number {
  const counted = IN_HUNDREDTHS.has(currency) ? units * 100n : units;
  if (THREE_DECIMALS.has(currency) && counted % 10n !== 0n) throw new PaymentRefused("AMOUNT_NOT_PAYABLE", `an amount of ${currency} must end in 0 thousandths`);
  if (counted > BigInt(Number.MAX_SAFE_INTEGER)) throw new PaymentRefused("AMOUNT_TOO_LARGE", "the amount is more than Stripe takes");
  return Number(counted);
}

/** @throws PaymentRefused when the amount is none of the currency: nothing may be lost. */
export function fromStripeUnits(count: number, currency: string): bigint {
  const units = BigInt(count);
  const code = currency.toUpperCase();
  if (!IN_HUNDREDTHS.has(code)) return units;
  if (units % 100n !== 0n) throw new PaymentRefused("AMOUNT_NOT_PAYABLE", `${count} hundredths are no amount of ${code}`);
  return units / 100n;
}

export function moneyOf(count: number, currency: string): Money {
  const code = currency.toUpperCase();
  return money(fromStripeUnits(count, code), code, currencyExponent(code));
}
