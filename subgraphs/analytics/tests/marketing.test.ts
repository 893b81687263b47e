import { expect, test } from "vitest";
import { shareOf, toChannels, toLtvCohorts, toSteps } from "../domain/marketing.ts";

test("a share has six digits, halves away from zero, and none of nothing", () => {
  expect(shareOf(1n, 3n)).toBe("0.333333");
  expect(shareOf(2n, 3n)).toBe("0.666667");
  expect(shareOf(1n, 2_000_000n)).toBe("0.000001");
  expect(shareOf(7n, 7n)).toBe("1.000000");
  expect(shareOf(0n, 0n)).toBeNull();
  expect(shareOf(2n ** 62n, 2n ** 63n)).toBe("0.500000");
});

test("steps are shares of all and of the step before", () => {
  const steps = toSteps({ sessions: 10n, viewed: 5n, added_to_cart: 4n, checkout_started: 0n, delivery_chosen: 0n, payment_chosen: 0n, purchased: 0n });
  expect(steps.map(({ step, shareOfAll, shareOfBefore }) => [step, shareOfAll, shareOfBefore]).slice(0, 5)).toEqual([
    ["VISITED", "1.000000", "1.000000"], ["VIEWED", "0.500000", "0.500000"], ["ADDED_TO_CART", "0.400000", "0.800000"], ["CHECKOUT_STARTED", "0.000000", "0.000000"], ["DELIVERY_CHOSEN", "0.000000", null],
  ]);
});

test("a channel without sessions that has a part in orders is there, after those with sessions", () => {
  const credit = (channel: string) => ({ channel, currency: "EUR", orders: "1", first_orders: "0", revenue: "5" });
  const found = toChannels([{ channel: "EMAIL", sessions: 2n, bounces: 0n, purchases: 1n }, { channel: "DIRECT", sessions: 9n, bounces: 1n, purchases: 0n }], [credit("DISPLAY"), credit("EMAIL")]);
  expect(found.map(({ channel, conversionRate, credit: parts }) => [channel, conversionRate, parts.length])).toEqual([["DIRECT", "0.000000", 0], ["EMAIL", "0.500000", 1], ["DISPLAY", null, 1]]);
});

test("currencies of a month are cohorts of their own", () => {
  const row = (currency: string, month_index: number) => ({ cohort_month: "2026-01-01", currency, month_index, cohort_size: 3n });
  expect(toLtvCohorts([row("EUR", 0), row("EUR", 1), row("GBP", 0)]).map(({ currency, size, months }) => [currency, size, months.length])).toEqual([["EUR", 3, 2], ["GBP", 3, 1]]);
});
