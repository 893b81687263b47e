import { expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { money } from "#schema/values/money.ts";
import { partsOfLines } from "../domain/afterSale/lineParts.ts";
import { commissionOf, reversedShare, shareOut } from "../domain/afterSale/vendorShare.ts";
import { priceCart } from "../domain/pricing/priceCart.ts";

test("a commission is rounded half to even", () => {
  expect([commissionOf(150n, 1_000), commissionOf(250n, 100), commissionOf(350n, 100), commissionOf(50n, 1_000), commissionOf(0n, 1_000), commissionOf(999n, 10_000), commissionOf(999n, 0)])
    .toEqual([15n, 2n, 4n, 5n, 0n, 999n, 0n]);
});

const line = fc.record({ quantity: fc.bigInt(1n, 50n), unit: fc.bigInt(0n, 100_000n), exponent: fc.constantFrom(2, 3), vendor: fc.constantFrom(null, "v1", "v2") });

test("the lines' shares of the subtotal sum to it, and what vendors get and the shop keeps is what the lines came to", () => {
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 10_000 }), (lines, bps) => {
    const subtotal = lines.reduce((so, one) => so + one.quantity * one.unit * (one.exponent === 2 ? 10n : 1n), 0n) / 10n;
    const parts = partsOfLines(lines.map((one, index) => ({ variantId: `v${index}`, amountUnits: one.quantity * one.unit, exponent: one.exponent, discountUnits: one.unit / 3n, taxUnits: 0n, taxIncludedUnits: 0n })), subtotal, "GBP");
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

test("a line's share of the subtotal after the sale is the one its discount and tax were reckoned from, wherever it stood in the cart", () => {
  const sold = fc.record({ variantId: fc.uuid(), quantity: fc.bigInt(1n, 3n), unit: fc.constantFrom(5n, 15n, 99n), exponent: fc.constantFrom(3, 3, 4) });
  fc.assert(fc.property(fc.uniqueArray(sold, { minLength: 1, maxLength: 8, selector: (one) => one.variantId }), (lines) => {
    const priced = priceCart({
      currency: "GBP", shipping: null, taxRates: [], giftCards: [], at: new Date(0), customer: { userId: null, orderCount: 0 }, countryCode: null, codes: [], promotions: [],
      lines: lines.map(({ variantId, quantity, unit, exponent }, index) => ({
        position: index + 1, variantId, productId: "p", vendorId: null, categoryId: null, sku: "s", name: "n", quantity, unitPrice: money(unit, "GBP", exponent), weightGrams: null, taxClass: "standard",
      })),
    });
    const parts = partsOfLines(lines.map(({ variantId, quantity, unit, exponent }) => ({ variantId, amountUnits: quantity * unit, exponent, discountUnits: 0n, taxUnits: 0n, taxIncludedUnits: 0n })), priced.totals.subtotal, "GBP");
    expect(parts.map((part) => part.gross)).toEqual(priced.lines.map((line) => line.subtotalUnits));
  }));
});
