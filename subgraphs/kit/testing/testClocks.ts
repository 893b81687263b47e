import { type Clocks, fixedClock } from "#platform/clock.ts";

/** The small shop's now, in business and in wall time. */
export const NOW = { business: new Date("2011-12-10T09:00:00.000Z"), wall: new Date("2026-03-01T12:00:00.000Z") } as const;

/** Clocks that stand at NOW. */
export const testClocks: Clocks = { business: fixedClock(NOW.business), wall: fixedClock(NOW.wall) };
