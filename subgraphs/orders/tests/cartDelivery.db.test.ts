import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";
import { ADDRESS, cartShopper, plantDelivery, UK_BY_WEIGHT, UK_STANDARD, WORLD_STANDARD } from "./cartShopper.ts";
import { variantId } from "./shopper.ts";
import { till } from "./till.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const guest = () => cartShopper(slice.graph);
const ada = person(SMALL_SHOP.ada);
beforeAll(async () => {
  await plantDelivery(slice.owner);
  await slice.owner.raw(`update catalog.variants set weight_grams = 400 where id = '${SMALL_SHOP.variant(2)}'`);
});

const amounts = (totals: Record<string, { amount: string }>) => Object.fromEntries(Object.entries(totals).map(([part, { amount }]) => [part, amount]));

describe("cartSetDelivery", () => {
  test("CartSetDeliverySuccess: the address names the country, the country the methods and the taxes; a method its price", async () => {
    const cartId = await guest().cartWith({ 1: 4 }, {});
    const { __typename, cart } = await guest().deliver(cartId, { email: " Ada@Example.test ", address: { ...ADDRESS, line2: "  ", phone: "+44 20 7930 1234" } });
    expect(__typename).toBe("CartSetDeliverySuccess");
    expect(cart).toMatchObject({ countryCode: "GB", delivery: { email: "ada@example.test", address: { ...ADDRESS, line2: null, region: null, phone: "+44 20 7930 1234" }, method: null } });
    expect(cart.shippingOptions).toEqual([
      { methodId: UK_STANDARD, name: "Standard", amount: { amount: "3.95" }, minDays: 2, maxDays: 4, isChosen: false },
      { methodId: UK_BY_WEIGHT, name: "Parcel", amount: { amount: "2.50" }, minDays: null, maxDays: null, isChosen: false },
    ]);
    expect(amounts(cart.totals)).toMatchObject({ subtotal: "6.00", shipping: "0.00", taxIncluded: "1.00", total: "6.00" });
    const chosen = (await guest().deliver(cartId, { methodId: UK_STANDARD })).cart;
    expect(chosen.delivery.method).toMatchObject({ methodId: UK_STANDARD, isChosen: true });
    // 6.00 + 3.95 = 9.95, of which a sixth is tax: 1.658
    expect(amounts(chosen.totals)).toEqual({ subtotal: "6.00", discount: "0.00", shipping: "3.95", tax: "0.00", taxIncluded: "1.66", total: "9.95", giftCards: "0.00", due: "9.95" });
    expect(await guest().read(cartId)).toEqual(chosen);
    expect(chosen.problems).toEqual([]);
  });

  test("tax that is added; prices by the value of the goods; null takes away", async () => {
    const cartId = await guest().cartWith({ 5: 4 }, {});
    const { cart } = await guest().deliver(cartId, { address: { ...ADDRESS, countryCode: "NO" }, methodId: WORLD_STANDARD });
    // 22.00 + 15.00 by air, and a quarter on both
    expect(amounts(cart.totals)).toMatchObject({ subtotal: "22.00", shipping: "15.00", tax: "9.25", taxIncluded: "0.00", total: "46.25" });
    const without = (await guest().deliver(cartId, { methodId: null, address: null, email: null })).cart;
    expect(without.delivery).toEqual({ email: null, address: null, method: null });
    expect(without.countryCode).toBe("NO");
  });

  test("prices by weight; above the last band the method is not offered; free from a value on", async () => {
    const cartId = await guest().cartWith({ 2: 3 }, { countryCode: "GB" });
    const offered = async (quantity: number) => Object.fromEntries((await guest().set(cartId, [{ variantId: variantId(2), quantity }])).cart.shippingOptions.map((one: { name: string; amount: { amount: string } }) => [one.name, one.amount.amount]));
    expect(await offered(2)).toEqual({ Standard: "3.95", Parcel: "2.50" });
    expect(await offered(3)).toEqual({ Standard: "3.95", Parcel: "7.00" });
    expect(await offered(13)).toEqual({ Standard: "3.95" });
    expect(await offered(20)).toEqual({ Standard: "0.00" });
  });

  test("a method that the new address does not have is taken away with the old one", async () => {
    const cartId = await guest().cartWith({ 1: 1 }, {});
    await guest().deliver(cartId, { address: ADDRESS, methodId: UK_STANDARD });
    expect((await guest().deliver(cartId, { address: { ...ADDRESS, countryCode: "FR" } })).cart.delivery).toMatchObject({ address: { countryCode: "FR" }, method: null });
  });

  const bookEntry = async (userId: string, more: object = {}) => {
    const { rows } = await slice.owner.raw<{ id: string }>("insert into users.addresses (user_id, name, line1, city, country_code, created_at) select $1, a.name, a.line1, a.city, a.country_code, now() from jsonb_to_record($2) as a (name text, line1 text, city text, country_code text) returning id",
      [userId, JSON.stringify({ name: "Ada Lovelace", line1: "1 Own Street", city: "Leeds", country_code: "GB", ...more })]);
    return encodeId("adr", rows[0]?.id ?? "");
  };

  test("CartSetDeliverySuccess: an address of one's own by its id, as it stands then", async () => {
    const mine = cartShopper(slice.graph, ada);
    const cartId = await mine.cartWith({ 1: 1 }, {});
    const addressId = await bookEntry(SMALL_SHOP.ada);
    expect((await mine.deliver(cartId, { addressId })).cart).toMatchObject({ countryCode: "GB", delivery: { address: { name: "Ada Lovelace", line1: "1 Own Street", city: "Leeds", line2: null } } });
    await slice.owner.raw("update users.addresses set line1 = 'Elsewhere'");
    expect((await mine.read(cartId)).delivery.address.line1).toBe("1 Own Street");
  });

  test("AddressNotFound: of somebody else, for a guest's cart, of another kind; the cart stays as it was", async () => {
    const mine = cartShopper(slice.graph, ada);
    const cartId = await mine.cartWith({ 1: 1 }, {});
    const bobs = await bookEntry(SMALL_SHOP.bob);
    for (const addressId of [bobs, encodeId("adr", SMALL_SHOP.ada), encodeId("usr", SMALL_SHOP.ada), "adr_\u0000", "x'; --", ""]) {
      expect(await mine.deliver(cartId, { addressId })).toMatchObject({ __typename: "AddressNotFound", code: "ADDRESS_NOT_FOUND", path: ["input", "addressId"] });
    }
    const own = await bookEntry(SMALL_SHOP.ada);
    expect(await guest().deliver(await guest().cartWith({ 1: 1 }, {}), { addressId: own })).toMatchObject({ __typename: "AddressNotFound" });
    expect((await mine.read(cartId)).delivery.address).toBeNull();
    await expect(mine.deliver(cartId, { addressId: own, address: ADDRESS })).rejects.toThrow("not both");
  });

  test("InvalidAddress: an address that an import left incomplete", async () => {
    const mine = cartShopper(slice.graph, ada);
    expect(await mine.deliver(await mine.cartWith({ 1: 1 }, {}), { addressId: await bookEntry(SMALL_SHOP.ada, { line1: null }) })).toMatchObject({ __typename: "InvalidAddress", field: "line1" });
  });

  test("ShippingMethodNotOffered: of another zone, unknown, no id at all; the cart stays as it was", async () => {
    const cartId = await guest().cartWith({ 1: 1 }, {});
    await guest().deliver(cartId, { address: ADDRESS });
    for (const methodId of [WORLD_STANDARD, encodeId("smt", SMALL_SHOP.ada), encodeId("szo", SMALL_SHOP.ada), "x'; --"]) {
      expect(await guest().deliver(cartId, { methodId })).toMatchObject({ __typename: "ShippingMethodNotOffered", code: "SHIPPING_METHOD_NOT_OFFERED", path: ["input", "methodId"], offered: [{ name: "Standard" }, { name: "Parcel" }] });
    }
    expect((await guest().read(cartId)).delivery.method).toBeNull();
  });

  test.each([
    ["name", ""], ["line1", "   "], ["city", "x".repeat(101)], ["postalCode", "1".repeat(21)], ["line2", "Flat 1\u0000"], ["name", "Ada\u202Eevil"], ["region", "Kent\nBcc: all"],
    ["phone", "call me"], ["countryCode", "ZZ"],
  ])("InvalidAddress: %s %j", async (field, value) => {
    const cartId = await guest().cartWith({ 1: 1 }, {});
    expect(await guest().deliver(cartId, { address: { ...ADDRESS, [field]: value } })).toMatchObject({ __typename: "InvalidAddress", code: "INVALID_ADDRESS", field, path: ["input", "address", field] });
    expect((await guest().read(cartId)).delivery.address).toBeNull();
  });

  test.each(["", "ada", "a@b", "ada@example.test\nBcc: x@y.zz", `${"a".repeat(250)}@example.test`])("InvalidDeliveryEmail: %j", async (email) => {
    const cartId = await guest().cartWith({}, {});
    expect(await guest().deliver(cartId, { email })).toMatchObject({ __typename: "InvalidDeliveryEmail", path: ["input", "email"] });
    expect(await guest().update(cartId, { email })).toMatchObject({ __typename: "InvalidDeliveryEmail", path: ["input", "email"] });
  });

  test("CartNotFound, CartAlreadyOrdered, CartBusy, VersionConflict", async () => {
    const her = cartShopper(slice.graph, ada);
    const hers = await her.cartWith({ 1: 1 });
    expect((await guest().deliver(hers, { address: ADDRESS })).__typename).toBe("CartNotFound");
    expect((await guest().deliver("crt_1", {})).__typename).toBe("CartNotFound");
    expect(await her.deliver(hers, { email: "ada@example.test", expectedVersion: 1 })).toMatchObject({ __typename: "VersionConflict", code: "VERSION_CONFLICT", expected: 1, actual: 2, path: ["input", "expectedVersion"] });
    expect((await her.deliver(hers, { email: "ada@example.test", expectedVersion: 2 })).cart.version).toBe(3);
    await her.checkoutComplete(hers);
    expect((await her.deliver(hers, { address: ADDRESS })).__typename).toBe("CartAlreadyOrdered");
    const busy = await guest().cartWith({ 1: 1 });
    await guest().checkoutComplete(busy, { paymentToken: "tok_unavailable" });
    expect((await guest().deliver(busy, { address: ADDRESS })).__typename).toBe("CartBusy");
    expect((await guest().update(busy, { note: "x" })).__typename).toBe("CartBusy");
    expect((await guest().add(busy, [{ variantId: variantId(1), quantity: 1 }])).__typename).toBe("CartBusy");
  });
});

