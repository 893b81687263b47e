import { describe, expect, test } from "vitest";
import { attackCarts } from "./cartRun.ts";
import { fireSize, IN_FULL, killsOf, PROCESSES, RUN_TIMEOUT_MS, seeds } from "./seeds.ts";

describe(`carts that are changed while they are bought${IN_FULL}`, () => {
  test.each(seeds(5))("seed %i: what is charged is what was quoted, for what the cart held and nothing more", async (seed) => {
    const buyers = fireSize(1_500, 120);
    const { report, breaches, mistold, changedSince, lost, tally } = await attackCarts({ seed, buyers, processes: PROCESSES, kills: killsOf(80, 250, 400) });
    expect(breaches).toEqual([]);
    expect({ orders: report.orders, mistold, changedSince, lost }).toEqual({ orders: buyers, mistold: [], changedSince: [], lost: [] });
    // The attack did hit: before, amid and after.
    for (const answer of ["change CartLinesSetSuccess", "change CartLinesAddSuccess", "change CartBusy", "change CartAlreadyOrdered"]) expect(tally[answer], answer).toBeGreaterThan(0);
    expect(report.dearOrders).toBeGreaterThan(0);
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);
});
