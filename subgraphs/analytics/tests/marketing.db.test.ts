import { beforeAll, describe, expect, test } from "vitest";
import { person } from "#kit/testing/graphOf.ts";
import { usePublishedSlice } from "#kit/testing/publishedSlice.ts";
import { fillTable } from "#platform/testing/slotTables.ts";
import { createWarehouseReader } from "#warehouse/reader.ts";
import { createAnalyticsSubgraph } from "../subgraph.ts";
import { fillRandomMarts, RANDOM } from "./randomMarts.ts";
import { MARTS } from "./smallMarts.ts";

const slice = usePublishedSlice((owner) => fillRandomMarts(owner), (db) => createAnalyticsSubgraph({ reader: createWarehouseReader(db) }));
const analyst = person(MARTS.bob, "ANALYST");
const ALL = { from: RANDOM.from, to: RANDOM.to };

const LTV = "query ($range: DateRangeInput) { ltv(range: $range) { asOf isStale cohorts { month currency size months { monthIndex orders revenue { amount currency } refunds { amount } revenueToDate { amount } ltv netLtv } } } }";
const FUNNEL = "query ($range: DateRangeInput!, $channel: ShopChannel, $device: ShopDevice) { funnel(range: $range, channel: $channel, device: $device) { asOf bounces steps { step sessions shareOfAll shareOfBefore } } }";
const CHANNELS = "query ($range: DateRangeInput!, $model: AttributionModel! = LAST) { channels(range: $range, model: $model) { model asOf channels { channel sessions bounces purchases conversionRate credit { orders firstOrders revenue { amount currency } } } } }";

beforeAll(async () => {
  // the random shop's sessions came by ways that shops do not have
  await slice.owner.raw("update marts_a.rpt_funnel_by_channel_daily set channel = 'ORGANIC_SEARCH' where channel = 'SEARCH'; update marts_a.rpt_channel_performance set channel = 'DISPLAY' where channel = 'SEARCH'");
  const month = (cohort_month: string, month_index: number, currency: string, revenue: string) =>
    ({ cohort_month, month_index, currency, cohort_size: 4, orders: 2, revenue, refunds: "1", orders_to_date: 2, revenue_to_date: revenue, refunds_to_date: "1", ltv: "2.5000", net_ltv: "2.2500" });
  await fillTable(slice.owner, "marts_a.rpt_ltv_observed", [month("2024-01-01", 0, "EUR", "10.00"), month("2024-01-01", 1, "EUR", "12.50"), month("2024-01-01", 0, "JPY", "900"), month("2024-02-01", 0, "EUR", "7")]);
});

async function ask(text: string, variables: object): Promise<Record<string, never>> {
  const { data, errors, statements } = await slice.graph.as(analyst).run(text, { range: ALL, ...variables });
  expect(errors).toBeUndefined();
  expect(statements.filter((name) => !name.startsWith("warehouse.")).length).toBeLessThanOrEqual(2);
  return data as Record<string, never>;
}
const sql = async (text: string, params: unknown[]) => (await slice.owner.raw<Record<string, unknown>>(text, params)).rows;

describe("ltv", () => {
  test("a cohort for each month and currency, its money its own", async () => {
    const { ltv } = await ask(LTV, { range: null });
    expect(ltv).toMatchObject({
      asOf: MARTS.asOf,
      cohorts: [
        { month: "2024-01-01", currency: "EUR", size: 4, months: [{ monthIndex: 0, orders: 2, revenue: { amount: "10.00", currency: "EUR" }, ltv: "2.5000" }, { monthIndex: 1, revenueToDate: { amount: "12.50" }, refunds: { amount: "1.00" }, netLtv: "2.2500" }] },
        { month: "2024-01-01", currency: "JPY", months: [{ revenue: { amount: "900", currency: "JPY" } }] },
        { month: "2024-02-01", currency: "EUR" },
      ],
    });
  });

  test("of a half-open range; a range without a day is refused", async () => {
    expect(await ask(LTV, { range: { from: "2024-01-01", to: "2024-02-01" } })).toMatchObject({ ltv: { cohorts: [{ currency: "EUR" }, { currency: "JPY" }] } });
    const { errors } = await slice.graph.as(analyst).run(LTV, { range: { from: "2024-02-01", to: "2024-02-01" } });
    expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
  });
});

