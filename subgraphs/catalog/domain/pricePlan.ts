import { err, ok, type Result } from "#schema/values/result.ts";
import type { Money } from "#schema/values/money.ts";
import type { CurrentPrice, PriceState } from "./price.ts";

/** What a price says, without its time. */
export interface PriceContent {
  readonly amount: Money;
  readonly compareAt: Money | null;
}

/**
 * A change of what one variant costs in one currency and list. SET holds from now on. SCHEDULE without an end holds from its beginning
 * until the next price without one; with an end it lies above that price, which goes on behind it.
 */
export type PlanChange =
  | ({ readonly kind: "SET" } & PriceContent)
  | ({ readonly kind: "SCHEDULE"; readonly from: Date; readonly until: Date | null } & PriceContent)
  | { readonly kind: "CANCEL"; readonly priceId: string };

export type PlanRefusal =
  | { code: "PRICE_OVERLAP"; price: CurrentPrice; state: PriceState }
  | { code: "PRICE_IN_FORCE"; price: CurrentPrice }
  | { code: "PRICE_NOT_FOUND" };

/** A price that is still to be written. */
export type NewPrice = Omit<CurrentPrice, "id">;

/** What to write. The rows that stay, and the new ones, never overlap. */
export interface PlanEdit {
  /** Planned prices that go. */
  readonly deletes: readonly string[];
  /** Prices that end at another time than was written. */
  readonly ends: readonly { readonly id: string; readonly before: Date | null; readonly validTo: Date | null }[];
  readonly inserts: readonly NewPrice[];
  /** Where the price is that the change is about, in `inserts`; undefined where nothing is new. */
  readonly placed: number | undefined;
}

/** A standing price from a moment on; `row` where it is written already and begins there. */
interface Standing extends PriceContent {
  readonly from: number;
  readonly row: CurrentPrice | undefined;
}
/** A price with its own end. */
interface Temporary extends PriceContent {
  readonly from: number;
  readonly until: number;
  readonly row: CurrentPrice | undefined;
}
interface Decisions {
  readonly standing: readonly Standing[];
  readonly temporary: readonly Temporary[];
}

/**
 * Plans the prices of one variant in one currency and list anew from `at` on; nothing before it changes.
 * @param rows every price that has not ended, and the last standing one that has begun, in any order
 * @param at now, to the millisecond, behind the beginning of every price that has begun
 */
export function planPrices(rows: readonly CurrentPrice[], at: Date, change: PlanChange): Result<PlanEdit, PlanRefusal> {
  const now = at.getTime();
  const open = rows.filter((row) => endOf(row) > now);
  const inForce = open.find((row) => row.validFrom.getTime() <= now);
  if (change.kind === "SET" && inForce && inForce.kind !== "TEMPORARY" && says(inForce, change)) return ok({ deletes: [], ends: [], inserts: [], placed: undefined });
  const decided = decide(decisionsOf(rows, now), open, now, change);
  if (!decided.ok) return decided;
  return ok(editOf(decided.value, open, now, change));
}

function decisionsOf(rows: readonly CurrentPrice[], now: number): Decisions {
  const isBegun = (row: CurrentPrice) => row.validFrom.getTime() <= now;
  const last = rows.filter((row) => row.kind !== "TEMPORARY" && isBegun(row)).toSorted(byStart).at(-1);
  // One that has ended goes on only behind the price that lies above it.
  const isCovered = rows.some((row) => row.kind === "TEMPORARY" && isBegun(row) && endOf(row) > now);
  const base = last && (isCovered || endOf(last) > now) ? last : undefined;
  const standing = rows.filter((row) => row.kind === "STANDING" && !isBegun(row)).map((row) => ({ ...contentOf(row), from: row.validFrom.getTime(), row }));
  const temporary = rows.filter((row) => row.kind === "TEMPORARY" && endOf(row) > now).map((row) => ({ ...contentOf(row), from: row.validFrom.getTime(), until: endOf(row), row }));
  return { standing: [...(base ? [{ ...contentOf(base), from: now, row: endOf(base) > now ? base : undefined }] : []), ...standing].toSorted((a, b) => a.from - b.from), temporary };
}

