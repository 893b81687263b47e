import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { useSlice } from "#kit/testing/sliceTest.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { NOW } from "#kit/testing/testClocks.ts";
import { encodeId } from "#schema/values/ids.ts";
import { createOrdersSubgraph } from "../subgraph.ts";

const slice = useSlice("martgraph_orders", (deps) => createOrdersSubgraph({ ...deps, sweepSeconds: 0 }));
const TRACK = `mutation ($input: TrackEventsInput!) { trackEvents(input: $input) { __typename
  ... on TrackEventsSuccess { accepted repeated withoutConsent rejected { index code message } } ... on UserError { code message path } } }`;

const product = encodeId("prd", SMALL_SHOP.product(1));
const ago = (ms: number) => new Date(NOW.wall.getTime() - ms).toISOString();
const event = (more: object = {}) => ({ id: randomUUID(), type: "VIEW", occurredAt: ago(1000), productId: product, ...more });

async function track(events: readonly object[], more: object = {}, viewer = person(SMALL_SHOP.ada)) {
  const sessionId = randomUUID();
  const { data, errors } = await slice.graph.as(viewer).run(TRACK, { input: { consent: true, sessionId, events, ...more } });
  expect(errors).toBeUndefined();
  return { answer: data["trackEvents"], sessionId };
}
const stored = async (sessionId: string) => (await slice.owner.raw(
  "select type, user_id, product_id, search_text, step, occurred_at, is_synthetic, channel, source, medium, campaign, landing, device, results, position, order_id, tableoid::regclass::text as month from events.behaviour_events where session_id = $1 order by occurred_at", [sessionId],
)).rows;

beforeAll(() => slice.owner.raw("insert into users.consents (user_id, purpose, is_granted, source, text_version, decided_at) values ($1, 'ANALYTICS', true, 'ACCOUNT', '1', now())", [SMALL_SHOP.ada]));

test("TrackEventsSuccess: of who has not agreed to it, or has withdrawn, the visit is kept and the account is not", async () => {
  const userOf = async (viewer: ReturnType<typeof person>) => (await stored((await track([event()], {}, viewer)).sessionId)).map((row) => row["user_id"]);
  expect(await userOf(person(SMALL_SHOP.ada))).toEqual([SMALL_SHOP.ada]);
  expect(await userOf(person(SMALL_SHOP.bob))).toEqual([null]);
  const answer = "insert into users.consents (user_id, purpose, is_granted, source, text_version, decided_at) values ($1, $2, $3, 'ACCOUNT', '1', now())";
  await slice.owner.raw(answer, [SMALL_SHOP.bob, "MARKETING_EMAIL", true]);
  expect(await userOf(person(SMALL_SHOP.bob))).toEqual([null]);
  await slice.owner.raw(answer, [SMALL_SHOP.bob, "ANALYTICS", true]);
  expect(await userOf(person(SMALL_SHOP.bob))).toEqual([SMALL_SHOP.bob]);
  await slice.owner.raw(answer, [SMALL_SHOP.bob, "ANALYTICS", false]);
  expect(await userOf(person(SMALL_SHOP.bob))).toEqual([null]);
});

test("TrackEventsSuccess: a visit is stored in business time, in the table of its month, under who is logged in", async () => {
  const { answer, sessionId } = await track([
    event({ occurredAt: ago(4000) }),
    event({ type: "SEARCH", productId: undefined, searchText: "  red\u0000 lantern\n for ann@example.test ", occurredAt: ago(3000) }),
    event({ type: "ADD_TO_CART", occurredAt: ago(2000) }),
    event({ type: "CHECKOUT", productId: undefined, checkoutStep: "DELIVERY", occurredAt: ago(1000) }),
  ]);
  expect(answer).toEqual({ __typename: "TrackEventsSuccess", accepted: 4, repeated: 0, withoutConsent: 0, rejected: [] });
  const rows = await stored(sessionId);
  expect(rows.map((row) => [row["type"], row["search_text"], row["step"]])).toEqual([
    ["VIEW", null, null], ["SEARCH", "red lantern for [mail]", null], ["ADD_TO_CART", null, null], ["CHECKOUT", null, "DELIVERY"],
  ]);
  expect(rows[0]).toMatchObject({ user_id: SMALL_SHOP.ada, product_id: SMALL_SHOP.product(1), is_synthetic: false, month: "events.behaviour_events_2011_12" });
  expect(rows[0]?.["occurred_at"]).toEqual(new Date(NOW.business.getTime() - 4000));
});

