import { judgeCategories, judgeNulls, judgeValues } from "./judgeShape.ts";
import { judgeFreshness, judgeVolume } from "./judgeVolume.ts";
import { judgeHistory } from "./judgeHistory.ts";
import { type Anomaly, type DetectInput, LOOK_BACK, type Series } from "./anomaly.ts";
import { type DayProfile, emptyDay, NO_DAY, OLDER, type Profile } from "./profile.ts";
import { addDays } from "./robust.ts";
import type { Watched } from "./watched.ts";

/** A day is judged so long after its end: late rows have come by then. */
const DELAY_MS = 2 * 3_600_000;
const DAY_MS = 86_400_000;
/** Days that came to an end since the published build; after a long pause the latest. */
const MAX_JUDGED = 7;

/** Compares a build's days with the table's history. Pure; the figures are explained in docs/quality.md. */
export function detect(input: DetectInput): Anomaly[] {
  const { watched, now, businessAsOf, publishedAsOf } = input;
  const series = seriesOf(watched, now);
  const today = businessAsOf.toISOString().slice(0, 10);
  const found: Anomaly[] = [];
  if (watched.isSpreadOnly) return judgedDays(businessAsOf, publishedAsOf).flatMap((day) => judgeCategories(series, day)).map(told);
  for (const day of judgedDays(businessAsOf, publishedAsOf)) {
    found.push(...judgeVolume(series, day, input.othersAlive), ...judgeFreshness(series, day), ...judgeShape(series, day));
  }
  // Of a day that is not over yet, too much and the wrong kind can be told, too little cannot.
  found.push(...judgeVolume(series, today, () => false, { isOver: false }), ...judgeShape(series, today, false), ...judgeHistory(input));
  return publishedAsOf === null ? found.map(told) : found;
}

function judgeShape(series: Series, day: string, isOver = true): Anomaly[] {
  const found = [...judgeNulls(series, day), ...judgeValues(series, day), ...judgeCategories(series, day, { isOver })];
  return series.watched.isUnruly ? found.map(told) : found;
}

const told = (one: Anomaly): Anomaly => ({ ...one, severity: "WARNING" });

/** The days whose time to be judged came between two builds, oldest first. */
export function judgedDays(businessAsOf: Date, publishedAsOf: Date | null): string[] {
  const dueBy = (at: Date) => new Date(at.getTime() - DELAY_MS).toISOString().slice(0, 10);
  const last = dueBy(businessAsOf);
  const after = publishedAsOf === null ? addDays(last, -MAX_JUDGED) : dueBy(publishedAsOf);
  const days: string[] = [];
  for (let at = Date.parse(last) - DAY_MS; at >= Date.parse(after) && days.length < MAX_JUDGED; at -= DAY_MS) days.unshift(new Date(at).toISOString().slice(0, 10));
  return days;
}

export function seriesOf(watched: Watched, profile: Profile): Series {
  const days = [...profile.keys()].filter((day) => day !== NO_DAY && day !== OLDER && (profile.get(day)?.rows ?? 0) > 0).sort();
  const at = (day: string) => profile.get(day) ?? emptyDay();
  return {
    watched,
    first: profile.has(OLDER) ? addDays(days[0] ?? NO_DAY, -LOOK_BACK) : days[0],
    at,
    between(from, to) {
      const list: { day: string; profile: DayProfile }[] = [];
      for (let day = from; day < to; day = addDays(day, 1)) list.push({ day, profile: at(day) });
      return list;
    },
  };
}
