import { describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";
import { shopper } from "../shopper.ts";
import { desk, guestDesk, plantCheckout } from "./desk.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const shop = () => desk(slice.graph);
const guest = () => guestDesk(slice.graph);
const buyer = () => shopper(slice.graph);
/** Four of variant 1 at 1.50. */
const cart = () => buyer().cartWith({ 1: 4 });
const only = { target: { variantIds: [encodeId("var", SMALL_SHOP.variant(1))] } };
const ended = (state: string) => `update orders.carts set state = '${state}' where id = $1`;

describe("cartApplyCode", () => {
  test("CartApplyCodeSuccess: the cart costs less at once; entering it again changes nothing", async () => {
    await shop().promotion({ label: "Ten off" }, ["Apply-Me"]);
    const cartId = await cart();
    expect(await guest().cartApplyCode(cartId, " apply me ")).toMatchObject({ __typename: "CartApplyCodeSuccess", cart: { codes: [{ code: "Apply-Me", label: "Ten off" }] } });
    expect((await guest().cartApplyCode(cartId, "APPLYME")).cart.codes).toHaveLength(1);
    const { data } = await slice.graph.run("query ($id: ID!) { cart(id: $id) { totals { subtotal { amount } discount { amount } total { amount } } discounts { label code amount { amount } } problems { code } } }", { id: cartId });
    expect(data["cart"]).toEqual({
      totals: { subtotal: { amount: "6.00" }, discount: { amount: "0.60" }, total: { amount: "5.40" } }, discounts: [{ label: "Ten off", code: "Apply-Me", amount: { amount: "0.60" } }], problems: [],
    });
  });

  test("CartApplyCodeSuccess: free shipping before a way of delivery is chosen", async () => {
    await shop().promotion({ kind: "FREE_SHIPPING", percent: null }, ["SHIPFREE"]);
    expect((await guest().cartApplyCode(await cart(), "SHIPFREE")).__typename).toBe("CartApplyCodeSuccess");
  });

  test("CodeNotFound: unknown, switched off, of a promotion that is off, not begun, no code at all: all the same", async () => {
    const soon = await shop().promotion({ startsAt: "2030-01-01T00:00:00Z" }, ["TOOSOON"]);
    const off = await shop().promotion({}, ["ISOFF"]);
    await shop().promotionDisable(off.id);
    const answers = await Promise.all(["NOSUCHCODE", "TOOSOON", "ISOFF", "'; drop table", "x".repeat(10_000)].map(async (code) => guest().cartApplyCode(await cart(), code)));
    expect(answers[0]).toMatchObject({ __typename: "CodeNotFound", code: "CODE_NOT_FOUND", path: ["input", "code"] });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(soon.id).toBeTruthy();
  });

  test("CodeExpired: the code or its promotion", async () => {
    await shop().promotion({}, ["OLDCODE"], { expiresAt: "2011-01-01T00:00:00Z" });
    await shop().promotion({ endsAt: "2011-01-01T00:00:00Z" }, ["OLDPROMO"]);
    for (const code of ["OLDCODE", "OLDPROMO"]) expect((await guest().cartApplyCode(await cart(), code)).__typename).toBe("CodeExpired");
  });

  test("CodeUsedUp: in all, of the code, by the customer", async () => {
    const full = await shop().promotion({ usageLimit: 1 }, ["ALLGONE"]);
    await slice.owner.raw("update orders.promotion_uses set used = 1 where promotion_id = $1", [decodeId("prm", full.id)]);
    await shop().promotion({}, ["ONEGONE"], { usageLimit: 1 });
    await slice.owner.raw("update orders.promotion_codes set used = 1 where code = 'ONEGONE'");
    const once = await shop().promotion({ usageLimitPerCustomer: 1 }, ["YOURSGONE"]);
    await slice.owner.raw("insert into orders.promotion_customer_uses (promotion_id, customer_key, usage_limit, used) values ($1, $2, 1, 1)", [decodeId("prm", once.id), `user:${SMALL_SHOP.ada}`]);
    for (const code of ["ALLGONE", "ONEGONE"]) expect((await guest().cartApplyCode(await cart(), code)).__typename).toBe("CodeUsedUp");
    const ada = person(SMALL_SHOP.ada);
    expect((await desk(slice.graph, ada).cartApplyCode(await shopper(slice.graph, ada).cartWith({ 1: 1 }), "YOURSGONE")).__typename).toBe("CodeUsedUp");
    expect((await guest().cartApplyCode(await cart(), "YOURSGONE")).__typename).toBe("CartApplyCodeSuccess");
  });

  test.each([
    ["NO_MATCHING_ITEMS", { target: { variantIds: [encodeId("var", SMALL_SHOP.variant(2))] } }], ["MINIMUM_SUBTOTAL", { minimumSubtotal: "6.01", currency: "GBP" }],
    ["MINIMUM_QUANTITY", { minimumQuantity: 5 }], ["OTHER_COUNTRY", { countries: ["FR"] }], ["REGISTERED_ONLY", { customers: "REGISTERED" }],
    ["NOTHING_TO_TAKE_OFF", { kind: "BUY_X_GET_Y", percent: null, buyQuantity: 5, getQuantity: 1 }],
  ])("CodeNotApplicable: %s", async (reason, more) => {
    const code = `NOT${reason.replaceAll("_", "")}`;
    await shop().promotion(more, [code]);
    const cartId = await cart();
    expect(await guest().cartApplyCode(cartId, code)).toMatchObject({ __typename: "CodeNotApplicable", reason, path: ["input", "code"] });
    expect((await slice.graph.run("query ($id: ID!) { cart(id: $id) { codes { code } } }", { id: cartId })).data["cart"].codes).toEqual([]);
  });

  test("CodeNotApplicable: NOT_COMBINABLE with what is there, and with another code of the same promotion", async () => {
    await shop().promotion({ combinesWith: [], priority: 5 }, ["ALONE", "ALONETOO"]);
    await shop().promotion({ combinesWith: [] }, ["SECOND"]);
    const cartId = await cart();
    await guest().cartApplyCode(cartId, "ALONE");
    for (const code of ["SECOND", "ALONETOO"]) expect(await guest().cartApplyCode(cartId, code)).toMatchObject({ __typename: "CodeNotApplicable", reason: "NOT_COMBINABLE" });
  });

  test("CodeNotApplicable: a category stands for what is below it, FIRST_ORDER_ONLY for who has bought", async () => {
    await shop().promotion({ target: { categoryIds: [encodeId("cat", SMALL_SHOP.category)] } }, ["INHOME"]);
    expect((await guest().cartApplyCode(await cart(), "INHOME")).__typename).toBe("CartApplyCodeSuccess");
    expect(await guest().cartApplyCode(await buyer().cartWith({ 5: 1 }), "INHOME")).toMatchObject({ reason: "NO_MATCHING_ITEMS" });
    await shop().promotion({ customers: "FIRST_ORDER" }, ["FIRSTONLY"]);
    const bob = person(SMALL_SHOP.bob);
    await shopper(slice.graph, bob).checkoutComplete(await shopper(slice.graph, bob).cartWith({ 1: 1 }));
    expect(await desk(slice.graph, bob).cartApplyCode(await shopper(slice.graph, bob).cartWith({ 1: 1 }), "FIRSTONLY")).toMatchObject({ reason: "FIRST_ORDER_ONLY" });
  });

  test("TooManyCodes", async () => {
    const cartId = await cart();
    for (const n of [1, 2, 3, 4, 5, 6]) {
      await shop().promotion({ ...only, name: `N${n}` }, [`MANY${n}`]);
      expect(await guest().cartApplyCode(cartId, `MANY${n}`)).toMatchObject(n < 6 ? { __typename: "CartApplyCodeSuccess" } : { __typename: "TooManyCodes", limit: 5 });
    }
  });

  test("TooManyWrongCodes: ten a minute for a cart, those at the same moment too; right ones do not count", async () => {
    await shop().promotion({}, ["RIGHTONE"]);
    const cartId = await cart();
    for (let times = 0; times < 12; times += 1) expect((await guest().cartApplyCode(cartId, "RIGHTONE")).__typename).toBe("CartApplyCodeSuccess");
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => guest().cartApplyCode(cartId, `WRONG${n}`)));
    expect(answers.filter((one) => one.__typename === "CodeNotFound")).toHaveLength(10);
    expect(answers.filter((one) => one.__typename === "TooManyWrongCodes")).toHaveLength(20);
    expect(await guest().cartApplyCode(cartId, "RIGHTONE")).toMatchObject({ __typename: "TooManyWrongCodes", retryAfterSeconds: expect.any(Number) });
    await slice.owner.raw("update orders.code_guesses set window_ends_at = now()");
    expect((await guest().cartApplyCode(cartId, "RIGHTONE")).__typename).toBe("CartApplyCodeSuccess");
  });
});