test("TrackEventsSuccess: an event that is sent again is kept once", async () => {
  const events = [event(), event()];
  await track(events);
  expect((await track([...events, event()])).answer).toMatchObject({ accepted: 1, repeated: 2 });
});

test("TrackEventsSuccess: without consent nothing is stored", async () => {
  const { answer, sessionId } = await track([event(), event()], { consent: false });
  expect(answer).toEqual({ __typename: "TrackEventsSuccess", accepted: 0, repeated: 0, withoutConsent: 2, rejected: [] });
  expect(await stored(sessionId)).toEqual([]);
});

test("TrackEventsSuccess: bad events are told one by one, good ones of the call are kept", async () => {
  const twice = event();
  const { answer, sessionId } = await track([
    event(),
    event({ occurredAt: ago(25 * 3_600_000) }),
    event({ occurredAt: ago(-6 * 60_000) }),
    event({ productId: undefined }),
    event({ type: "SEARCH", searchText: "lantern" }),
    event({ type: "SEARCH", productId: undefined, searchText: " \n" }),
    event({ type: "SEARCH", productId: undefined, searchText: "x".repeat(201) }),
    event({ productId: encodeId("prd", SMALL_SHOP.variant(1)) }),
    event({ productId: encodeId("var", SMALL_SHOP.product(1)) }),
    event({ checkoutStep: "PAYMENT" }),
    twice, twice,
    event({ orderId: encodeId("ord", randomUUID()) }),
    event({ type: "PURCHASE", orderId: encodeId("prd", randomUUID()) }),
    event({ resultCount: 3 }),
    event({ type: "SEARCH", productId: undefined, searchText: "x", resultCount: -1 }),
    event({ type: "SEARCH", productId: undefined, searchText: "x", position: 1 }),
    event({ position: 0 }),
    event({ position: 100_001 }),
  ]);
  expect(answer.rejected.map((one: { index: number; code: string }) => [one.index, one.code])).toEqual([
    [1, "WRONG_TIME"], [2, "WRONG_TIME"], [3, "FIELD_MISSING"], [4, "FIELD_NOT_ALLOWED"], [5, "FIELD_MISSING"], [6, "TEXT_TOO_LONG"],
    [7, "UNKNOWN_PRODUCT"], [8, "UNKNOWN_PRODUCT"], [9, "FIELD_NOT_ALLOWED"], [11, "SAME_ID_TWICE"], [12, "FIELD_NOT_ALLOWED"], [13, "UNKNOWN_ORDER"],
    [14, "FIELD_NOT_ALLOWED"], [15, "OUT_OF_RANGE"], [16, "FIELD_NOT_ALLOWED"], [17, "OUT_OF_RANGE"], [18, "OUT_OF_RANGE"],
  ]);
  expect(answer).toMatchObject({ accepted: 2 });
  expect(await stored(sessionId)).toHaveLength(2);
});

