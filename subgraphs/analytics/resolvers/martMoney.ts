import { graphMoney } from "#kit/graphMoney.ts";
import { currencyExponent, parseDecimal } from "#schema/values/money.ts";

/** The graph's `Money` of a mart's number, exact, with at least the decimals its currency is written with. */
export function martMoney(value: string, currency: string): ReturnType<typeof graphMoney> {
  const [whole, fraction = ""] = value.split(".");
  const decimals = fraction.padEnd(currencyExponent(currency), "0");
  const exact = parseDecimal(decimals === "" ? String(whole) : `${whole}.${decimals}`, currency);
  if (!exact) throw new Error(`the mart's amount ${value} is no amount of money`);
  return graphMoney(exact);
}
