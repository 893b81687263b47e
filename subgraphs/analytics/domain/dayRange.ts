import { badUserInput } from "#kit/errors.ts";

/** Half-open days, `YYYY-MM-DD`. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** @throws BAD_USER_INPUT for a range without a day. */
export function readRange({ from, to }: DayRange): DayRange {
  if (from >= to) throw badUserInput("The range is half-open: `from` must be before `to`.", ["range"]);
  return { from, to };
}

/** The last 365 days, the business day of the build included. */
export function defaultRange(businessAsOf: Date): DayRange {
  const day = (offset: number) => new Date(businessAsOf.getTime() + offset * 86_400_000).toISOString().slice(0, 10);
  return { from: day(-364), to: day(1) };
}
