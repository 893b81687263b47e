import { GraphQLError } from "graphql";
import { decodeId } from "#schema/values/ids.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { defaultRange, readRange, type DayRange } from "../domain/dayRange.ts";
import { martMoney } from "./martMoney.ts";

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
      return { revenue: one.currency === null ? null : martMoney(one.revenue, one.currency), unitsSold: one.unitsSold, asOf, isStale };
    },
  },
};
