import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { ADDRESS, cartShopper, plantDelivery, UK_STANDARD, WHOLE_CART } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";

// How many statements an operation costs: the same for a cart with one line and with fifty.
const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const guest = () => cartShopper(slice.graph);
const MANY = 50;
const manyVariant = (n: number) => `01900007-0000-7000-8000-${n.toString(16).padStart(12, "0")}`;
const carts = { one: "", many: "" };

beforeAll(async () => {
  await plantDelivery(slice.owner);
  await slice.owner.raw(`
    insert into catalog.variants (id, product_id, sku, name, created_at) select ('01900007-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '${SMALL_SHOP.product(1)}', 'MANY-' || n, 'Many ' || n, now() from generate_series(1, ${MANY}) n;
    insert into catalog.prices (variant_id, currency, unit_amount, exponent, valid_from) select ('01900007-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'GBP', 100 + n, 2, now() from generate_series(1, ${MANY}) n;
    insert into catalog.stock_levels (variant_id, on_hand, is_synthetic, updated_at) select ('01900007-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 1000, true, now() from generate_series(1, ${MANY}) n;
    update orders.pricing_rules set stamp = gen_random_uuid()`);
  carts.one = await guest().cartWith({ 1: 1 });
  carts.many = await guest().cartWith({});
  await guest().set(carts.many, Array.from({ length: MANY }, (_none, index) => ({ variantId: encodeId("var", manyVariant(index + 1)), quantity: 1 })));
  for (const cartId of Object.values(carts)) await guest().deliver(cartId, { address: ADDRESS, methodId: UK_STANDARD });
});

const read = async (cartId: string, fields: string) => (await slice.graph.run(`query ($id: ID!) { cart(id: $id) { ${fields} } }`, { id: cartId })).statements;

describe.each(Object.keys(carts) as (keyof typeof carts)[])("a cart with %s line(s)", (size) => {
  test("its own row alone, when nothing of its contents is asked for", async () => {
    expect(await read(carts[size], "id state currency countryCode version note updatedAt buyer { id }")).toEqual(["orders.cartsByIds"]);
  });

  test("lines and totals, in one statement", async () => {
    expect(await read(carts[size], "id total { amount } lines { quantity unitPrice { amount } amount { amount } variant { id } } totals { total { amount } }")).toEqual(["orders.cartContents"]);
  });

  test("everything there is to know of it, in one statement", async () => {
    expect(await read(carts[size], WHOLE_CART)).toEqual(["orders.cartContents"]);
  });

  test("adding a line and answering the whole cart, in three", async () => {
    expect((await guest().add(carts[size], [{ variantId: variantId(2), quantity: 1 }])).statements).toEqual(["orders.cartForUpdate", "orders.cartWorkspace", "orders.writeCartLines"]);
    expect((await guest().set(carts[size], [{ variantId: variantId(2), quantity: 0 }])).statements).toEqual(["orders.cartForUpdate", "orders.cartWorkspace", "orders.writeCartLines"]);
  });

  test("setting many lines at once, in three", async () => {
    const lines = [1, 2, 3, 4].map((n) => ({ variantId: variantId(n), quantity: n }));
    expect((await guest().set(carts[size], lines)).statements).toEqual(["orders.cartForUpdate", "orders.wideCartWorkspace", "orders.writeCartLines"]);
    await guest().set(carts[size], lines.slice(1).map((line) => ({ ...line, quantity: 0 })));
  });

  test("delivery and notes, in three", async () => {
    expect((await guest().deliver(carts[size], { methodId: UK_STANDARD })).statements).toEqual(["orders.cartForUpdate", "orders.cartWorkspace", "orders.saveCart"]);
    expect((await guest().update(carts[size], { note: "x" })).statements).toEqual(["orders.cartForUpdate", "orders.cartWorkspace", "orders.saveCart"]);
  });

  test("several carts at once cost what one costs", async () => {
    const { statements } = await slice.graph.run(`query ($a: ID!, $b: ID!) { a: cart(id: $a) { lines { quantity } totals { due { amount } } } b: cart(id: $b) { lines { quantity } totals { due { amount } } } }`, { a: carts.one, b: carts.many });
    expect(statements).toEqual(["orders.contentsOfCarts"]);
  });
});

test("with a code and a gift card, one statement more for each", async () => {
  const cartId = await guest().cartWith({ 1: 1 });
  await slice.owner.raw(`insert into orders.promotions (id, name, label, kind, bps, needs_code, stacking_group, created_at, updated_at) values ('${SMALL_SHOP.vendor}', 'ten', 'Ten off', 'PERCENTAGE_OFF', 1000, true, 'any', now(), now());
    insert into orders.promotion_codes (id, promotion_id, code, normalized, created_at) values ('${SMALL_SHOP.category}', '${SMALL_SHOP.vendor}', 'TEN-OFF', 'TENOFF', now());
    insert into orders.cart_codes (cart_id, code_id, position) values ('${decodeId("crt", cartId)}', '${SMALL_SHOP.category}', 1)`);
  // The promotion is new to this process, so the tables are read anew.
  expect(await read(cartId, "totals { discount { amount } }")).toEqual(["orders.cartContents", "orders.pricingRules", "orders.applicablePromotions"]);
  expect(await read(cartId, WHOLE_CART)).toEqual(["orders.cartContents", "orders.applicablePromotions"]);
});

test("without a code guests are offered what applies by itself from memory; a promotion that is changed shows at once", async () => {
  const discount = async () => {
    const { data, statements } = await slice.graph.run("query ($id: ID!) { cart(id: $id) { totals { discount { amount } } } }", { id: carts.one });
    return [data["cart"].totals.discount.amount, statements.length];
  };
  const promotion = "01900009-0000-7000-8000-000000000099";
  await slice.owner.raw(`insert into orders.promotions (id, name, label, kind, bps, needs_code, stacking_group, created_at, updated_at) values ('${promotion}', 'half', 'Half price', 'PERCENTAGE_OFF', 5000, false, 'any', now(), now())`);
  expect(await discount()).toEqual(["0.75", 3]);
  expect(await discount()).toEqual(["0.75", 1]);
  await slice.owner.raw(`update orders.promotions set bps = 1000, version = version + 1 where id = '${promotion}'`);
  expect(await discount()).toEqual(["0.15", 3]);
  await slice.owner.raw(`update orders.promotions set is_active = false where id = '${promotion}'`);
  expect(await discount()).toEqual(["0.00", 2]);
  expect(await discount()).toEqual(["0.00", 1]);
});

test("the open carts of many people, in one statement", async () => {
  const support = slice.graph.as(person(SMALL_SHOP.sam, "SUPPORT"));
  const people = [SMALL_SHOP.ada, SMALL_SHOP.bob, SMALL_SHOP.vera].map((id) => `{ __typename: "User", id: "${encodeId("usr", id)}" }`).join(" ");
  expect((await support.run(`{ _entities(representations: [${people}]) { ... on User { cart { id } } } }`)).statements).toEqual(["orders.latestOpenCarts"]);
});
