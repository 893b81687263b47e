import { describe, expect, test } from "vitest";
import { fireSize, IN_FULL, killsOf, PROCESSES, RUN_TIMEOUT_MS, seeds } from "./seeds.ts";
import { buyUnderFire } from "./stockRun.ts";

describe(`buyers at once on the last units${IN_FULL}`, () => {
  const [buyers, units] = fireSize([10_000, 1_000] as const, [300, 30] as const);

  test.each(seeds(50))(`seed %i: ${buyers} buyers of ${units} units: exactly as many orders`, async (seed) => {
    const { report, breaches, shelves, lost, untold, tally } = await buyUnderFire({ seed, buyers, units, variants: 1, processes: PROCESSES, kills: killsOf(40, 120, 220) });
    expect(breaches).toEqual([]);
    expect({ orders: report.orders, shelves, lost, untold }).toEqual({ orders: units, shelves: [{ onHand: 0, reserved: 0 }], lost: [], untold: 0 });
    expect(Object.keys(tally).sort()).toEqual(["CheckoutCompleteSuccess", "InsufficientStock"]);
    expect(report.troubles).toBeUndefined();
    expect(report.kills).toBeGreaterThanOrEqual(fireSize(10, 2));
  }, RUN_TIMEOUT_MS);

  test.each(seeds(5))(`seed %i: carts of up to five of 50 variants: what is sold is gone, what is left nobody wants`, async (seed) => {
    const each = fireSize(60, 4);
    const { report, breaches, shelves, lost, untold, soldUnits, tally } = await buyUnderFire({ seed, buyers: fireSize(3_000, 250), units: each, variants: 50, processes: PROCESSES, kills: killsOf(40, 120, 200) });
    expect(breaches).toEqual([]);
    expect(shelves.filter((shelf) => shelf.reserved !== 0 || shelf.onHand < 0)).toEqual([]);
    expect({ gone: 50 * each - shelves.reduce((sum, shelf) => sum + shelf.onHand, 0), lost, untold }).toEqual({ gone: soldUnits, lost: [], untold: 0 });
    // Neither a deadlock nor anything else went wrong.
    expect(Object.keys(tally).sort()).toEqual(["CheckoutCompleteSuccess", "InsufficientStock"]);
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);
});
