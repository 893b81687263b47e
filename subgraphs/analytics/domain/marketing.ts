export const FUNNEL_STEPS = ["VISITED", "VIEWED", "ADDED_TO_CART", "CHECKOUT_STARTED", "DELIVERY_CHOSEN", "PAYMENT_CHOSEN", "PURCHASED"] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

export interface FunnelCounts {
  readonly sessions: bigint;
  readonly viewed: bigint;
  readonly added_to_cart: bigint;
  readonly checkout_started: bigint;
  readonly delivery_chosen: bigint;
  readonly payment_chosen: bigint;
  readonly purchased: bigint;
}

export interface StepReached {
  readonly step: FunnelStep;
  readonly sessions: bigint;
  readonly shareOfAll: string | null;
  readonly shareOfBefore: string | null;
}

const COLUMNS = { VISITED: "sessions", VIEWED: "viewed", ADDED_TO_CART: "added_to_cart", CHECKOUT_STARTED: "checkout_started", DELIVERY_CHOSEN: "delivery_chosen", PAYMENT_CHOSEN: "payment_chosen", PURCHASED: "purchased" } as const satisfies Record<FunnelStep, keyof FunnelCounts>;
const MILLION = 1_000_000n;

export function toSteps(counts: FunnelCounts): StepReached[] {
  return FUNNEL_STEPS.map((step, index) => {
    const sessions = counts[COLUMNS[step]];
    const before = counts[COLUMNS[FUNNEL_STEPS[index - 1] ?? "VISITED"]];
    return { step, sessions, shareOfAll: shareOf(sessions, counts.sessions), shareOfBefore: shareOf(sessions, before) };
  });
}

/** To six digits, halves away from zero; null of nothing. */
export function shareOf(part: bigint, whole: bigint): string | null {
  if (whole === 0n) return null;
  const millionths = (2n * part * MILLION + whole) / (2n * whole);
  return `${millionths / MILLION}.${String(millionths % MILLION).padStart(6, "0")}`;
}

export interface ChannelSessionsRow {
  readonly channel: string;
  readonly sessions: bigint;
  readonly bounces: bigint;
  readonly purchases: bigint;
}
export interface ChannelCreditRow {
  readonly channel: string;
  readonly currency: string;
  readonly orders: string;
  readonly first_orders: string;
  readonly revenue: string;
}
export interface ChannelFigures extends ChannelSessionsRow {
  readonly conversionRate: string | null;
  readonly credit: readonly ChannelCreditRow[];
}

/** A channel that has sessions or a part in orders is there; the most sessions first, then by name. */
export function toChannels(sessions: readonly ChannelSessionsRow[], credit: readonly ChannelCreditRow[]): ChannelFigures[] {
  const rows = new Map(sessions.map((row) => [row.channel, row]));
  const parts = Map.groupBy(credit, ({ channel }) => channel);
  return [...new Set([...rows.keys(), ...parts.keys()])]
    .map((channel) => {
      const { sessions: all, bounces, purchases } = rows.get(channel) ?? { sessions: 0n, bounces: 0n, purchases: 0n };
      return { channel, sessions: all, bounces, purchases, conversionRate: shareOf(purchases, all), credit: parts.get(channel) ?? [] };
    })
    .sort((left, right) => (left.sessions === right.sessions ? (left.channel < right.channel ? -1 : 1) : left.sessions > right.sessions ? -1 : 1));
}

export interface LtvRow {
  readonly cohort_month: string;
  readonly currency: string;
  readonly month_index: number;
  readonly cohort_size: bigint;
}

/** Rows in the order of month, currency and index as one entry for each month and currency. */
export function toLtvCohorts<Row extends LtvRow>(rows: readonly Row[]): { month: string; currency: string; size: number; months: readonly Row[] }[] {
  return [...Map.groupBy(rows, ({ cohort_month: month, currency }) => `${month} ${currency}`).values()].map((months) => {
    const [first] = months as [Row, ...Row[]];
    return { month: first.cohort_month, currency: first.currency, size: Number(first.cohort_size), months };
  });
}
