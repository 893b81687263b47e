import { seesEveryone, type Viewer } from "#kit/viewer.ts";
import type { Tx } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import type { OrderState } from "../../domain/orderState.ts";

const ofVendors = query({
  name: "orders.orderOfVendorsForUpdate",
  text: `select o.id from orders.orders o
    where o.id = $1 and ($2 or exists (select 1 from orders.order_lines l where l.order_id = o.id and l.vendor_id = any($3))) for update`,
  params: ["uuid", "bool", "uuid[]"],
  row: { id: "uuid" },
  budget: { access: "write", maxRows: 1 },
});

const setState = query({
  name: "orders.setOrderState",
  text: "update orders.orders set state = $2, version = version + 1 where id = $1",
  params: ["uuid", "text"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

/** Holds the order for those who pack it: SUPPORT and ADMIN any, a vendor one in which it has lines. False when it is not theirs. */
export async function lockOrderOfPackers(tx: Tx, orderId: string, viewer: Viewer): Promise<boolean> {
  return (await tx.maybeOne(ofVendors, [orderId, seesEveryone(viewer), viewer.vendorIds])) !== undefined;
}

export async function setOrderState(tx: Tx, orderId: string, state: OrderState): Promise<void> {
  await tx.execute(setState, [orderId, state]);
}
