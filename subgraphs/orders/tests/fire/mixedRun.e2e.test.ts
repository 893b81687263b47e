import { describe, expect, test } from "vitest";
import { mixUnderFire } from "./mixedRun.ts";
import { fireSize, IN_FULL, killsOf, PROCESSES, RUN_TIMEOUT_MS, seeds } from "./seeds.ts";

describe(`all that can happen to a purchase at once${IN_FULL}`, () => {
  test.each(seeds(5))("seed %i: every buyer was told what the books say, and the books are the provider's", async (seed) => {
    const buyers = fireSize(2_400, 120);
    const { report, breaches, wrong, books, tally } = await mixUnderFire({ seed, buyers, processes: PROCESSES, kills: killsOf(60, 180, 350) });
    expect(breaches).toEqual([]);
    expect(wrong).toEqual([]);
    expect(books?.ours).toBe(books?.theirs);
    for (const answer of ["CheckoutCompleteSuccess", "PaymentDeclined CARD_DECLINED", "PaymentDeclined AUTHENTICATION_FAILED", "PaymentUnavailable", "calls off OrderCancelSuccess", "forgets CheckoutStartSuccess", "gives up CheckoutCancelSuccess"]) {
      expect(tally[answer], answer).toBeGreaterThan(0);
    }
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);
});
