import { describe, expect, test } from "vitest";
import { redeemUnderFire, spendUnderFire } from "./codesRun.ts";
import { fireSize, IN_FULL, killsOf, PROCESSES, RUN_TIMEOUT_MS, seeds } from "./seeds.ts";

describe(`codes and gift cards that everybody wants at once${IN_FULL}`, () => {
  const [uses, voucherBuyers] = fireSize([100, 2_000] as const, [20, 200] as const);

  test.each(seeds(5))(`seed %i: a voucher with ${uses} uses and ${voucherBuyers} buyers takes something off exactly ${uses} orders`, async (seed) => {
    const { report, breaches, after, counter, told, toldDiscounted, tally } = await redeemUnderFire({ seed, buyers: voucherBuyers, uses, processes: PROCESSES, kills: killsOf(40, 120, 200) });
    expect(breaches).toEqual([]);
    expect({ counter, after, toldDiscounted }).toEqual({ counter: { used: uses, held: 0 }, after: { orders: told, discounted: uses, redeemed: uses, off: [25] }, toldDiscounted: uses });
    expect(Object.keys(tally).sort()).toEqual(["CheckoutCompleteSuccess", "CodeNoLongerValid"]);
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);

  const cardBuyers = fireSize(500, 120);
  test.each(seeds(5))(`seed %i: a gift card in ${cardBuyers} carts is spent to its last penny and not beyond`, async (seed) => {
    const { report, breaches, after, card, balance, expectedOrders } = await spendUnderFire({ seed, buyers: cardBuyers, processes: PROCESSES, kills: killsOf(30, 70, 110) });
    expect(breaches).toEqual([]);
    expect({ card, after }).toEqual({ card: { balance: 0, held: 0 }, after: { orders: expectedOrders, spent: balance, paid: balance, owed: 0 } });
    expect(report.troubles).toBeUndefined();
  }, RUN_TIMEOUT_MS);
});
