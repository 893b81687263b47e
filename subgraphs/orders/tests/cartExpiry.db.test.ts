import { expect, test } from "vitest";
import { contractBreaches } from "#schema/events/registry.ts";
import { decodeId } from "#schema/values/ids.ts";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW, testClocks } from "#kit/testing/testClocks.ts";
import { silentLog } from "#platform/log.ts";
import { sweepCarts } from "../commands/sweepCarts.ts";
import type { OrdersParts } from "../context.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { ADDRESS, cartShopper } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const guest = () => cartShopper(slice.graph);
const parts = () => ({ db: slice.db, clocks: testClocks, log: silentLog }) as unknown as OrdersParts;
const age = (cartId: string, days: number) => slice.owner.raw("update orders.carts set updated_at = $2::timestamptz - make_interval(days => $3) where id = $1", [decodeId("crt", cartId), NOW.business, days]);

test("a cart says when it expires; the sweep closes it then, forgets where it should have gone, and tells of it once", async () => {
  const her = cartShopper(slice.graph, person(SMALL_SHOP.ada));
  const cartId = await her.cartWith({ 1: 2, 2: 1 });
  await her.deliver(cartId, { email: "ada@example.test", address: ADDRESS });
  expect((await her.read(cartId)).expiresAt).toBe(new Date(NOW.business.getTime() + 30 * 86_400_000).toISOString());
  const [young, bought, busy] = [await guest().cartWith({ 1: 1 }), await guest().cartWith({ 1: 1 }), await guest().cartWith({ 1: 1 })];
  await guest().checkoutComplete(bought);
  await guest().checkoutComplete(busy, { paymentToken: "tok_unavailable" });
  await Promise.all([age(cartId, 31), age(young, 29), age(bought, 400), age(busy, 400)]);

  expect((await Promise.all([sweepCarts(parts()), sweepCarts(parts()), sweepCarts(parts())])).reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(await her.read(cartId)).toMatchObject({ state: "EXPIRED", expiresAt: null, delivery: { email: null, address: null }, lines: [{ quantity: 2 }, { quantity: 1 }], problems: [] });
  expect([(await guest().read(young)).state, (await guest().read(bought)).state, (await guest().read(busy)).state]).toEqual(["OPEN", "ORDERED", "OPEN"]);
  const { rows } = await slice.owner.raw<{ type: string; version: number; aggregate: string; aggregate_id: string; payload: unknown }>("select type, version, aggregate, aggregate_id, payload from platform.outbox where type = 'CartExpired'");
  expect(rows).toEqual([{
    type: "CartExpired", version: 1, aggregate: "cart", aggregate_id: decodeId("crt", cartId),
    payload: { cartId: decodeId("crt", cartId), userId: SMALL_SHOP.ada, lastChangedAt: new Date(NOW.business.getTime() - 31 * 86_400_000).toISOString(), lines: 2 },
  }]);
  expect(rows.flatMap(contractBreaches)).toEqual([]);

  expect(await her.add(cartId, [{ variantId: variantId(1), quantity: 1 }])).toMatchObject({ __typename: "CartClosed", message: expect.stringContaining("expired") });
  expect((await her.checkoutComplete(cartId)).__typename).toBe("CartClosed");
  expect(await her.merge(cartId)).toMatchObject({ __typename: "CartClosed", state: "EXPIRED" });
});

test("how long carts live is the shop's decision; what is changed lives on", async () => {
  await slice.owner.raw("update orders.pricing_rules set cart_lifetime_days = 2, stamp = gen_random_uuid()");
  const [left, touched] = [await guest().cartWith({ 1: 1 }), await guest().cartWith({ 1: 1 })];
  await Promise.all([age(left, 3), age(touched, 3)]);
  await guest().update(touched, { note: "still here" });
  await sweepCarts(parts());
  expect([(await guest().read(left)).state, (await guest().read(touched)).state]).toEqual(["EXPIRED", "OPEN"]);
});