describe("cartUpdate", () => {
  test("CartUpdateSuccess: sets what is given, keeps what is not, null takes away", async () => {
    const cartId = await guest().cartWith({ 1: 1 }, {});
    expect((await guest().update(cartId, { note: "  Please ring.\r\nTwice.  ", countryCode: "FR", email: "ada@example.test" })).cart).toMatchObject({ note: "Please ring.\nTwice.", countryCode: "FR", delivery: { email: "ada@example.test" } });
    expect((await guest().update(cartId, { note: null })).cart).toMatchObject({ note: null, countryCode: "FR", delivery: { email: "ada@example.test" } });
    expect((await guest().update(cartId, { countryCode: null, email: null })).cart).toMatchObject({ countryCode: null, delivery: { email: null } });
  });

  test("InvalidNote: longer than 500 characters, or control characters", async () => {
    const cartId = await guest().cartWith({}, {});
    expect((await guest().update(cartId, { note: "😀".repeat(500) })).__typename).toBe("CartUpdateSuccess");
    for (const note of ["x".repeat(501), "bell\u0007", "\u202Etxt.exe"]) expect(await guest().update(cartId, { note })).toMatchObject({ __typename: "InvalidNote", path: ["input", "note"] });
  });

  test("CountryOfAddress: the country cannot be turned away from the address", async () => {
    const cartId = await guest().cartWith({ 1: 1 }, {});
    await guest().deliver(cartId, { address: { ...ADDRESS, countryCode: "NO" } });
    for (const countryCode of ["GB", null]) expect(await guest().update(cartId, { countryCode })).toMatchObject({ __typename: "CountryOfAddress", countryCode: "NO" });
    expect((await guest().update(cartId, { countryCode: "NO" })).__typename).toBe("CartUpdateSuccess");
  });

  test("CartNotFound and VersionConflict; a country that does not exist is refused", async () => {
    expect((await guest().update("crt_1", {})).__typename).toBe("CartNotFound");
    const cartId = await guest().cartWith({}, {});
    expect(await guest().update(cartId, { note: "x", expectedVersion: 7 })).toMatchObject({ __typename: "VersionConflict", expected: 7, actual: 1 });
    await expect(guest().update(cartId, { countryCode: "ZZ" })).rejects.toThrow("is the code of no country");
  });
});