describe("funnel", () => {
  test.each([[null, null], ["DIRECT", null], [null, "MOBILE"], ["EMAIL", "DESKTOP"], ["AFFILIATE", null]])("channel %s, device %s: the sums of the days", async (channel, device) => {
    const { funnel } = await ask(FUNNEL, { channel, device });
    const [plain] = await sql(
      `select coalesce(sum(sessions), 0)::text as sessions, coalesce(sum(bounces), 0)::text as bounces, coalesce(sum(purchased), 0)::text as purchased, round(sum(purchased) / nullif(sum(sessions), 0), 6)::text as share
         from marts_a.rpt_funnel_by_channel_daily where session_date between $1 and $2::date - 1 and channel = coalesce($3, channel) and device_class = coalesce($4, device_class)`, [ALL.from, ALL.to, channel, device]);
    const { steps, bounces } = funnel as unknown as { steps: { step: string; sessions: string; shareOfAll: string | null }[]; bounces: string };
    expect({ sessions: steps[0]?.sessions, bounces, purchased: steps.at(-1)?.sessions, share: steps.at(-1)?.shareOfAll }).toEqual(plain);
    expect(steps.map(({ step }) => step)).toEqual(["VISITED", "VIEWED", "ADDED_TO_CART", "CHECKOUT_STARTED", "DELIVERY_CHOSEN", "PAYMENT_CHOSEN", "PURCHASED"]);
  });
});

describe("channels", () => {
  test.each(["LAST", "FIRST", "LINEAR", "MARKOV"])("%s: sessions beside the parts in orders, by currency", async (model) => {
    const { channels: report } = await ask(CHANNELS, { model });
    const { channels } = report as unknown as { channels: { channel: string; sessions: string; credit: { orders: string; revenue: { amount: string; currency: string } }[] }[] };
    const credit = await sql("select channel, currency, sum(attributed_orders)::text as orders, trim_scale(sum(attributed_revenue))::text as revenue from marts_a.rpt_channel_performance where model = lower($3) and placed_date >= $1 and placed_date < $2 group by 1, 2 order by 1, 2", [ALL.from, ALL.to, model]);
    const found = channels.flatMap(({ channel, credit: parts }) => parts.map(({ orders, revenue }) => ({ channel, currency: revenue.currency, orders, revenue: String(Number(revenue.amount)) })));
    expect(found.sort((a, b) => (a.channel + a.currency < b.channel + b.currency ? -1 : 1))).toEqual(credit.map((row) => ({ ...row, revenue: String(Number(row["revenue"])) })));
    const sessions = await sql("select channel, sum(sessions)::text as sessions from marts_a.rpt_funnel_by_channel_daily where session_date >= $1 and session_date < $2 group by 1 order by sum(sessions) desc", [ALL.from, ALL.to]);
    expect(channels.filter((one) => one.sessions !== "0").map(({ channel, sessions: count }) => ({ channel, sessions: count }))).toEqual(sessions);
    expect(channels.at(-1)).toMatchObject({ channel: "DISPLAY", sessions: "0", conversionRate: null });
  });

  test("a model without a row gives nobody a part", async () => {
    const { channels: report } = await ask(CHANNELS, { model: "TIME_DECAY" });
    expect((report as unknown as { channels: { credit: unknown[] }[] }).channels.flatMap(({ credit }) => credit)).toEqual([]);
  });
});

test.each([LTV, FUNNEL, CHANNELS])("nobody but analysts asks: %s", async (text) => {
  for (const viewer of [person(MARTS.ada, "CUSTOMER"), { ...person(MARTS.ada, "VENDOR"), vendorIds: [RANDOM.vendors[0]] }]) {
    const answer = await slice.graph.as(viewer).run(text, { range: ALL });
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: "FORBIDDEN" });
    expect(answer.statements).toEqual([]);
  }
});
