import { type DayProfile, emptyDay, type Profile } from "../profile.ts";
import { addDays } from "../robust.ts";

/** A fault of the data of one day, as it would show in a table's profile. Pure. */
export interface InjectedFault {
  readonly name: string;
  /** Whether it happens to a day that was published already, or to the newest one. */
  readonly to: "newest" | "published";
  inject(days: Map<string, DayProfile>, day: string): void;
}

const scaled = (profile: DayProfile, factor: number): DayProfile => {
  const some = (counts: Record<string, number>) => Object.fromEntries(Object.entries(counts).map(([key, n]) => [key, Math.round(n * factor)]));
  return {
    rows: Math.round(profile.rows * factor), total: profile.total * factor, nulls: some(profile.nulls), sizes: some(profile.sizes),
    categories: Object.fromEntries(Object.entries(profile.categories).map(([column, counts]) => [column, some(counts)])),
  };
};
const at = (days: Map<string, DayProfile>, day: string) => days.get(day) ?? emptyDay();
const rescale = (factor: number) => (days: Map<string, DayProfile>, day: string) => void days.set(day, scaled(at(days, day), factor));
const resized = (steps: number, factor: number, share = 1) => (days: Map<string, DayProfile>, day: string) => {
  const one = at(days, day);
  const sizes: Record<string, number> = {};
  for (const [size, n] of Object.entries(one.sizes)) {
    const moved = Math.round(n * share);
    const to = String(steps === 0 ? -Number(size) : Number(size) + (Number(size) === 0 ? 0 : steps));
    sizes[to] = (sizes[to] ?? 0) + moved;
    sizes[size] = (sizes[size] ?? 0) + n - moved;
  }
  days.set(day, { ...one, sizes, total: one.total * (1 + share * (factor - 1)) });
};
const nulled = (share: number) => (days: Map<string, DayProfile>, day: string) => {
  const one = at(days, day);
  days.set(day, { ...one, nulls: Object.fromEntries(Object.entries(one.nulls).map(([column, n]) => [column, Math.round(n + (one.rows - n) * share)])) });
};
const recategorised = (value: string, share: number) => (days: Map<string, DayProfile>, day: string) => {
  const one = at(days, day);
  const [column] = Object.keys(one.categories);
  if (column === undefined) return;
  const counts = { ...one.categories[column] };
  let moved = 0;
  for (const [key, n] of Object.entries(counts)) {
    const part = Math.round(n * share);
    counts[key] = n - part;
    moved += part;
  }
  counts[value] = (counts[value] ?? 0) + moved;
  days.set(day, { ...one, categories: { ...one.categories, [column]: counts } });
};
const empty = (days: Map<string, DayProfile>, day: string) => void days.set(day, emptyDay());

export const INJECTED: readonly InjectedFault[] = [
  { name: "volume drop: most of a day is missing", to: "newest", inject: rescale(0.1) },
  { name: "volume drop: a whole day is missing", to: "newest", inject: empty },
  { name: "double load: rows come threefold", to: "newest", inject: rescale(3) },
  { name: "double load of a published day", to: "published", inject: rescale(2) },
  { name: "a published day is gone", to: "published", inject: empty },
  { name: "a published day lost a third", to: "published", inject: rescale(0.66) },
  { name: "late batch for a day long over", to: "published", inject: (days, day) => rescale(1.9)(days, addDays(day, -9)) },
  { name: "schema change: a column is gone", to: "newest", inject: nulled(1) },
  { name: "null burst", to: "newest", inject: nulled(0.7) },
  { name: "cents for units", to: "newest", inject: resized(4, 100) },
  { name: "cents for units in published days", to: "published", inject: resized(4, 100) },
  { name: "another currency's amounts", to: "newest", inject: resized(3, 31) },
  { name: "currency mix", to: "newest", inject: recategorised("USD", 0.6) },
  { name: "wrong sign", to: "newest", inject: resized(0, -1) },
  { name: "wrong sign in published days", to: "published", inject: resized(0, -1) },
  { name: "stale source: nothing for four days", to: "newest", inject: (days, day) => { for (let back = 0; back < 4; back += 1) empty(days, addDays(day, -back)); } },
];

/** A profile in which a fault was planted; the other days are shared. */
export function withFault(profile: Profile, fault: InjectedFault, day: string): Map<string, DayProfile> {
  const days = new Map(profile);
  fault.inject(days, day);
  return days;
}
