import { describe, expect, test } from "vitest";
import { attackCarts } from "./cartRun.ts";
import { fireSize, IN_FULL, killsOf, PROCESSES, RUN_TIMEOUT_MS, seeds } from "./seeds.ts";

describe(`carts that are changed while they are bought${IN_FULL}`, () => {
  test.each(seeds(5))("seed %i: what is charged is what was quoted, for what the cart held and nothing more", async (seed) => {
    const buyers = fireSize(1_500, 120);
    const { report, breaches, mistold, changedSince, lost, tally } = await attackCarts({ seed, buyers, processes: PROCESSES, kills: killsOf(80, 250, 400) });
    expect(breaches).toEqual([]);
    expect({ orders: report.orders, mistold, changedSince, lost }).toEqual({ orders: buyers, mistold: [], changedSince: [], lost: [] });
    // The attack did hit, before the purchase and in or after it. Whether both of the last come up in a small run is the machine's choice.
    const hits = (answer: string) => tally[`change ${answer}`] ?? 0;
    expect(hits("CartLinesSetSuccess") + hits("CartLinesAddSuccess")).toBeGreaterThan(0);
    expect(hits("CartBusy") + hits("CartAlreadyOrdered")).toBeGreaterThan(0);
    expect(report.dearOrders).toBeGreaterThan(0);
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);
});
