import { afterAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { findBreaches } from "../../queries/audit/auditCheck.ts";
import { checks } from "../../queries/audit/promotions.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";
import { shopper } from "../shopper.ts";
import { desk, guestDesk, ROOT } from "./desk.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const shop = () => desk(slice.graph);
const guest = () => guestDesk(slice.graph);
const cart = () => shopper(slice.graph).cartWith({ 1: 4 });
const unknown = encodeId("gft", SMALL_SHOP.ada);
const LOOK = "query ($code: String!) { giftCard(code: $code) { __typename ... on GiftCard { id last4 state balance { amount } available { amount } } ... on TooManyWrongCodes { code message path retryAfterSeconds } } }";
const look = async (code: string, viewer = person(SMALL_SHOP.ada)) => (await slice.graph.as(viewer).run(LOOK, { code })).data["giftCard"];

afterAll(async () => expect(await findBreaches(slice.owner, checks)).toEqual([]));

describe("giftCardIssue", () => {
  test("GiftCardIssueSuccess: the code is told once, kept as a digest and booked", async () => {
    const { __typename, giftCard, secret } = await shop().giftCardIssue({ amount: "25.5", note: "For the raffle", expiresAt: "2030-01-01T00:00:00Z", idempotencyKey: "issue-1" });
    expect([__typename, secret]).toEqual(["GiftCardIssueSuccess", expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){4}$/)]);
    expect(giftCard).toMatchObject({
      id: expect.stringMatching(/^gft_/), last4: secret.slice(-4), state: "ACTIVE", initial: { amount: "25.50" }, balance: { amount: "25.50", currency: "GBP" }, available: { amount: "25.50" },
      note: "For the raffle", movements: [{ kind: "ISSUED", amount: { amount: "25.50" }, balanceAfter: { amount: "25.50" }, orderId: null, reason: null }],
    });
    const again = await shop().giftCardIssue({ amount: "25.5", note: "For the raffle", expiresAt: "2030-01-01T00:00:00Z", idempotencyKey: "issue-1" });
    expect([again.giftCard.id, again.secret]).toEqual([giftCard.id, null]);
    const { rows } = await slice.owner.raw("select (select count(*)::int from orders.gift_cards) as cards, (select count(*)::int from platform.outbox where type = 'GiftCardIssued') as told, (select string_agg(x::text, ' ') from (select g::text as x from orders.gift_cards g union all select o.payload::text from platform.outbox o union all select k.response::text from orders.idempotency_keys k) y) as everything");
    expect(rows[0]).toMatchObject({ cards: 1, told: 1 });
    expect(rows[0]?.["everything"]).not.toContain(secret.replaceAll("-", "").slice(0, 12));
    expect(rows[0]?.["everything"]).not.toContain(secret.slice(0, 14));
  });

  test.each([
    ["nothing", { amount: "0" }, "amount"], ["less than nothing", { amount: "-5" }, "amount"], ["too much", { amount: "10000.01" }, "amount"], ["a huge amount", { amount: "999999999999999" }, "amount"],
    ["half a penny", { amount: "0.005" }, "amount"], ["a currency that is not sold in", { currency: "EUR" }, "currency"], ["an end in the past", { expiresAt: "2000-01-01T00:00:00Z" }, "expiresAt"],
    ["an empty note", { note: " " }, "note"], ["a long note", { note: "x".repeat(501) }, "note"],
  ])("InvalidGiftCard: %s", async (_name, more, field) => {
    expect(await shop().giftCardIssue({ amount: "5", ...more })).toMatchObject({ __typename: "InvalidGiftCard", path: ["input", field] });
  });

  test("IdempotencyConflict, InvalidIdempotencyKey, RequestInProgress", async () => {
    expect((await shop().giftCardIssue({ amount: "26", idempotencyKey: "issue-1" })).__typename).toBe("IdempotencyConflict");
    expect((await shop().giftCardIssue({ amount: "5", idempotencyKey: "" })).__typename).toBe("InvalidIdempotencyKey");
    await shop().giftCardIssue({ amount: "5", idempotencyKey: "issue-2" });
    await slice.owner.raw("update orders.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = 'issue-2'");
    expect((await shop().giftCardIssue({ amount: "5", idempotencyKey: "issue-2" })).__typename).toBe("RequestInProgress");
  });
});

