import { GraphQLError } from "graphql";
import { graphMoney } from "#kit/graphMoney.ts";
import { decodeId } from "#schema/values/ids.ts";
import { currencyExponent, parseDecimal } from "#schema/values/money.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { defaultRange, readRange, type DayRange } from "../domain/dayRange.ts";

export const productResolvers = {
  Product: {
    async analytics(product: { id: string }, { range }: { range?: DayRange | null }, { loaders }: Context) {
      const productId = decodeId("prd", product.id);
      if (!productId) return null;
      const days = range ? readRange(range) : defaultRange(await loaders.businessAsOf());
      const { asOf, isStale, sales } = await loaders.productSales.load({ productId, ...days });
      if (sales.length > 1) throw new GraphQLError("This product was sold in several currencies: ask metricQuery, which keeps them apart.", { extensions: { code: "BAD_USER_INPUT" } });
      const [one] = sales;
      if (!one) return null;
      return { revenue: one.currency === null ? null : graphMoney(withDecimals(one.revenue, one.currency)), unitsSold: one.unitsSold, asOf, isStale };
    },
  },
};

/** Exact money of a mart's number, with the decimals its currency is written with. */
function withDecimals(value: string, currency: string) {
  const [whole, fraction = ""] = value.split(".");
  const decimals = fraction.padEnd(currencyExponent(currency), "0");
  const exact = parseDecimal(decimals === "" ? String(whole) : `${whole}.${decimals}`, currency);
  if (!exact) throw new Error(`the mart's amount ${value} is no amount of money`);
  return exact;
}