function decide({ standing, temporary }: Decisions, open: readonly CurrentPrice[], now: number, change: PlanChange): Result<Decisions, PlanRefusal> {
  if (change.kind === "SET") {
    // Now means now: a price with an end that holds at this moment ends.
    return ok({ standing: [{ ...contentOf(change), from: now, row: undefined }, ...standing.filter(({ from }) => from > now)], temporary: temporary.filter(({ from }) => from > now) });
  }
  if (change.kind === "CANCEL") {
    const row = open.find(({ id }) => id === change.priceId);
    // What goes on behind a price with an end is nobody's own decision.
    if (!row || (row.kind === "RESUMED" && row.validFrom.getTime() > now)) return err({ code: "PRICE_NOT_FOUND" });
    if (row.validFrom.getTime() <= now) return err({ code: "PRICE_IN_FORCE", price: row });
    return ok({ standing: standing.filter((one) => one.row !== row), temporary: temporary.filter((one) => one.row !== row) });
  }
  const from = change.from.getTime();
  const until = change.until?.getTime();
  const across = until === undefined
    ? (standing.find((one) => one.from === from) ?? temporary.find((one) => one.from <= from && from < one.until))
    : (temporary.find((one) => one.from < until && from < one.until) ?? standing.find((one) => one.from > now && from <= one.from && one.from < until));
  if (across?.row) return err({ code: "PRICE_OVERLAP", price: across.row, state: across.row.validFrom.getTime() <= now ? "IN_FORCE" : "PLANNED" });
  const content = { ...contentOf(change), from, row: undefined };
  return ok(until === undefined
    ? { standing: [...standing, content].toSorted((a, b) => a.from - b.from), temporary }
    : { standing, temporary: [...temporary, { ...content, until }] });
}

/** The difference between what is written and what the decisions come to. */
function editOf({ standing, temporary }: Decisions, open: readonly CurrentPrice[], now: number, change: PlanChange): PlanEdit {
  const wanted: { row: CurrentPrice | undefined; price: NewPrice; isNew: boolean }[] = temporary.map(({ row, from, until, ...content }) => (
    { row, isNew: !row, price: { ...content, kind: "TEMPORARY", validFrom: new Date(from), validTo: new Date(until) } }));
  const resumed = new Map(open.filter((row) => row.kind === "RESUMED" && row.validFrom.getTime() > now).map((row) => [row.validFrom.getTime(), row]));
  for (const [index, one] of standing.entries()) {
    const end = standing[index + 1]?.from ?? Infinity;
    for (const [place, [from, to]] of around(one.from, end, temporary).entries()) {
      const isFirst = place === 0 && from === one.from;
      const isOwn = isFirst && (one.row !== undefined || isDecision(change, from, now));
      const row = isFirst ? one.row : sameAs(resumed.get(from), one);
      wanted.push({ row, isNew: isOwn && !one.row, price: { ...contentOf(one), kind: isOwn ? "STANDING" : "RESUMED", validFrom: new Date(from), validTo: to === Infinity ? null : new Date(to) } });
    }
  }
  const kept = new Set(wanted.flatMap(({ row }) => row?.id ?? []));
  const fresh = wanted.filter(({ row }) => !row);
  const placed = fresh.findIndex(({ isNew }) => isNew);
  return {
    deletes: open.filter((row) => row.validFrom.getTime() > now && !kept.has(row.id)).map(({ id }) => id),
    ends: [
      ...open.filter((row) => row.validFrom.getTime() <= now && !kept.has(row.id)).map((row) => ({ id: row.id, before: row.validTo, validTo: new Date(now) })),
      ...wanted.flatMap(({ row, price }) => (row && endOf(row) !== endOf(price) ? [{ id: row.id, before: row.validTo, validTo: price.validTo }] : [])),
    ],
    inserts: fresh.map(({ price }) => price),
    placed: placed === -1 ? undefined : placed,
  };
}

/** Whether the standing price that begins there is the one that the change asks for. */
function isDecision(change: PlanChange, from: number, now: number): boolean {
  return change.kind === "SET" ? from === now : change.kind === "SCHEDULE" && change.until === null && change.from.getTime() === from;
}

/** What is left of a time without those of the prices above it. */
function around(from: number, to: number, temporary: readonly Temporary[]): [number, number][] {
  const left: [number, number][] = [];
  let start = from;
  for (const above of temporary.toSorted((a, b) => a.from - b.from)) {
    if (above.until <= start || above.from >= to) continue;
    if (above.from > start) left.push([start, above.from]);
    start = above.until;
  }
  if (start < to) left.push([start, to]);
  return left;
}

function contentOf({ amount, compareAt }: PriceContent): PriceContent {
  return { amount, compareAt };
}

function endOf({ validTo }: Pick<CurrentPrice, "validTo">): number {
  return validTo?.getTime() ?? Infinity;
}

function byStart(a: CurrentPrice, b: CurrentPrice): number {
  return a.validFrom.getTime() - b.validFrom.getTime();
}

function sameAs(row: CurrentPrice | undefined, content: PriceContent): CurrentPrice | undefined {
  return row && says(row, content) ? row : undefined;
}

function says(row: PriceContent, content: PriceContent): boolean {
  return isEqual(row.amount, content.amount) && (row.compareAt === null || content.compareAt === null ? row.compareAt === content.compareAt : isEqual(row.compareAt, content.compareAt));
}

function isEqual(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.units * 10n ** BigInt(b.exponent) === b.units * 10n ** BigInt(a.exponent);
}