describe("giftCardAdjust", () => {
  test("GiftCardAdjustSuccess: both ways, once per key, with the reason", async () => {
    const { id } = await shop().giftCard("10");
    for (const _twice of [1, 2]) expect((await shop().giftCardAdjust({ giftCardId: id, amount: "-4.5", reason: "Sold for less", idempotencyKey: "adjust-1" })).giftCard).toMatchObject({ balance: { amount: "5.50" } });
    const { giftCard } = await shop().giftCardAdjust({ giftCardId: id, amount: "1", reason: "Sorry" });
    expect(giftCard.movements).toMatchObject([{ kind: "ADJUSTED", amount: { amount: "1.00" }, reason: "Sorry", balanceAfter: { amount: "6.50" } }, { amount: { amount: "-4.50" } }, { kind: "ISSUED" }]);
  });

  test("BalanceTooLow: never below what purchases hold", async () => {
    const { id } = await shop().giftCard("10");
    await slice.owner.raw("update orders.gift_cards set held_units = 600 where id = $1", [decodeId("gft", id)]);
    expect(await shop().giftCardAdjust({ giftCardId: id, amount: "-4.01", reason: "x" })).toMatchObject({ __typename: "BalanceTooLow", available: { amount: "4.00" }, path: ["input", "amount"] });
    expect((await shop().giftCardAdjust({ giftCardId: id, amount: "-4", reason: "x" })).__typename).toBe("GiftCardAdjustSuccess");
    await slice.owner.raw("update orders.gift_cards set held_units = 0 where id = $1", [decodeId("gft", id)]);
  });

  test("GiftCardNotFound, InvalidGiftCard, IdempotencyConflict, InvalidIdempotencyKey, RequestInProgress", async () => {
    const { id } = await shop().giftCard("10");
    const adjust = (more: Record<string, unknown>) => shop().giftCardAdjust({ giftCardId: id, amount: "1", reason: "x", ...more });
    for (const giftCardId of [unknown, encodeId("ord", SMALL_SHOP.ada)]) expect((await adjust({ giftCardId })).__typename).toBe("GiftCardNotFound");
    for (const [more, field] of [[{ amount: "0" }, "amount"], [{ amount: "10000.01" }, "amount"], [{ reason: "" }, "reason"]] as const) expect(await adjust(more)).toMatchObject({ __typename: "InvalidGiftCard", path: ["input", field] });
    expect((await adjust({ idempotencyKey: "adjust-1" })).__typename).toBe("IdempotencyConflict");
    expect((await adjust({ idempotencyKey: "ä" })).__typename).toBe("InvalidIdempotencyKey");
    await adjust({ idempotencyKey: "adjust-2" });
    await slice.owner.raw("update orders.idempotency_keys set state = 'RUNNING', lease_until = now() + interval '20 seconds' where key = 'adjust-2'");
    expect((await adjust({ idempotencyKey: "adjust-2" })).__typename).toBe("RequestInProgress");
  });
});

describe("giftCardDisable", () => {
  test("GiftCardDisableSuccess, GiftCardNotFound", async () => {
    const { id, secret } = await shop().giftCard("10");
    expect((await shop().giftCardDisable(id)).giftCard).toMatchObject({ state: "DISABLED", balance: { amount: "10.00" } });
    expect((await guest().cartGiftCardAdd(await cart(), secret)).__typename).toBe("GiftCardNotFound");
    for (const wrong of [unknown, "gft_"]) expect((await shop().giftCardDisable(wrong)).__typename).toBe("GiftCardNotFound");
  });
});

