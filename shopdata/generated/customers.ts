import { createRandom, type Random, weightedIndex } from "../random.ts";
import { COLLECTIONS, FIRST_NAMES, LAST_NAMES } from "./articles.ts";
import { COUNTRY_SHARES, GAP_STRETCH, HOUR_SHARES, MONTH_FACTORS, quantile, REPEAT_GAP_DAYS, WEEKDAY_SHARES } from "./fitted.ts";
import { leaningOn } from "./assortment.ts";

const DAY_MS = 86_400_000;

/** A generated person and what drives them. */
export interface GeneratedCustomer {
  number: string;
  name: string;
  email: string;
  /** As the source's labels. */
  country: string;
  /** Normal score: high comes back soon and often. */
  pace: number;
  /** Normal score: high buys many products at once. */
  appetite: number;
  /** Design families they like, most first. */
  tastes: number[];
  /** Times of their orders, ms since 1970, ascending. */
  visits: number[];
}

export interface Period {
  /** 00:00 UTC of the first day. */
  beginAt: number;
  /** 00:00 UTC after the last day. */
  endAt: number;
  days: number;
}

const country = weightedIndex(COUNTRY_SHARES.map(([, share]) => share));
const hour = weightedIndex(HOUR_SHARES);

/** Days before the period in which people may have begun: the shop is in full swing when the history begins. */
const EARLIER_DAYS = 365;

/** People with the times of their orders in the period, at least one each. */
export function generateCustomers(seed: number | string, count: number, period: Period): GeneratedCustomer[] {
  const random = createRandom(seed, "customers");
  const calendar = createCalendar({ ...period, beginAt: period.beginAt - EARLIER_DAYS * DAY_MS, days: period.days + EARLIER_DAYS });
  return Array.from({ length: count }, (_, index) => {
    const number = String(20_001 + index);
    const first = random.pick(FIRST_NAMES);
    const last = random.pick(LAST_NAMES);
    const { pace, visits } = activePerson(random, calendar, period.beginAt);
    return {
      number,
      name: `${first} ${last}`,
      email: `${first}.${last}.${number}@example.com`.toLowerCase(),
      country: countryOf(random),
      pace,
      appetite: random.normal(),
      tastes: Array.from({ length: 3 }, () => random.int(COLLECTIONS.length)),
      visits,
    };
  });
}

/** Draws people until one orders in the period. */
function activePerson(random: Random, calendar: Calendar, beginAt: number): { pace: number; visits: number[] } {
  for (;;) {
    const pace = random.normal();
    const visits = visitsOf(random, pace, calendar).filter((at) => at >= beginAt);
    if (visits.length > 0) return { pace, visits };
  }
}

export function countryOf(random: Random): string {
  return (COUNTRY_SHARES[country(random)] as (typeof COUNTRY_SHARES)[number])[0];
}

export interface Calendar {
  /** A day of first orders: by season and weekday. */
  anyDay(random: Random): number;
  /** A day on which the shop is busy, near the wished one, within [earliest, wished + 3]; undefined beyond the period. */
  near(random: Random, wished: number, earliest: number): number | undefined;
  /** How busy the season of the day is, 1 on average. */
  season(day: number): number;
  /** A moment of the day, ms since 1970. */
  momentOf(random: Random, day: number): number;
}

export function createCalendar({ beginAt, days }: Period): Calendar {
  const dates = Array.from({ length: days }, (_, day) => new Date(beginAt + day * DAY_MS));
  const season = dates.map((date) => MONTH_FACTORS[date.getUTCMonth()] as number);
  const weekday = dates.map((date) => (isClosed(date) ? 0 : (WEEKDAY_SHARES[(date.getUTCDay() + 6) % 7] as number)));
  const byDay = weightedIndex(dates.map((_, day) => (season[day] as number) * (weekday[day] as number)));
  return {
    anyDay: byDay,
    season: (day) => season[Math.min(Math.max(day, 0), days - 1)] as number,
    near(random, wished, earliest) {
      const from = Math.max(earliest, wished - 3);
      const candidates = Array.from({ length: 7 }, (_, offset) => from + offset).filter((day) => day < days && (weekday[day] as number) > 0);
      if (candidates.length === 0 || wished >= days) return undefined;
      return candidates[weightedIndex(candidates.map((day) => weekday[day] as number))(random)];
    },
    momentOf: (random, day) => beginAt + day * DAY_MS + hour(random) * 3_600_000 + random.int(3_600) * 1_000,
  };
}

/** The real shop rests from Christmas Eve to the third of January. */
function isClosed(date: Date): boolean {
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  return (month === 11 && day >= 24) || (month === 0 && day <= 3);
}

/**
 * After each order a customer stays or leaves for good (quick ones leave less often), and who stays comes back after a gap that
 * leans on their pace and is shorter in busy seasons: recency and rhythm tell who has left, which is what a churn model learns.
 */
function visitsOf(random: Random, pace: number, calendar: Calendar): number[] {
  let day = calendar.anyDay(random);
  const visits = [calendar.momentOf(random, day)];
  const stays = 1 / (1 + Math.exp(-(2.1 + 0.9 * pace)));
  for (;;) {
    if (!random.chance(stays)) return visits;
    const gap = (GAP_STRETCH * quantile(REPEAT_GAP_DAYS, leaningOn(random, -pace, 0.55))) / calendar.season(day) ** 0.5;
    const next = calendar.near(random, day + Math.max(1, Math.round(gap)), day + 1);
    if (next === undefined) return visits;
    day = next;
    visits.push(calendar.momentOf(random, day));
  }
}
