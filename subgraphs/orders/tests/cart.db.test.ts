import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { CART, CART_CREATE, CART_LINES_SET, shopper, variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);

describe("cartCreate", () => {
  test("CartCreateSuccess: for a guest, in pounds where nothing else is said", async () => {
    expect(await shopper(slice.graph).cartCreate()).toMatchObject({
      __typename: "CartCreateSuccess",
      cart: { id: expect.stringMatching(/^crt_/), state: "OPEN", currency: "GBP", countryCode: null, buyer: null, lines: [], total: { amount: "0.00" }, updatedAt: NOW.business.toISOString() },
    });
  });

  test("CartCreateSuccess: for a person it is theirs; the input may be left out", async () => {
    expect((await shopper(slice.graph, ada).cartCreate({ countryCode: "FR" })).cart).toMatchObject({ countryCode: "FR", buyer: { id: encodeId("usr", SMALL_SHOP.ada) } });
    expect((await slice.graph.run(CART_CREATE)).data["cartCreate"].__typename).toBe("CartCreateSuccess");
  });

  test("CurrencyNotSupported", async () => {
    expect(await shopper(slice.graph).cartCreate({ currency: "JPY" })).toMatchObject({ __typename: "CurrencyNotSupported", code: "CURRENCY_NOT_SUPPORTED", path: ["input", "currency"] });
  });

  test("a country that does not exist is refused", async () => {
    for (const countryCode of ["ZZ", "gb", "'; --"]) {
      expect((await slice.graph.run(CART_CREATE, { input: { countryCode } })).errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
    }
  });
});

describe("cartLinesSet", () => {
  const guest = () => shopper(slice.graph);

  test("CartLinesSetSuccess: sets, changes and takes out; lines keep their place; amounts are exact and only the total is rounded", async () => {
    const cartId = await guest().cartWith({});
    await guest().cartLinesSet(cartId, [{ variantId: variantId(1), quantity: 2 }, { variantId: variantId(3), quantity: 3 }, { variantId: variantId(2), quantity: 1 }]);
    const { __typename, cart } = await guest().cartLinesSet(cartId, [{ variantId: variantId(1), quantity: 5 }, { variantId: variantId(2), quantity: 0 }]);
    expect(__typename).toBe("CartLinesSetSuccess");
    expect(cart.lines).toEqual([
      { variant: { id: variantId(1) }, quantity: 5, unitPrice: { amount: "1.50", exponent: 2 }, amount: { amount: "7.50", exponent: 2 } },
      { variant: { id: variantId(3) }, quantity: 3, unitPrice: { amount: "0.125", exponent: 3 }, amount: { amount: "0.375", exponent: 3 } },
    ]);
    // 7.875 lies between two pennies: to the even one.
    expect(cart.total).toEqual({ amount: "7.88", currency: "GBP" });
  });

  test.each([-1, 1_000_000_000, 100_001])("InvalidQuantity: %i, and no line is set", async (quantity) => {
    const cartId = await guest().cartWith({ 1: 2 });
    expect(await guest().cartLinesSet(cartId, [{ variantId: variantId(2), quantity: 1 }, { variantId: variantId(1), quantity }])).toMatchObject({
      __typename: "InvalidQuantity", code: "INVALID_QUANTITY", variantId: variantId(1), quantity, path: ["input", "lines", "1", "quantity"],
    });
    const { data } = await slice.graph.run(`query ($id: ID!) { cart(id: $id) { lines { quantity } } }`, { id: cartId });
    expect(data["cart"].lines).toEqual([{ quantity: 2 }]);
  });

  test.each([
    ["an unknown id", encodeId("var", SMALL_SHOP.ada)], ["a product's id", encodeId("prd", SMALL_SHOP.product(1))], ["no id", "x'; --"],
    ["a draft", variantId(6)], ["an archived product", variantId(7)], ["one without price", variantId(8)],
  ])("VariantNotFound: %s", async (_name, id) => {
    const cartId = await guest().cartWith({});
    expect(await guest().cartLinesSet(cartId, [{ variantId: id, quantity: 1 }])).toMatchObject({ __typename: "VariantNotFound", variantId: id, path: ["input", "lines", "0", "variantId"] });
  });

  test("what is not sold any more can still be taken out; the cart has no total until then", async () => {
    const cartId = await guest().cartWith({ 1: 1, 5: 1 });
    await slice.owner.raw("update catalog.products set status = 'ARCHIVED' where id = $1", [SMALL_SHOP.product(5)]);
    const read = async () => (await slice.graph.run(`query ($id: ID!) { cart(id: $id) { ${CART} } }`, { id: cartId })).data["cart"];
    expect(await read()).toMatchObject({ total: null, lines: [{ amount: { amount: "1.50" } }, { unitPrice: null, amount: null }] });
    expect((await guest().cartLinesSet(cartId, [{ variantId: variantId(5), quantity: 0 }])).cart.total.amount).toBe("1.50");
    await slice.owner.raw("update catalog.products set status = 'ACTIVE' where id = $1", [SMALL_SHOP.product(5)]);
  });

  test("DuplicateLine, TooManyLines", async () => {
    const cartId = await guest().cartWith({});
    const line = { variantId: variantId(1), quantity: 1 };
    expect(await guest().cartLinesSet(cartId, [line, line])).toMatchObject({ __typename: "DuplicateLine", path: ["input", "lines", "1", "variantId"] });
    expect(await guest().cartLinesSet(cartId, [])).toMatchObject({ __typename: "TooManyLines", limit: 100 });
    expect(await guest().cartLinesSet(cartId, Array.from({ length: 101 }, () => line))).toMatchObject({ __typename: "TooManyLines" });
  });

  test("CartNotFound: unknown, no id at all, somebody else's; also for SUPPORT, who only looks", async () => {
    const adas = await shopper(slice.graph, ada).cartWith({});
    const line = [{ variantId: variantId(1), quantity: 1 }];
    for (const cartId of [encodeId("crt", SMALL_SHOP.ada), "crt_1", ""]) expect((await guest().cartLinesSet(cartId, line)).__typename).toBe("CartNotFound");
    expect((await guest().cartLinesSet(adas, line)).__typename).toBe("CartNotFound");
    expect((await shopper(slice.graph, person(SMALL_SHOP.bob)).cartLinesSet(adas, line)).__typename).toBe("CartNotFound");
    expect((await shopper(slice.graph, person(SMALL_SHOP.sam, "SUPPORT")).cartLinesSet(adas, line)).__typename).toBe("CartNotFound");
  });

  test("CartAlreadyOrdered: with the order for its buyer", async () => {
    const her = shopper(slice.graph, ada);
    const cartId = await her.cartWith({ 1: 1 });
    const { order } = await her.checkoutComplete(cartId);
    const SET = CART_LINES_SET.replace("... on InvalidQuantity", "... on CartAlreadyOrdered { orderId } ... on InvalidQuantity");
    const { data } = await slice.graph.as(ada).run(SET, { input: { cartId, lines: [{ variantId: variantId(1), quantity: 1 }] } });
    expect(data["cartLinesSet"]).toMatchObject({ __typename: "CartAlreadyOrdered", orderId: order.id });
  });

  test("CartBusy: while a purchase of the cart is under way", async () => {
    const cartId = await guest().cartWith({ 1: 1 });
    expect((await guest().checkoutComplete(cartId, { paymentToken: "tok_unavailable" })).__typename).toBe("PaymentUnavailable");
    expect((await guest().cartLinesSet(cartId, [{ variantId: variantId(1), quantity: 9 }])).__typename).toBe("CartBusy");
  });
});

test("a person's cart is seen by that person, SUPPORT and ADMIN; a guest's by whoever holds its id", async () => {
  const cartId = await shopper(slice.graph, ada).cartWith({ 1: 1 });
  const guests = await shopper(slice.graph).cartWith({ 1: 1 });
  const QUERY = "query ($id: ID!, $guests: ID!) { cart(id: $id) { id } open: cart(id: $guests) { id } }";
  const seen = async (viewer: Parameters<typeof slice.graph.as>[0]) => (await slice.graph.as(viewer).run(QUERY, { id: cartId, guests })).data;
  expect((await slice.graph.run(QUERY, { id: cartId, guests })).data).toEqual({ cart: null, open: { id: guests } });
  expect(await seen(person(SMALL_SHOP.bob))).toEqual({ cart: null, open: { id: guests } });
  for (const viewer of [ada, person(SMALL_SHOP.sam, "SUPPORT"), person(SMALL_SHOP.root, "ADMIN")]) expect(await seen(viewer)).toEqual({ cart: { id: cartId }, open: { id: guests } });
});
