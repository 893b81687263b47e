import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOfLines } from "../domain/afterSale/lineParts.ts";
import { commissionOf, reversedShare, shareOut } from "../domain/afterSale/vendorShare.ts";

test("a commission is rounded half to even", () => {
  expect([commissionOf(150n, 1_000), commissionOf(250n, 100), commissionOf(350n, 100), commissionOf(50n, 1_000), commissionOf(0n, 1_000), commissionOf(999n, 10_000), commissionOf(999n, 0)])
    .toEqual([15n, 2n, 4n, 5n, 0n, 999n, 0n]);
});

const line = fc.record({ quantity: fc.bigInt(1n, 50n), unit: fc.bigInt(0n, 100_000n), exponent: fc.constantFrom(2, 3), vendor: fc.constantFrom(null, "v1", "v2") });

test("the lines' shares of the subtotal sum to it, and what vendors get and the shop keeps is what the lines came to", () => {
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 10_000 }), (lines, bps) => {
    const subtotal = lines.reduce((so, one) => so + one.quantity * one.unit * (one.exponent === 2 ? 10n : 1n), 0n) / 10n;
    const parts = partsOfLines(lines.map((one) => ({ amountUnits: one.quantity * one.unit, exponent: one.exponent, discountUnits: one.unit / 3n, taxUnits: 0n, taxIncludedUnits: 0n })), subtotal, "GBP");
    expect(parts.reduce((so, part) => so + part.gross, 0n)).toBe(subtotal);
    const shares = shareOut(lines.map((one, index) => ({ terms: one.vendor && { vendorId: one.vendor, commissionBps: bps }, parts: parts[index] as (typeof parts)[0] })));
    for (const share of shares) {
      const own = parts.filter((_, index) => lines[index]?.vendor === share.vendorId);
      expect(share.share + share.commission).toBe(own.reduce((so, part) => so + part.paid, 0n));
      expect(share.share >= 0n && share.commission >= 0n).toBe(true);
    }
  }));
});

test("a share goes back in proportion and whole in the end, in any steps, never more than there is", () => {
  fc.assert(fc.property(fc.bigInt(1n, 10_000n), fc.integer({ min: 0, max: 10_000 }), fc.array(fc.bigInt(0n, 10_000n), { maxLength: 10 }), (net, bps, marks) => {
    const share = net - commissionOf(net, bps);
    const reversed = [...marks.filter((mark) => mark <= net), net].sort((a, b) => (a < b ? -1 : 1)).map((mark) => reversedShare(share, net, mark));
    expect(reversed.every((units, index) => units >= (reversed[index - 1] ?? 0n))).toBe(true);
    expect(reversed.at(-1)).toBe(share);
  }));
});
