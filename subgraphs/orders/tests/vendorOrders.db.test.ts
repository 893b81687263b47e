import { expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { decodeId } from "#schema/values/ids.ts";
import { insertVendorOrders } from "../queries/vendorOrders.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { shopper } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));

/** An order whose lines belong to vendors as told by position; nothing is shared out yet. */
async function placed(quantities: Record<number, number>, vendors: Record<number, string> = {}): Promise<string> {
  const buyer = shopper(slice.graph);
  // Placing splits orders too; here that is done by hand.
  await slice.owner.raw("update catalog.products set vendor_id = null");
  const { order } = await buyer.checkoutComplete(await buyer.cartWith(quantities));
  const id = decodeId("ord", order.id) as string;
  await slice.owner.raw("delete from orders.vendor_orders where order_id = $1", [id]);
  await slice.owner.raw("update orders.order_lines set vendor_id = null where order_id = $1", [id]);
  for (const [position, vendor] of Object.entries(vendors)) await slice.owner.raw("update orders.order_lines set vendor_id = $3 where order_id = $1 and position = $2", [id, position, vendor]);
  return id;
}
const SECOND = "01900002-0000-7000-8000-0000000000bb";

test("the lines of each vendor make one vendor order, booked once, with the terms of the day; the shop's own lines make none", async () => {
  await slice.owner.raw("insert into users.vendors (id, slug, name, commission_bps, created_at) values ($1, 'second', 'Second', 1250, now())", [SECOND]);
  const id = await placed({ 1: 3, 2: 1, 4: 1 }, { 1: SMALL_SHOP.vendor, 3: SECOND });
  await slice.owner.raw("update orders.order_lines set discount_units = 51 where order_id = $1 and position = 1", [id]);
  expect(await slice.db.tx((tx) => insertVendorOrders(tx, id, NOW.business))).toBe(2);
  await slice.owner.raw("update users.vendors set commission_bps = 9000 where id = $1", [SECOND]);
  await slice.db.tx((tx) => insertVendorOrders(tx, id, NOW.business));
  const { rows } = await slice.owner.raw("select vendor_id, commission_bps, gross_units::int, discount_units::int, net_units::int, commission_units::int, share_units::int from orders.vendor_orders where order_id = $1 order by number", [id]);
  expect(rows).toEqual([
    { vendor_id: SMALL_SHOP.vendor, commission_bps: 1000, gross_units: 450, discount_units: 51, net_units: 399, commission_units: 40, share_units: 359 },
    { vendor_id: SECOND, commission_bps: 1250, gross_units: 450, discount_units: 0, net_units: 450, commission_units: 56, share_units: 394 },
  ]);
  const books = await slice.owner.raw("select e.account, e.units::int from orders.ledger_entries e join orders.ledger_journals j on j.id = e.journal_id where j.order_id = $1 and j.kind = 'VENDOR_SHARE' and e.account <> 'vendor_shares' order by e.units desc", [id]);
  expect(books.rows).toEqual([{ account: `vendor:${SMALL_SHOP.vendor}`, units: -359 }, { account: `vendor:${SECOND}`, units: -394 }]);
});

test("an order without vendors costs one statement and has none", async () => {
  const id = await placed({ 2: 1 });
  expect(await slice.db.tx((tx) => insertVendorOrders(tx, id, NOW.business))).toBe(0);
});
