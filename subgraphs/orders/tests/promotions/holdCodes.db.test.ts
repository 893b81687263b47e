import { describe, expect, test } from "vitest";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { Database } from "#platform/db/database.ts";
import { decodeId } from "#schema/values/ids.ts";
import type { Discount, PricedGiftCard } from "../../domain/pricing/types.ts";
import { refundGiftCards } from "../../queries/giftCardHolds.ts";
import { holdCodes, releaseCodes, spendCodes } from "../../queries/holdCodes.ts";
import { createOrdersSubgraph } from "../../subgraph.ts";
import { desk, plantCheckout, plantOrder, ROOT } from "./desk.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const shop = () => desk(slice.graph);
const NOBODY = { userId: null, email: null };

const discount = (promotion: { id: string; label: string }, code: string | null): Discount => ({ promotionId: decodeId("prm", promotion.id) ?? "", label: promotion.label, code, target: "LINE", linePosition: 1, units: 100n });
const card = ({ id, secret }: { id: string; secret: string }, units: bigint): PricedGiftCard => ({ giftCardId: decodeId("gft", id) ?? "", last4: secret.slice(-4), units });

async function hold(priced: { discounts?: Discount[]; giftCards?: PricedGiftCard[] }, customer: { userId: string | null; email: string | null } = NOBODY, checkoutId?: string) {
  const id = checkoutId ?? (await plantCheckout(slice.owner));
  const refusals = await slice.db.tx((tx) => holdCodes(tx, id, customer, { discounts: [], giftCards: [], ...priced }));
  return { id, refusals };
}
const release = (id: string) => slice.db.tx((tx) => releaseCodes(tx, id));
async function spend(id: string) {
  const orderId = await plantOrder(slice.owner);
  await slice.db.tx((tx) => spendCodes(tx, id, orderId, new Date("2011-12-10T09:00:00Z")));
  return orderId;
}
const uses = async (promotion: { id: string }) => (await slice.owner.raw("select held::int, used::int from orders.promotion_uses where promotion_id = $1", [decodeId("prm", promotion.id)])).rows[0];
const balance = async ({ id }: { id: string }) => (await slice.owner.raw("select balance_units::int as balance, held_units::int as held from orders.gift_cards where id = $1", [decodeId("gft", id)])).rows[0];