describe("cartGiftCardAdd and cartGiftCardRemove", () => {
  test("CartGiftCardAddSuccess, CartGiftCardRemoveSuccess: several cards pay one after the other; a total of 0 needs no other payment", async () => {
    const [small, large] = [await shop().giftCard("1.00"), await shop().giftCard("50.00")];
    const cartId = await cart();
    expect((await guest().cartGiftCardAdd(cartId, small.secret)).__typename).toBe("CartGiftCardAddSuccess");
    expect((await guest().cartGiftCardAdd(cartId, large.secret.toLowerCase().replaceAll("-", " "))).__typename).toBe("CartGiftCardAddSuccess");
    await guest().cartGiftCardAdd(cartId, large.secret);
    const { data } = await slice.graph.run("query ($id: ID!) { cart(id: $id) { totals { due { amount } } giftCards { id amount { amount } } } }", { id: cartId });
    expect(data["cart"]).toEqual({ totals: { due: { amount: "0.00" } }, giftCards: [{ id: small.id, amount: { amount: "1.00" } }, { id: large.id, amount: { amount: "5.00" } }] });
    expect((await guest().cartGiftCardRemove(cartId, small.id)).__typename).toBe("CartGiftCardRemoveSuccess");
    expect((await shopper(slice.graph).checkoutComplete(cartId)).__typename).toBe("CheckoutCompleteSuccess");
    expect(await look(large.secret)).toMatchObject({ balance: { amount: "44.00" }, available: { amount: "44.00" } });
  });

  test("GiftCardNotFound: unknown, no code at all, the card's id, one that is not in the cart", async () => {
    const { id } = await shop().giftCard("5");
    const cartId = await cart();
    for (const code of ["0000-0000-0000-0000-0000", "'; --", id, "x".repeat(10_000)]) expect(await guest().cartGiftCardAdd(cartId, code)).toMatchObject({ __typename: "GiftCardNotFound", path: ["input", "code"] });
    for (const wrong of [id, unknown, "x"]) expect((await guest().cartGiftCardRemove(cartId, wrong)).__typename).toBe("GiftCardNotFound");
  });

  test("GiftCardExpired, GiftCardEmpty, GiftCardOtherCurrency, TooManyGiftCards", async () => {
    const cartId = await cart();
    const add = async (change: string) => {
      const { id, secret } = await shop().giftCard("5");
      await slice.owner.raw(`update orders.gift_cards set ${change} where id = $1`, [decodeId("gft", id)]);
      const answer = await guest().cartGiftCardAdd(cartId, secret);
      await slice.owner.raw("update orders.gift_cards set held_units = 0, currency = 'GBP' where id = $1", [decodeId("gft", id)]);
      return answer;
    };
    expect((await add("expires_at = '2011-01-01T00:00:00Z'")).__typename).toBe("GiftCardExpired");
    expect((await add("held_units = 500")).__typename).toBe("GiftCardEmpty");
    expect(await add("currency = 'EUR'")).toMatchObject({ __typename: "GiftCardOtherCurrency", currency: "EUR" });
    for (const n of [1, 2, 3, 4, 5, 6]) expect(await add("note = null")).toMatchObject(n < 6 ? { __typename: "CartGiftCardAddSuccess" } : { __typename: "TooManyGiftCards", limit: 5 });
  });

  test("TooManyWrongCodes", async () => {
    const cartId = await cart();
    const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => guest().cartGiftCardAdd(cartId, `0000-0000-0000-0000-00${10 + n}`)));
    expect(answers.filter((one) => one.__typename === "TooManyWrongCodes")).toHaveLength(5);
  });
});

describe("giftCard and giftCards", () => {
  test("GiftCard: its balance for whoever knows the code; notes and movements for the people of the shop", async () => {
    const { id, secret } = await shop().giftCard("7", { note: "secret note" });
    expect(await look(secret)).toEqual({ __typename: "GiftCard", id, last4: secret.slice(-4), state: "ACTIVE", balance: { amount: "7.00" }, available: { amount: "7.00" } });
    const { data, errors } = await slice.graph.run("query ($code: String!) { giftCard(code: $code) { ... on GiftCard { note movements { kind } } } }", { code: secret });
    expect([data["giftCard"], errors?.map((error) => error.extensions?.["code"])]).toEqual([{ note: null, movements: null }, ["UNAUTHENTICATED", "UNAUTHENTICATED"]]);
  });

  test("null where there is none; TooManyWrongCodes after ten a minute", async () => {
    const bob = person(SMALL_SHOP.bob);
    const answers = await Promise.all(Array.from({ length: 14 }, (_, n) => look(`0000-0000-0000-0000-00${10 + n}`, bob)));
    expect(answers.filter((one) => one === null)).toHaveLength(10);
    expect(answers.find((one) => one !== null)).toMatchObject({ __typename: "TooManyWrongCodes", path: ["code"], retryAfterSeconds: expect.any(Number) });
  });

  test("all cards page by page for ADMIN and SUPPORT, for nobody else; statements do not grow", async () => {
    const read = (first: number, viewer = ROOT) => slice.graph.as(viewer).run("query ($first: Int) { giftCards(first: $first) { nodes { id last4 movements { kind } } pageInfo { hasNextPage } } }", { first });
    const [two, many] = [await read(2), await read(50)];
    expect([two.data["giftCards"].nodes.length, two.data["giftCards"].pageInfo.hasNextPage]).toEqual([2, true]);
    expect(many.statements).toHaveLength(two.statements.length);
    expect((await read(2, person(SMALL_SHOP.sam, "SUPPORT"))).errors).toBeUndefined();
    expect((await read(2, person(SMALL_SHOP.ada))).errors?.[0]?.extensions?.["code"]).toBe("FORBIDDEN");
  });
});