describe("problems", () => {
  const problemsOf = async (cartId: string) => (await guest().read(cartId)).problems;
  afterEach(async () => {
    await slice.owner.raw(`update catalog.products set status = 'ACTIVE' where id = '${SMALL_SHOP.product(4)}'; update catalog.prices set unit_amount = 450 where variant_id = '${SMALL_SHOP.variant(4)}';
      update orders.pricing_rules set delivery_required = false, stamp = gen_random_uuid()`);
  });

  test("PriceChangedSinceAdded: with both prices, until the quantity is set again; it does not block", async () => {
    const cartId = await guest().cartWith({ 4: 2 });
    await slice.owner.raw(`update catalog.prices set unit_amount = 475 where variant_id = '${SMALL_SHOP.variant(4)}'`);
    expect(await problemsOf(cartId)).toEqual([{
      __typename: "PriceChangedSinceAdded", code: "PRICE_CHANGED_SINCE_ADDED", blocksCheckout: false, variant: { id: variantId(4) }, before: { amount: "4.50" }, now: { amount: "4.75" },
      message: "A unit costs 4.75 GBP now; it was 4.50 when it was put into the cart.", advice: expect.stringContaining("setting the quantity again"),
    }]);
    expect((await guest().set(cartId, [{ variantId: variantId(4), quantity: 2 }])).cart.problems).toEqual([]);
  });

  test("NotEnoughStock and OutOfStock: with what is left", async () => {
    const cartId = await guest().cartWith({ 3: 1_200 });
    expect(await problemsOf(cartId)).toMatchObject([{ __typename: "NotEnoughStock", variant: { id: variantId(3) }, requested: 1_200, available: 1_000, blocksCheckout: true, advice: "Lower its quantity to 1000." }]);
    const other = await guest().cartWith({ 5: 1 });
    await slice.owner.raw(`update catalog.stock_levels set reserved = on_hand where variant_id = '${SMALL_SHOP.variant(5)}'`);
    expect(await problemsOf(other)).toMatchObject([{ __typename: "OutOfStock", requested: 1, blocksCheckout: true }]);
    await slice.owner.raw(`update catalog.stock_levels set reserved = 0 where variant_id = '${SMALL_SHOP.variant(5)}'`);
  });

  test("NoLongerSold: the line has no price and no part in the totals", async () => {
    const cartId = await guest().cartWith({ 1: 1, 4: 1 });
    await slice.owner.raw(`update catalog.products set status = 'ARCHIVED' where id = '${SMALL_SHOP.product(4)}'`);
    const cart = await guest().read(cartId);
    expect(cart.problems).toMatchObject([{ __typename: "NoLongerSold", variant: { id: variantId(4) }, blocksCheckout: true }]);
    expect(cart.totals.total.amount).toBe("1.50");
    expect(cart.chosen[1]).toMatchObject({ addedPrice: { amount: "4.50" }, total: null, discounts: [] });
  });

  test("DeliveryNotPossible: the method no longer takes the cart; DeliveryIncomplete: a method without an address", async () => {
    const cartId = await guest().cartWith({ 2: 3 }, { countryCode: "GB" });
    await guest().deliver(cartId, { methodId: UK_BY_WEIGHT });
    expect(await problemsOf(cartId)).toMatchObject([{ __typename: "DeliveryIncomplete", missing: ["ADDRESS"], message: "To deliver the cart, an address is missing." }]);
    await guest().deliver(cartId, { address: ADDRESS });
    expect(await problemsOf(cartId)).toEqual([]);
    const { cart } = await guest().set(cartId, [{ variantId: variantId(2), quantity: 13 }]);
    expect(cart.problems).toMatchObject([{ __typename: "DeliveryNotPossible", obstacle: "METHOD_NOT_OFFERED", blocksCheckout: true }]);
    expect(cart.totals.shipping.amount).toBe("0.00");
  });

  test("DeliveryIncomplete: where the shop asks for delivery, all that is missing is named", async () => {
    await slice.owner.raw("update orders.pricing_rules set delivery_required = true, stamp = gen_random_uuid()");
    const cartId = await guest().cartWith({ 1: 1 }, {});
    expect(await problemsOf(cartId)).toMatchObject([{ missing: ["EMAIL", "ADDRESS", "METHOD"], message: "To deliver the cart, an e-mail address, an address, and a way of delivery are missing." }]);
    await guest().deliver(cartId, { email: "ada@example.test", address: ADDRESS, methodId: UK_STANDARD });
    expect(await problemsOf(cartId)).toEqual([]);
    expect(await problemsOf(await guest().cartWith({}, {}))).toEqual([]);
  });

  test("CodeNoLongerApplies: a code that has run out, with the reason and what to do; one that has nothing to take off yet is no problem", async () => {
    const cartId = await guest().cartWith({ 1: 1 });
    const [promotion, code, shipping, freeCode] = [20, 21, 22, 23].map((n) => `01900009-0000-7000-8000-0000000000${n}`);
    await slice.owner.raw(`insert into orders.promotions (id, name, label, kind, bps, needs_code, stacking_group, created_at, updated_at) values
        ('${promotion}', 'ten', 'Ten off', 'PERCENTAGE_OFF', 1000, true, 'any', now(), now()), ('${shipping}', 'free', 'Free shipping', 'FREE_SHIPPING', null, true, 'free', now(), now());
      update orders.promotions set combines_with = '{*}';
      insert into orders.promotion_codes (id, promotion_id, code, normalized, created_at) values ('${code}', '${promotion}', 'TenOff', 'TENOFF', now()), ('${freeCode}', '${shipping}', 'FREE', 'FREE', now());
      insert into orders.cart_codes (cart_id, code_id, position) select id, '${code}'::uuid, 1 from orders.carts where id = '${decodeId("crt", cartId)}' union all select id, '${freeCode}'::uuid, 2 from orders.carts where id = '${decodeId("crt", cartId)}'`);
    const before = await guest().read(cartId);
    expect([before.problems, before.totals.discount.amount]).toEqual([[], "0.15"]);
    await slice.owner.raw(`update orders.promotions set ends_at = '2011-12-01' where id = '${promotion}'`);
    expect((await guest().read(cartId)).problems).toEqual([{
      __typename: "CodeNoLongerApplies", code: "CODE_NO_LONGER_APPLIES", enteredCode: "TenOff", codeReason: "EXPIRED", blocksCheckout: true,
      message: "The code TenOff takes nothing off this cart: it has expired.", advice: "Take the code out.",
    }]);
    await slice.owner.raw(`update orders.promotion_codes set is_active = false where id = '${code}'`);
    expect((await guest().read(cartId)).problems).toMatchObject([{ codeReason: "NOT_VALID", message: "The code TenOff takes nothing off this cart: it is no longer valid." }]);
  });
});

