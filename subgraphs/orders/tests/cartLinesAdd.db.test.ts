import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { cartShopper } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const guest = () => cartShopper(slice.graph);
const one = (n: number, quantity = 1) => [{ variantId: variantId(n), quantity }];
const quantitiesOf = (cart: { lines: { quantity: number }[] }) => cart.lines.map((line) => line.quantity);

describe("cartLinesAdd", () => {
  test("CartLinesAddSuccess: on top of what is there; what it answers is what is read", async () => {
    const cartId = await guest().cartWith({ 1: 2, 2: 1 });
    const { __typename, cart } = await guest().add(cartId, [...one(2, 3), ...one(4)]);
    expect([__typename, quantitiesOf(cart), cart.version]).toEqual(["CartLinesAddSuccess", [2, 4, 1], 3]);
    expect(await guest().read(cartId)).toEqual(cart);
  });

  test("twenty at once: no unit is lost and no line is there twice", async () => {
    const cartId = await guest().cartWith({});
    await Promise.all(Array.from({ length: 20 }, (_none, index) => guest().add(cartId, [...one(1), ...one(2 + (index % 3), 2)])));
    const cart = await guest().read(cartId);
    expect(quantitiesOf(cart).reduce((sum, quantity) => sum + quantity, 0)).toBe(60);
    expect([cart.lines.length, cart.version]).toEqual([4, 21]);
  });

  test("VersionConflict: a call that is repeated with the version it saw adds nothing twice", async () => {
    const cartId = await guest().cartWith({});
    expect((await guest().add(cartId, one(1), { expectedVersion: 1 })).__typename).toBe("CartLinesAddSuccess");
    expect(await guest().add(cartId, one(1), { expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", expected: 1, actual: 2, path: ["input", "expectedVersion"] });
    expect(await guest().set(cartId, one(1, 5), { expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict" });
    expect(quantitiesOf(await guest().read(cartId))).toEqual([1]);
  });

  test("InvalidQuantity: nothing, less than nothing, or more than a line holds", async () => {
    const cartId = await guest().cartWith({ 1: 99_999 });
    for (const quantity of [0, -1]) expect(await guest().add(cartId, one(1, quantity))).toMatchObject({ __typename: "InvalidQuantity", quantity, path: ["input", "lines", "0", "quantity"] });
    expect(await guest().add(cartId, one(1, 2))).toMatchObject({ __typename: "InvalidQuantity", quantity: 100_001, message: "A line holds at most 100000 units, it would be 100001." });
    expect((await guest().add(cartId, one(1))).__typename).toBe("CartLinesAddSuccess");
  });

  test("VariantNotFound, DuplicateLine, TooManyLines, CartNotFound, CartAlreadyOrdered", async () => {
    const cartId = await guest().cartWith({ 1: 1 });
    for (const id of [variantId(6), encodeId("var", SMALL_SHOP.ada), "x'; --"]) expect((await guest().add(cartId, [{ variantId: id, quantity: 1 }])).__typename).toBe("VariantNotFound");
    expect((await guest().add(cartId, [...one(1), ...one(1)])).__typename).toBe("DuplicateLine");
    for (const lines of [[], Array.from({ length: 101 }, () => one(1)[0])]) expect((await guest().add(cartId, lines)).__typename).toBe("TooManyLines");
    const hers = await cartShopper(slice.graph, person(SMALL_SHOP.ada)).cartWith({});
    expect((await guest().add(hers, one(1))).__typename).toBe("CartNotFound");
    await guest().checkoutComplete(cartId);
    expect((await guest().add(cartId, one(1))).__typename).toBe("CartAlreadyOrdered");
  });
});

describe("a cart that somebody tampers with", () => {
  test("quantities beyond 32 bits, fractions and texts are no quantities", async () => {
    const cartId = await guest().cartWith({});
    for (const quantity of [10 ** 18, 2 ** 31, 1.5, "7", null, Number.NaN]) {
      const { errors } = await slice.graph.run("mutation ($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { __typename } }", { input: { cartId, lines: [{ variantId: variantId(1), quantity }] } });
      expect(errors?.[0]?.message, String(quantity)).toMatch(/Int/);
    }
    expect((await guest().read(cartId)).lines).toEqual([]);
  });

  test("the largest quantities of the dearest thing are reckoned exactly", async () => {
    await slice.owner.raw(`update catalog.prices set unit_amount = 999999999 where variant_id = '${SMALL_SHOP.variant(5)}'`);
    const cartId = await guest().cartWith({ 5: 100_000 });
    expect((await guest().read(cartId)).totals.total.amount).toBe("999999999000.00");
    expect((await guest().checkoutComplete(cartId)).__typename).toBe("OrderTooLarge");
    await slice.owner.raw(`update catalog.prices set unit_amount = 550 where variant_id = '${SMALL_SHOP.variant(5)}'`);
  });

  test("neither price nor currency can be said by the buyer, and the currency of a cart stays", async () => {
    for (const [type, field] of [["CartLineInput", "unitPrice"], ["CartUpdateInput", "currency"], ["CartUpdateInput", "state"], ["CartSetDeliveryInput", "amount"]]) {
      const { data } = await slice.graph.run(`{ __type(name: "${type}") { inputFields { name } } }`);
      expect(data["__type"].inputFields.map((one: { name: string }) => one.name)).not.toContain(field);
    }
  });

  test("nobody reads or moves an address through somebody else's cart", async () => {
    const ada = cartShopper(slice.graph, person(SMALL_SHOP.ada));
    const hers = await ada.cartWith({ 1: 1 });
    await ada.deliver(hers, { email: "ada@example.test" });
    const bob = cartShopper(slice.graph, person(SMALL_SHOP.bob));
    expect(await bob.read(hers)).toBeNull();
    expect((await bob.merge(hers, await bob.cartWith({}))).__typename).toBe("CartNotFound");
    expect((await bob.update(hers, { note: "mine" })).__typename).toBe("CartNotFound");
    const { data } = await slice.graph.as(person(SMALL_SHOP.bob)).run(`{ _entities(representations: [{ __typename: "Cart", id: "${hers}" }, { __typename: "User", id: "${encodeId("usr", SMALL_SHOP.ada)}" }]) { ... on Cart { delivery { email } } ... on User { id } } }`);
    expect(data["_entities"][0]).toBeNull();
    const theirs = await slice.graph.as(person(SMALL_SHOP.bob)).run(`{ _entities(representations: [{ __typename: "User", id: "${encodeId("usr", SMALL_SHOP.ada)}" }]) { ... on User { cart { id } } } }`);
    expect(theirs.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
  });
});