describe("uses of promotions", () => {
  test("held, then used or given back; each once however often it is said", async () => {
    const promotion = await shop().promotion({ usageLimit: 2 });
    const { id } = await hold({ discounts: [discount(promotion, null)] });
    expect(await hold({ discounts: [discount(promotion, null)] }, NOBODY, id)).toMatchObject({ refusals: [] });
    expect(await uses(promotion)).toEqual({ held: 1, used: 0 });
    await release(id);
    await release(id);
    expect(await uses(promotion)).toEqual({ held: 0, used: 0 });
    await hold({ discounts: [discount(promotion, null)] }, NOBODY, id);
    await spend(id);
    await slice.db.tx((tx) => spendCodes(tx, id, "00000000-0000-7000-8000-000000000000"));
    await release(id);
    expect(await uses(promotion)).toEqual({ held: 0, used: 1 });
  });

  test("USED_UP: the limit in all", async () => {
    const promotion = await shop().promotion({ label: "Ten off", usageLimit: 1 });
    const { id } = await hold({ discounts: [discount(promotion, null)] });
    expect((await hold({ discounts: [discount(promotion, null)] })).refusals).toEqual([{ code: "Ten off", reason: "USED_UP" }]);
    await release(id);
    expect((await hold({ discounts: [discount(promotion, null)] })).refusals).toEqual([]);
  });

  test("USED_UP: the limit of a code; another code of the same promotion goes on working", async () => {
    const promotion = await shop().promotion({}, ["ONCE-A", "ONCE-B"], { usageLimit: 1 });
    expect((await hold({ discounts: [discount(promotion, "ONCE-A")] })).refusals).toEqual([]);
    expect((await hold({ discounts: [discount(promotion, "ONCE-A")] })).refusals).toEqual([{ code: "ONCE-A", reason: "USED_UP" }]);
    expect((await hold({ discounts: [discount(promotion, "ONCE-B")] })).refusals).toEqual([]);
  });

  test("USED_BY_CUSTOMER: by account, by address in any spelling, by cart", async () => {
    const promotion = await shop().promotion({ usageLimitPerCustomer: 1 });
    const priced = { discounts: [discount(promotion, null)] };
    const refusals = [{ code: "Ten", reason: "USED_BY_CUSTOMER" }];
    expect((await hold(priced, { userId: SMALL_SHOP.ada, email: "ada@example.test" })).refusals).toEqual([]);
    expect((await hold(priced, { userId: SMALL_SHOP.ada, email: null })).refusals).toEqual(refusals);
    expect((await hold(priced, { userId: null, email: "Ada+again@example.test" })).refusals).toEqual(refusals);
    const { id } = await hold(priced, { userId: SMALL_SHOP.bob, email: null });
    expect((await hold(priced, { userId: SMALL_SHOP.bob, email: null })).refusals).toEqual(refusals);
    await release(id);
    expect((await hold(priced, { userId: SMALL_SHOP.bob, email: null })).refusals).toEqual([]);
    expect((await hold(priced)).refusals).toEqual([]);
  });

  test("USED_BY_CUSTOMER: a first order is no second one of the same address", async () => {
    const promotion = await shop().promotion({ customers: "FIRST_ORDER" });
    await plantOrder(slice.owner, { email: "eve@example.test" });
    expect((await hold({ discounts: [discount(promotion, null)] }, { userId: null, email: " Eve@example.test" })).refusals).toEqual([{ code: "Ten", reason: "USED_BY_CUSTOMER" }]);
  });

  test("NO_LONGER_VALID: switched off between the price and the hold, the promotion or the code", async () => {
    const promotion = await shop().promotion({}, ["GONE-1", "GONE-2"]);
    const { codes } = (await slice.graph.as(ROOT).run("query ($id: ID!) { promotion(id: $id) { codes { nodes { id code } } } }", { id: promotion.id })).data["promotion"];
    await shop().promotionCodeDisable(codes.nodes.find((one: { code: string }) => one.code === "GONE-1").id);
    expect((await hold({ discounts: [discount(promotion, "GONE-1")] })).refusals).toEqual([{ code: "GONE-1", reason: "NO_LONGER_VALID" }]);
    await shop().promotionDisable(promotion.id);
    expect((await hold({ discounts: [discount(promotion, "GONE-2")] })).refusals).toEqual([{ code: "GONE-2", reason: "NO_LONGER_VALID" }]);
  });

  test("all or nothing: what was taken before a refusal goes back", async () => {
    const [free, full] = [await shop().promotion({ usageLimit: 5, usageLimitPerCustomer: 1 }), await shop().promotion({ usageLimit: 1 })];
    await hold({ discounts: [discount(full, null)] });
    const giftCard = await shop().giftCard("10");
    const customer = { userId: SMALL_SHOP.vera, email: null };
    expect((await hold({ discounts: [discount(free, null), discount(full, null)], giftCards: [card(giftCard, 100n)] }, customer)).refusals).toHaveLength(1);
    expect([await uses(free), await balance(giftCard)]).toEqual([{ held: 0, used: 0 }, { balance: 1000, held: 0 }]);
    expect((await hold({ discounts: [discount(free, null)] }, customer)).refusals).toEqual([]);
  });

  test("a limit set later counts the uses there are; one below them is refused; one that goes counts no more", async () => {
    const promotion = await shop().promotion();
    const [first, second] = [await hold({ discounts: [discount(promotion, null)] }), await hold({ discounts: [discount(promotion, null)] })];
    await spend(first.id);
    const change = (usageLimit: number | null) => shop().promotionUpsert({ id: promotion.id, name: "Ten", kind: "PERCENTAGE_OFF", percent: "10", needsCode: false, usageLimit });
    expect(await change(1)).toMatchObject({ __typename: "UsageLimitTooLow", uses: 2, path: ["input", "usageLimit"] });
    expect((await change(2)).promotion).toMatchObject({ usageLimit: 2, used: 1, held: 1 });
    expect((await hold({ discounts: [discount(promotion, null)] })).refusals).toHaveLength(1);
    await release(second.id);
    expect(await uses(promotion)).toEqual({ held: 0, used: 1 });
    expect((await change(null)).promotion).toMatchObject({ usageLimit: null, used: 1, held: 0 });
    expect(await uses(promotion)).toBeUndefined();
  });

  test("without a promotion and a gift card nothing is asked", async () => {
    const seen: string[] = [];
    await using db = Database.open({ ...slice.databases.shop.as("martgraph_orders"), max: 1 }, { observe: (name) => seen.push(name) });
    await db.tx((tx) => holdCodes(tx, "00000000-0000-7000-8000-000000000000", NOBODY, { discounts: [], giftCards: [] }));
    await db.tx((tx) => spendCodes(tx, "00000000-0000-7000-8000-000000000000", "00000000-0000-7000-8000-000000000000"));
    expect(seen).toEqual(["orders.heldByCheckout"]);
  });
});