test("DeliveryRequired, DeliveryUnavailable: what cannot be sent is not bought, in one call or in two, and nothing is held", async () => {
  const buyer = till(slice.graph);
  const cartId = await guest().cartWith({ 1: 1 }, {});
  const held = async () => (await slice.owner.raw("select reference_id, variant_id from catalog.reservations order by 1, 2")).rows;
  // Other tests leave purchases under way.
  const before = await held();
  const answers = async () => [await buyer.checkoutStart({ cartId }), await buyer.pay({ cartId })];
  await slice.owner.raw("update orders.pricing_rules set delivery_required = true, stamp = gen_random_uuid()");
  try {
    const [started, paid] = await answers();
    expect(started).toMatchObject({ __typename: "DeliveryRequired", code: "DELIVERY_REQUIRED", missing: ["EMAIL", "ADDRESS", "METHOD"] });
    expect(paid).toMatchObject({ __typename: "DeliveryRequired" });
    await guest().deliver(cartId, { email: "ada@example.test", address: ADDRESS, methodId: UK_STANDARD });
    await slice.owner.raw("update orders.shipping_methods set is_active = false where id = $1", [decodeId("smt", UK_STANDARD)]);
    const refused = await answers();
    expect(refused[0]).toMatchObject({ __typename: "DeliveryUnavailable", code: "DELIVERY_UNAVAILABLE", reason: "METHOD_NOT_OFFERED" });
    expect(refused[1]).toMatchObject({ __typename: "DeliveryUnavailable", code: "DELIVERY_UNAVAILABLE" });
    await slice.owner.raw("update orders.shipping_methods set is_active = true where id = $1", [decodeId("smt", UK_STANDARD)]);
    expect((await buyer.pay({ cartId }))["__typename"]).toBe("CheckoutCompleteSuccess");
  } finally {
    await slice.owner.raw("update orders.pricing_rules set delivery_required = false, stamp = gen_random_uuid()");
  }
  expect(await held()).toEqual(before);
});
