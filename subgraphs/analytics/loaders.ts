import DataLoader from "dataloader";
import { byKey } from "#kit/batch.ts";
import { isStaleFor, type WarehouseReader } from "#warehouse/reader.ts";
import { entityLoaders } from "./entityLoaders.ts";
import { productSales, vendorOfProducts } from "./queries/marts.ts";
import { stepsOfRuns } from "./queries/ledger.ts";
import { qualityLoaders } from "./qualityLoaders.ts";

/** Sales of one product over half-open days. */
export interface ProductSales {
  readonly productId: string;
  readonly currency: string | null;
  readonly revenue: string;
  readonly unitsSold: bigint;
}
export interface ProductRange {
  readonly productId: string;
  readonly from: string;
  readonly to: string;
}

interface SalesAnswer {
  readonly asOf: Date;
  readonly isStale: boolean;
  readonly sales: readonly ProductSales[];
}

export function makeLoaders(reader: WarehouseReader) {
  let businessDay: Promise<Date> | undefined;
  return {
    /** Business time of the published build, read once for all products of the request. */
    businessAsOf: () => (businessDay ??= reader.read(async (build) => build.businessAsOf)),
    vendorOfProduct: byKey({
      load: async (ids: readonly string[]) =>
        (await reader.read((build) => build.many(vendorOfProducts, [ids]))).map((row) => ({ productId: row.product_id, vendorId: row.vendor_id })),
      keyOf: (row) => row.productId,
    }),
    /** Products that are asked for over the same days share a statement. */
    productSales: new DataLoader<ProductRange, SalesAnswer, string>(
      async (asked) => {
        const answers = new Map<string, SalesAnswer>();
        await Promise.all([...Map.groupBy(asked, (one) => `${one.from}/${one.to}`).values()].map((same) => loadSales(reader, same, answers)));
        return asked.map((one) => answers.get(nameOf(one)) as SalesAnswer);
      },
      { cacheKeyFn: nameOf, maxBatchSize: 1_000 },
    ),
    ...qualityLoaders(reader),
    ...entityLoaders(reader),
    stepsOfRun: new DataLoader(async (runIds: readonly string[]) => {
      const groups = Map.groupBy(await reader.ledger.many(stepsOfRuns, [runIds]), (row) => row.run_id);
      return runIds.map((id) => groups.get(id) ?? []);
    }),
  };
}
export type AnalyticsLoaders = ReturnType<typeof makeLoaders>;

const nameOf = (one: ProductRange) => `${one.productId}/${one.from}/${one.to}`;

async function loadSales(reader: WarehouseReader, asked: readonly ProductRange[], answers: Map<string, SalesAnswer>): Promise<void> {
  const { from, to } = asked[0] as ProductRange;
  const { asOf, isStale, rows } = await reader.read(async (build) => ({ asOf: build.asOf, isStale: isStaleFor(build, ["fct_order_lines"]), rows: await build.many(productSales, [asked.map((one) => one.productId), from, to]) }));
  const groups = Map.groupBy(rows, (row) => row.product_id);
  for (const one of asked) {
    const sales = (groups.get(one.productId) ?? []).map((row) => ({ productId: row.product_id, currency: row.currency, revenue: row.revenue, unitsSold: row.units_sold }));
    answers.set(nameOf(one), { asOf, isStale, sales });
  }
}