describe("cartRemoveCode", () => {
  test("CartRemoveCodeSuccess, CodeNotFound", async () => {
    await shop().promotion({}, ["TAKEOUT"]);
    const cartId = await cart();
    expect((await guest().cartRemoveCode(cartId, "TAKEOUT")).__typename).toBe("CodeNotFound");
    await guest().cartApplyCode(cartId, "TAKEOUT");
    expect((await guest().cartRemoveCode(cartId, "take-out")).cart.codes).toEqual([]);
    for (const text of ["TAKEOUT", "'; --"]) expect((await guest().cartRemoveCode(cartId, text)).__typename).toBe("CodeNotFound");
  });
});

describe("carts that cannot be changed", () => {
  const verbs = () => [
    (id: string) => guest().cartApplyCode(id, "CLOSEDCART"), (id: string) => guest().cartRemoveCode(id, "CLOSEDCART"),
    (id: string) => guest().cartGiftCardAdd(id, "00000000000000000000"), (id: string) => guest().cartGiftCardRemove(id, encodeId("gft", SMALL_SHOP.ada)),
  ];

  test("CartNotFound: unknown, of another kind, somebody else's", async () => {
    const theirs = await shopper(slice.graph, person(SMALL_SHOP.ada)).cartWith({ 1: 1 });
    for (const verb of verbs()) for (const id of [encodeId("crt", SMALL_SHOP.ada), encodeId("ord", SMALL_SHOP.ada), "x'; --", theirs]) expect((await verb(id)).__typename).toBe("CartNotFound");
    await slice.owner.raw("delete from orders.code_guesses");
  });

  test("CartBusy, CartAlreadyOrdered, CartClosed, VersionConflict", async () => {
    const [busy, ordered, closed, changed] = [await cart(), await cart(), await cart(), await cart()];
    await plantCheckout(slice.owner, busy);
    await slice.owner.raw(ended("ORDERED"), [decodeId("crt", ordered)]);
    await slice.owner.raw(ended("EXPIRED"), [decodeId("crt", closed)]);
    for (const verb of verbs()) {
      expect([(await verb(busy)).__typename, (await verb(ordered)).__typename, (await verb(closed)).__typename]).toEqual(["CartBusy", "CartAlreadyOrdered", "CartClosed"]);
    }
    expect(await guest().cartApplyCode(changed, "CLOSEDCART", { expectedVersion: 999 })).toMatchObject({ __typename: "VersionConflict", path: ["input", "expectedVersion"] });
  });
});

