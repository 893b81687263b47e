import DataLoader from "dataloader";
import { byKey, manyByKey, pagedByKey } from "#kit/batch.ts";
import type { Database } from "#platform/db/database.ts";
import { money, type Money } from "#schema/values/money.ts";
import {
  listAddresses, listBalances, listFulfilmentsOfVendorOrders, listLinesOfVendorOrders, listUnitsOfVendorOrders, listVendorOrdersOfOrders, listVendorOrdersOfVendors,
} from "../queries/afterSale/vendorSide.ts";

/** Guards decide who may ask for a vendor's orders; what hangs on them is asked for by whoever holds one. */
export function vendorOrderLoaders(db: Database) {
  return {
    vendorOrdersOfOrder: manyByKey({ load: (ids) => listVendorOrdersOfOrders(db, ids), keyOf: (one) => one.orderId }),
    vendorOrdersOfVendor: pagedByKey({
      load: (ids, limit, after: [string, string] | undefined) => listVendorOrdersOfVendors(db, ids, limit + 1, after),
      keyOf: (one) => one.vendorId,
    }),
    linesOfVendorOrder: manyByKey({ load: (ids) => listLinesOfVendorOrders(db, ids), keyOf: (line) => line.vendorOrderId }),
    unitsOfVendorOrder: byKey({ load: (ids) => listUnitsOfVendorOrders(db, ids), keyOf: (sums) => sums.id }),
    fulfilmentsOfVendorOrder: manyByKey({ load: (ids) => listFulfilmentsOfVendorOrders(db, ids), keyOf: (parcel) => parcel.vendorOrderId }),
    addressOfOrder: byKey({ load: (ids) => listAddresses(db, ids), keyOf: (address) => address.orderId }),
    balanceOfVendor: new DataLoader<{ vendorId: string; currency: string }, Money, string>(
      async (asked) => {
        const found = await listBalances(db, asked);
        return asked.map(({ vendorId, currency }) => found.find((one) => one.vendorId === vendorId && one.balance.currency === currency)?.balance ?? money(0n, currency));
      },
      { maxBatchSize: 1_000, cacheKeyFn: ({ vendorId, currency }) => `${vendorId} ${currency}` },
    ),
  };
}
