import { decodeId } from "#schema/values/ids.ts";
import type { AnalyticsContext as Context } from "../context.ts";
import { defaultRange, readRange, type DayRange } from "../domain/dayRange.ts";
import type { AnalyticsLoaders } from "../loaders.ts";
import { martMoney } from "./martMoney.ts";

interface Stub { id: string }
interface RangeArgs { range?: DayRange | null }

export const entityResolvers = {
  User: {
    async analytics({ id }: Stub, _args: object, { loaders }: Context) {
      const userId = decodeId("usr", id);
      if (!userId) return null;
      const { asOf, isStale, rows } = await loaders.figuresOfUser.load(userId);
      if (rows.length === 0) return null;
      const times = (of: "first_order_at" | "last_order_at") => rows.flatMap((row) => row[of] ?? []).toSorted((a, b) => a.getTime() - b.getTime());
      return {
        orders: Number(sum(rows, (row) => row.orders)), firstOrderAt: times("first_order_at")[0] ?? null, lastOrderAt: times("last_order_at").at(-1) ?? null, asOf, isStale,
        money: inCurrencies(rows, (row, money) => ({ currency: row.currency, orders: Number(row.orders), revenue: money(row.revenue), refunds: money(row.refunds), ltvObserved: money(row.ltv) })),
      };
    },
  },
  Category: {
    async analytics({ id }: Stub, { range }: RangeArgs, { loaders }: Context) {
      const categoryId = decodeId("cat", id);
      if (!categoryId) return null;
      const { asOf, isStale, rows } = await loaders.figuresOfCategory.load({ id: categoryId, ...(await daysOf(range, loaders)) });
      if (rows.length === 0) return null;
      return { ...counts(rows), asOf, isStale, revenue: inCurrencies(rows, (row, money) => money(row.revenue)) };
    },
  },
  Vendor: {
    async analytics({ id }: Stub, { range }: RangeArgs, { loaders }: Context) {
      const vendorId = decodeId("ven", id);
      if (!vendorId) return null;
      const { asOf, isStale, rows } = await loaders.figuresOfVendor.load({ id: vendorId, ...(await daysOf(range, loaders)) });
      if (rows.length === 0) return null;
      return {
        ...counts(rows), asOf, isStale,
        money: inCurrencies(rows, (row, money) => ({
          currency: row.currency, revenue: money(row.revenue), net: money(row.net), commission: money(row.commission), payout: money(row.payout), reversed: money(row.reversed),
        })),
      };
    },
  },
};

async function daysOf(range: RangeArgs["range"], loaders: AnalyticsLoaders): Promise<DayRange> {
  return range ? readRange(range) : defaultRange(await loaders.businessAsOf());
}

/** An order has one currency: what is counted by currency can be added up. */
const counts = (rows: readonly { orders: bigint; units_sold: bigint }[]) => ({ orders: Number(sum(rows, (row) => row.orders)), unitsSold: sum(rows, (row) => row.units_sold) });

const sum = <Row>(rows: readonly Row[], of: (row: Row) => bigint) => rows.reduce((total, row) => total + of(row), 0n);

/** Never added up over currencies; a row without one stands for an entity without money. */
function inCurrencies<Row extends { currency: string | null }, Shown>(rows: readonly Row[], show: (row: Row, money: (value: string) => ReturnType<typeof martMoney>) => Shown): Shown[] {
  return rows.flatMap((row) => {
    const { currency } = row;
    return currency === null ? [] : [show(row, (value) => martMoney(value, currency))];
  });
}
