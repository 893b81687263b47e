import { expect, test } from "vitest";
import { detect } from "../detect.ts";
import type { DayProfile } from "../profile.ts";
import { addDays } from "../robust.ts";
import { WATCHED } from "../watched.ts";

// Days that a shop can really have had are told and stop nothing; the same of money that was asked for stops the build.
const LAST = "2026-03-01";

function judged(table: string, usual: Omit<DayProfile, "total">, last: Omit<DayProfile, "total">) {
  const watched = WATCHED.find((one) => one.table === table);
  if (!watched) throw new Error(`${table} is not watched`);
  const before = new Map(Array.from({ length: 60 }, (_, index) => [addDays(LAST, index - 60), { total: 0, ...usual }]));
  const noon = (day: string) => new Date(`${day}T12:00:00Z`);
  return detect({ watched, before, now: new Map([...before, [LAST, { total: 0, ...last }]]), businessAsOf: noon(addDays(LAST, 1)), publishedAsOf: noon(LAST), othersAlive: () => true });
}
const told = (found: ReturnType<typeof judged>) => found.map(({ kind, subject, severity }) => `${kind} ${subject} ${severity}`).toSorted();

test("bots that come for one page each and name nobody", () => {
  const found = judged("fct_sessions",
    { rows: 30, nulls: { user_id: 2 }, sizes: { "0": 2, "54": 14, "55": 14 }, categories: { channel: { EMAIL: 10, DIRECT: 20 } } },
    { rows: 330, nulls: { user_id: 302 }, sizes: { "0": 302, "54": 14, "55": 14 }, categories: { channel: { EMAIL: 10, DIRECT: 20, OTHER: 300 } } });
  expect(told(found)).toEqual(["DISTRIBUTION channel=OTHER WARNING", "DISTRIBUTION duration_seconds WARNING", "NULLS user_id WARNING", "VALUE duration_seconds WARNING", "VOLUME  WARNING"]);
  expect(found.find(({ kind }) => kind === "VALUE")?.message).toBe(`duration_seconds in fct_sessions is 0 in 92 % of the rows of ${LAST}, where 7 % are usual`);
});

test("some more noughts than usual move no size", () => {
  const day = (noughts: number) => ({ rows: 40 + noughts, nulls: {}, sizes: { "0": noughts, "54": 40 }, categories: {} });
  expect(told(judged("fct_sessions", day(4), day(20))).filter((one) => one.startsWith("VALUE"))).toEqual([]);
});

test("another payment provider", () => {
  const day = (provider: string) => ({ rows: 40, nulls: {}, sizes: { "54": 40 }, categories: { currency: { GBP: 40 }, provider: { [provider]: 40 }, method: { CARD: 40 } } });
  expect(told(judged("fct_payments", day("stripe"), day("adyen")))).toEqual(["DISTRIBUTION provider=adyen WARNING"]);
});

test("purchases that are not told any more, as few as they are among the events", () => {
  const day = (purchases: number) => ({ rows: 250 + purchases, nulls: {}, sizes: {}, categories: { type: { VIEW: 250, ...(purchases > 0 ? { PURCHASE: purchases } : {}) } } });
  const found = judged("fct_page_events", day(10), day(0));
  expect(told(found)).toEqual(["DISTRIBUTION type=PURCHASE WARNING"]);
  expect(found[0]?.message).toBe(`no row of ${LAST} in fct_page_events is of the type PURCHASE, where about 10 are usual`);
});

test("orders that cost nothing, and orders in another currency, stop the build", () => {
  const day = (size: string, currency: string) => ({ rows: 40, nulls: {}, sizes: { [size]: 40 }, categories: { currency: { [currency]: 40 }, customer_type: { GUEST: 40 } } });
  expect(told(judged("fct_orders", day("54", "GBP"), day("0", "GBP")))).toContain("VALUE revenue CRITICAL");
  expect(told(judged("fct_orders", day("54", "GBP"), day("54", "JPY")))).toEqual(["DISTRIBUTION currency=JPY CRITICAL"]);
});
