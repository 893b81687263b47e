import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { ADDRESS, cartShopper } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const ada = person(SMALL_SHOP.ada);
const bob = person(SMALL_SHOP.bob);
const guest = () => cartShopper(slice.graph);
const her = () => cartShopper(slice.graph, ada);
const linesOf = (cart: { lines: { variant: { id: string }; quantity: number }[] }) => cart.lines.map((line) => [line.variant.id, line.quantity]);
const stateOf = async (cartId: string) => (await guest().read(cartId)).state;

describe("cartMerge", () => {
  test("CartMergeSuccess: quantities are added, lines keep their place, codes, note and delivery come along, the guest's cart is closed", async () => {
    const from = await guest().cartWith({ 3: 7, 1: 2, 4: 1 }, {});
    await guest().update(from, { note: "Leave it with the porter." });
    await guest().deliver(from, { email: "ada@example.test", address: ADDRESS });
    await slice.owner.raw(`insert into orders.promotions (id, name, label, kind, bps, needs_code, stacking_group, created_at, updated_at) values ('${SMALL_SHOP.vendor}', 'ten', 'Ten off', 'PERCENTAGE_OFF', 1000, true, 'any', now(), now());
      insert into orders.promotion_codes (id, promotion_id, code, normalized, created_at) values ('${SMALL_SHOP.category}', '${SMALL_SHOP.vendor}', 'TEN-OFF', 'TENOFF', now());
      insert into orders.cart_codes (cart_id, code_id, position) values ('${decodeId("crt", from)}', '${SMALL_SHOP.category}', 1)`);
    const into = await her().cartWith({ 1: 5, 2: 1 }, {});
    const { __typename, cart } = await her().merge(from, into);
    expect(__typename).toBe("CartMergeSuccess");
    expect(cart).toMatchObject({ id: into, buyer: { id: encodeId("usr", SMALL_SHOP.ada) }, note: "Leave it with the porter.", countryCode: "GB", delivery: { email: "ada@example.test", address: ADDRESS } });
    expect(linesOf(cart)).toEqual([[variantId(1), 7], [variantId(2), 1], [variantId(3), 7], [variantId(4), 1]]);
    expect(cart.discounts).toEqual([{ label: "Ten off", code: "TEN-OFF", target: "LINE", amount: { amount: "1.84" } }]);
    expect(await guest().read(from)).toMatchObject({ state: "MERGED", delivery: { email: null, address: null }, discounts: [], expiresAt: null, problems: [] });
    // Once more, and as often as one likes.
    expect(linesOf((await her().merge(from, into)).cart)).toEqual(linesOf(cart));
    expect((await her().merge(from)).cart.id).toBe(into);
    expect((await her().add(from, [{ variantId: variantId(1), quantity: 1 }]))).toMatchObject({ __typename: "CartClosed", code: "CART_CLOSED" });
    expect((await her().checkoutComplete(from)).__typename).toBe("CartClosed");
  });

  test("a line never gets above 100000 units", async () => {
    const [from, into] = [await guest().cartWith({ 1: 70_000 }), await her().cartWith({ 1: 70_000 })];
    expect(linesOf((await her().merge(from, into)).cart)).toEqual([[variantId(1), 100_000]]);
  });

  test("without `into`: the person's latest open cart, or the guest's own cart becomes the person's", async () => {
    const his = cartShopper(slice.graph, bob);
    const first = await guest().cartWith({ 1: 1 });
    expect((await his.merge(first)).cart).toMatchObject({ id: first, buyer: { id: encodeId("usr", SMALL_SHOP.bob) } });
    expect((await guest().read(first))).toBeNull();
    expect((await his.merge(first)).cart.id).toBe(first);
    const second = await guest().cartWith({ 2: 1 });
    expect(linesOf((await his.merge(second)).cart)).toEqual([[variantId(1), 1], [variantId(2), 1]]);
    const { data } = await slice.graph.as(bob).run(`{ _entities(representations: [{ __typename: "User", id: "${encodeId("usr", SMALL_SHOP.bob)}" }]) { ... on User { cart { id } } } }`);
    expect(data["_entities"]).toEqual([{ cart: { id: first } }]);
  });

  test("CartNotFound: somebody else's cart, from or into, unknown ids; nothing moves", async () => {
    const hers = await her().cartWith({ 1: 1 });
    const his = await cartShopper(slice.graph, bob).cartWith({ 2: 1 });
    const guests = await guest().cartWith({ 3: 1 });
    expect(await her().merge(his, hers)).toMatchObject({ __typename: "CartNotFound", path: ["input", "from"] });
    expect(await her().merge(guests, his)).toMatchObject({ __typename: "CartNotFound", path: ["input", "into"] });
    expect(await guest().merge(hers, guests)).toMatchObject({ __typename: "CartNotFound", path: ["input", "from"] });
    expect((await her().merge("x'; --", hers)).__typename).toBe("CartNotFound");
    expect((await her().merge(guests, encodeId("crt", SMALL_SHOP.ada))).__typename).toBe("CartNotFound");
    expect((await cartShopper(slice.graph, person(SMALL_SHOP.sam, "SUPPORT")).merge(hers, guests)).__typename).toBe("CartNotFound");
    expect([await stateOf(guests), linesOf(await guest().read(guests))]).toEqual(["OPEN", [[variantId(3), 1]]]);
  });

  test("CartsNotMergeable, TooManyLines, CartBusy, CartAlreadyOrdered", async () => {
    const [a, b] = [await guest().cartWith({ 1: 1 }), await guest().cartWith({ 2: 1 })];
    expect(await guest().merge(a, a)).toMatchObject({ __typename: "CartsNotMergeable", reason: "SAME_CART" });
    await slice.owner.raw(`update orders.carts set currency = 'EUR' where id = '${decodeId("crt", b)}'`);
    expect(await guest().merge(a, b)).toMatchObject({ __typename: "CartsNotMergeable", reason: "OTHER_CURRENCY" });
    const many = await guest().cartWith({}, {});
    await slice.owner.raw(`insert into orders.cart_lines (cart_id, variant_id, position, quantity) select '${decodeId("crt", many)}', gen_random_uuid(), n, 1 from generate_series(1, 100) n`);
    expect(await guest().merge(a, many)).toMatchObject({ __typename: "TooManyLines" });
    const busy = await guest().cartWith({ 1: 1 });
    await guest().checkoutComplete(busy, { paymentToken: "tok_unavailable" });
    expect(await guest().merge(busy, a)).toMatchObject({ __typename: "CartBusy", path: ["input", "from"] });
    expect(await guest().merge(a, busy)).toMatchObject({ __typename: "CartBusy", path: ["input", "into"] });
    const bought = await guest().cartWith({ 1: 1 });
    await guest().checkoutComplete(bought);
    expect(await guest().merge(bought, a)).toMatchObject({ __typename: "CartAlreadyOrdered", path: ["input", "from"] });
  });

  test("the same merge from many sides at once adds the lines once; two carts into each other never wait in a circle", async () => {
    const [from, into] = [await guest().cartWith({ 1: 3 }), await guest().cartWith({ 1: 4 })];
    const answers = await Promise.all(Array.from({ length: 8 }, () => guest().merge(from, into)));
    expect(new Set(answers.map((answer) => answer.__typename))).toEqual(new Set(["CartMergeSuccess"]));
    expect(linesOf(await guest().read(into))).toEqual([[variantId(1), 7]]);
    const [a, b] = [await guest().cartWith({ 1: 1 }), await guest().cartWith({ 1: 1 })];
    const crossed = (await Promise.all([guest().merge(a, b), guest().merge(b, a)])).map((answer) => answer.__typename);
    expect(new Set(crossed)).toEqual(new Set(["CartClosed", "CartMergeSuccess"]));
  });
});