describe("gift cards", () => {
  test("held, spent and refunded: balance, movements, books and events tell the same", async () => {
    const giftCard = await shop().giftCard("50.00");
    const { id } = await hold({ giftCards: [card(giftCard, 3_000n)] });
    expect(await balance(giftCard)).toEqual({ balance: 5000, held: 3000 });
    expect((await hold({ giftCards: [card(giftCard, 2_001n)] })).refusals).toEqual([{ code: `****${giftCard.secret.slice(-4)}`, reason: "BALANCE_TOO_LOW" }]);
    const orderId = await spend(id);
    expect(await balance(giftCard)).toEqual({ balance: 2000, held: 0 });
    const refundId = "01900009-0000-7000-8000-000000000001";
    for (const _twice of [1, 2]) {
      expect(await slice.db.tx((tx) => refundGiftCards(tx, refundId, orderId, 1_000n))).toEqual([{ giftCardId: decodeId("gft", giftCard.id), units: 1_000n }]);
    }
    await expect(slice.db.tx((tx) => refundGiftCards(tx, "01900009-0000-7000-8000-000000000002", orderId, 2_001n))).rejects.toThrow(/did not pay 2001 units/);
    await slice.db.tx((tx) => refundGiftCards(tx, "01900009-0000-7000-8000-000000000002", orderId, 2_000n));
    expect(await balance(giftCard)).toEqual({ balance: 5000, held: 0 });
    const { rows: journals } = await slice.owner.raw(
      `select j.kind, e.account, e.units::int from orders.ledger_journals j join orders.ledger_entries e on e.journal_id = j.id
       where j.reference in ($1, $2) order by j.kind, e.position`, [decodeId("gft", giftCard.id), `${orderId}:${decodeId("gft", giftCard.id)}`]);
    expect(journals).toEqual([
      { kind: "GIFT_CARD_ISSUED", account: "gift_cards_granted", units: 5000 }, { kind: "GIFT_CARD_ISSUED", account: "gift_cards", units: -5000 },
      { kind: "GIFT_CARD_SPENT", account: "gift_cards", units: 3000 }, { kind: "GIFT_CARD_SPENT", account: "receivable", units: -3000 },
    ]);
    const { rows: events } = await slice.owner.raw("select type, payload from platform.outbox where aggregate = 'gift_card' and aggregate_id = $1 order by event_id", [decodeId("gft", giftCard.id)]);
    expect(events.map((event) => event["type"])).toEqual(["GiftCardIssued", "GiftCardSpent"]);
    expect(events[1]?.["payload"]).toMatchObject({ amount: "30.00", balance: "20.00", currency: "GBP", orderId });
  });

  test("several cards on one checkout: all or none", async () => {
    const [a, b] = [await shop().giftCard("5"), await shop().giftCard("5")];
    expect((await hold({ giftCards: [card(a, 500n), card(b, 501n)] })).refusals).toHaveLength(1);
    expect([await balance(a), await balance(b)]).toEqual([{ balance: 500, held: 0 }, { balance: 500, held: 0 }]);
    const { id } = await hold({ giftCards: [card(a, 500n), card(b, 300n)] });
    const orderId = await spend(id);
    const refunded = await slice.db.tx((tx) => refundGiftCards(tx, "01900009-0000-7000-8000-000000000003", orderId, 600n));
    expect(refunded.reduce((sum, part) => sum + part.units, 0n)).toBe(600n);
  });

  test("an expired card that gets money back can be spent for a while; one that never expires still never does", async () => {
    const giftCard = await shop().giftCard("5", { expiresAt: "2030-01-01T00:00:00Z" });
    const { id } = await hold({ giftCards: [card(giftCard, 500n)] });
    const orderId = await spend(id);
    await slice.owner.raw("update orders.gift_cards set expires_at = '2011-01-01T00:00:00Z' where id = $1", [decodeId("gft", giftCard.id)]);
    await slice.db.tx((tx) => refundGiftCards(tx, "01900009-0000-7000-8000-000000000004", orderId, 500n, new Date("2011-12-10T00:00:00Z")));
    const { rows } = await slice.owner.raw("select expires_at from orders.gift_cards where id = $1", [decodeId("gft", giftCard.id)]);
    expect(rows).toEqual([{ expires_at: new Date("2012-03-09T00:00:00Z") }]);
  });

  test("the database itself refuses a balance below what is held, and a change of what has moved", async () => {
    const giftCard = await shop().giftCard("5");
    await hold({ giftCards: [card(giftCard, 400n)] });
    await expect(slice.owner.raw("update orders.gift_cards set balance_units = 399 where id = $1", [decodeId("gft", giftCard.id)])).rejects.toThrow(/held_within_balance/);
    await expect(slice.owner.raw("update orders.gift_card_movements set units = 1")).rejects.toThrow(/append-only/);
  });
});