test("TrackEventsSuccess: how the visit came about is kept with every event of the call, as a channel, without what could name somebody", async () => {
  const touch = { source: "Newsletter", medium: "E-Mail", campaign: "for ann@example.test", referrerHost: "mail.example.test", landing: "CAMPAIGN" };
  const { answer, sessionId } = await track([
    event({ occurredAt: ago(2000), position: 3 }),
    event({ type: "SEARCH", productId: undefined, searchText: "lantern", resultCount: 0 }),
  ], { touch, device: "MOBILE" });
  expect(answer).toMatchObject({ accepted: 2, rejected: [] });
  const kept = { channel: "EMAIL", source: "newsletter", medium: "e-mail", campaign: "for [removed]", landing: "CAMPAIGN", device: "MOBILE" };
  expect(await stored(sessionId)).toMatchObject([{ ...kept, position: 3, results: null }, { ...kept, position: null, results: 0 }]);

  const silent = await track([event()]);
  expect(await stored(silent.sessionId)).toMatchObject([{ channel: null, source: null, medium: null, campaign: null, landing: null, device: null }]);
  const direct = await track([event()], { touch: {} });
  expect(await stored(direct.sessionId)).toMatchObject([{ channel: "DIRECT", source: null }]);
});

test("TrackEventsSuccess: a purchase's order is kept where it is a guest's or one's own and one agreed to be known, else passed over", async () => {
  const place = async (user: string | null) => String((await slice.owner.raw<{ id: string }>(
    "insert into orders.orders (number, user_id, state, currency, country_code, placed_at, total_units, exponent, source) values ('B' || nextval('orders.order_number'), $1, 'PAID', 'GBP', 'GB', now(), 450, 2, 'API') returning id", [user])).rows[0]?.id);
  const [ofAda, ofBob, ofGuest] = [await place(SMALL_SHOP.ada), await place(SMALL_SHOP.bob), await place(null)];
  const orderOf = async (order: string, viewer: ReturnType<typeof person>) =>
    (await stored((await track([event({ type: "PURCHASE", productId: undefined, orderId: encodeId("ord", order) })], {}, viewer)).sessionId)).map((row) => row["order_id"]);
  expect(await orderOf(ofAda, person(SMALL_SHOP.ada))).toEqual([ofAda]);
  expect(await orderOf(ofGuest, person(SMALL_SHOP.bob))).toEqual([ofGuest]);
  // bob has withdrawn: an order would name him all the same
  expect(await orderOf(ofBob, person(SMALL_SHOP.bob))).toEqual([null]);
  expect(await orderOf(ofBob, person(SMALL_SHOP.ada))).toEqual([null]);
  expect(await orderOf(randomUUID(), person(SMALL_SHOP.ada))).toEqual([null]);
  await slice.owner.raw("select events.erase_person($1)", [SMALL_SHOP.ada]);
  expect((await slice.owner.raw("select from events.behaviour_events where order_id = $1", [ofAda])).rowCount).toBe(0);
});

test("TooManyEvents: none, or more than 50", async () => {
  for (const count of [0, 51]) {
    expect((await track(Array.from({ length: count }, () => event()))).answer).toMatchObject({ __typename: "TooManyEvents", code: "TOO_MANY_EVENTS", path: ["input", "events"] });
  }
});

test("the number of statements does not grow with the events", async () => {
  await track([event()]);
  const input = (count: number) => ({ input: { consent: true, sessionId: randomUUID(), events: Array.from({ length: count }, () => event()) } });
  for (const count of [1, 50]) expect((await slice.graph.run(TRACK, input(count))).statements).toEqual(["orders.insertBehaviour"]);
});

test("a month that already has events elsewhere gets its table without losing one; asking again changes nothing", async () => {
  const sessionId = randomUUID();
  await slice.owner.raw("insert into events.behaviour_events (session_id, type, occurred_at) values ($1, 'PURCHASE', '2012-02-29T23:59:59Z'), ($1, 'PURCHASE', '2012-03-01T00:00:00Z')", [sessionId]);
  for (let call = 0; call < 2; call += 1) await slice.db.raw("select events.ensure_month('2012-02-10T00:00:00Z')");
  expect((await stored(sessionId)).map((row) => row["month"])).toEqual(["events.behaviour_events_2012_02", "events.behaviour_events_other"]);
});