describe("through the checkout", () => {
  const TOTALS = "query ($id: ID!) { cart(id: $id) { totals { total { amount } giftCards { amount } due { amount } } giftCards { id last4 amount { amount } } } }";

  test("a code and a gift card pay: uses and balance move once; a card that is spent elsewhere meanwhile is told", async () => {
    const promotion = await shop().promotion({ usageLimit: 1 }, ["CHECKOUT10"]);
    const card = await shop().giftCard("2.00");
    const [first, second] = [await cart(), await cart()];
    for (const cartId of [first, second]) {
      await guest().cartApplyCode(cartId, "CHECKOUT10");
      await guest().cartGiftCardAdd(cartId, card.secret);
    }
    expect((await slice.graph.run(TOTALS, { id: first })).data["cart"]).toMatchObject({ totals: { total: { amount: "5.40" }, giftCards: { amount: "2.00" }, due: { amount: "3.40" } }, giftCards: [{ id: card.id, amount: { amount: "2.00" } }] });
    const { __typename, order } = await buyer().checkoutComplete(first, { expectedTotal: "5.40" });
    expect([__typename, order?.total.amount]).toEqual(["CheckoutCompleteSuccess", "5.40"]);
    const { rows } = await slice.owner.raw("select u.used::int, u.held::int, (select balance_units::int from orders.gift_cards where id = $2) as balance from orders.promotion_uses u where u.promotion_id = $1", [decodeId("prm", promotion.id), decodeId("gft", card.id)]);
    expect(rows).toEqual([{ used: 1, held: 0, balance: 0 }]);
    expect((await buyer().checkoutComplete(second)).__typename).toBe("CodeNoLongerValid");
    await guest().cartRemoveCode(second, "CHECKOUT10");
    expect((await slice.graph.run(TOTALS, { id: second })).data["cart"].totals).toMatchObject({ total: { amount: "6.00" }, due: { amount: "6.00" } });
  });

  test("a declined payment gives back what was held", async () => {
    const promotion = await shop().promotion({ usageLimit: 1 }, ["DECLINE10"]);
    const card = await shop().giftCard("1.00");
    const cartId = await cart();
    await guest().cartApplyCode(cartId, "DECLINE10");
    await guest().cartGiftCardAdd(cartId, card.secret);
    expect((await buyer().checkoutComplete(cartId, { paymentToken: "tok_declined" })).__typename).toBe("PaymentDeclined");
    const { rows } = await slice.owner.raw("select u.used::int, u.held::int, (select held_units::int from orders.gift_cards where id = $2) as card from orders.promotion_uses u where u.promotion_id = $1", [decodeId("prm", promotion.id), decodeId("gft", card.id)]);
    expect(rows).toEqual([{ used: 0, held: 0, card: 0 }]);
  });
});
