import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { planLineRefund, refundOfUnits, type RefundableLine, writtenAs } from "../domain/afterSale/refund.ts";

const sold = fc.record({ quantity: fc.bigInt(1n, 30n), gross: fc.bigInt(0n, 5_000n), off: fc.bigInt(0n, 5_000n), added: fc.bigInt(0n, 900n), included: fc.bigInt(0n, 900n) })
  .map(({ quantity, gross, off, added, included }): RefundableLine => {
    const discount = off > gross ? gross : off;
    const taxIncluded = included > gross - discount ? gross - discount : included;
    return { lineId: "l", quantity, refundedQuantity: 0n, refundedUnits: 0n, refundedTaxUnits: 0n, parts: { gross, discount, taxIncluded, paid: gross - discount + added, tax: added + taxIncluded } };
  });

describe("refunds of a line", () => {
  test("all units given back in any steps give back exactly what was paid, and exactly its tax", () => {
    fc.assert(fc.property(sold, fc.array(fc.bigInt(1n, 30n), { maxLength: 30 }), (line, steps) => {
      let now = line;
      for (const step of [...steps, line.quantity]) {
        const { quantity, units, tax } = refundOfUnits(now, step);
        expect(units >= 0n && tax >= 0n && tax <= units, `${units} with ${tax}`).toBe(true);
        expect(quantity <= now.quantity - now.refundedQuantity).toBe(true);
        now = { ...now, refundedQuantity: now.refundedQuantity + quantity, refundedUnits: now.refundedUnits + units, refundedTaxUnits: now.refundedTaxUnits + tax };
      }
      expect([now.refundedQuantity, now.refundedUnits, now.refundedTaxUnits]).toEqual([line.quantity, line.parts.paid, line.parts.tax]);
    }));
  });

  test("each step is within a unit of its exact share", () => {
    fc.assert(fc.property(sold, fc.bigInt(1n, 30n), (line, step) => {
      const { quantity, units } = refundOfUnits(line, step);
      const off = units * line.quantity - line.parts.paid * quantity;
      expect(off <= line.quantity && off >= -line.quantity).toBe(true);
    }));
  });

  test("with less left than is due, no more than that goes back, in proportion, and the parts are the whole", () => {
    fc.assert(fc.property(fc.array(sold, { minLength: 1, maxLength: 6 }), fc.bigInt(0n, 20_000n), fc.bigInt(0n, 900n), (lines, most, shipping) => {
      const plan = planLineRefund(lines.map((line) => refundOfUnits(line, line.quantity)), { units: shipping, tax: shipping / 5n }, most);
      const due = lines.reduce((so, line) => so + line.parts.paid, shipping);
      expect(plan.units).toBe(due < most ? due : most);
      expect(plan.lines.reduce((so, line) => so + line.units, plan.shipping)).toBe(plan.units);
      expect(plan.lines.every((line) => line.tax <= line.units) && plan.tax <= plan.units).toBe(true);
    }));
  });

  test("a line of a refund multiplies out, whatever the amount", () => {
    fc.assert(fc.property(fc.bigInt(1n, 1_000n), fc.bigInt(0n, 1_000_000n), (quantity, units) => {
      const written = writtenAs(quantity, units);
      expect(written.reduce((so, line) => so + line.quantity * line.unitAmount, 0n)).toBe(units);
      expect(written.reduce((so, line) => so + line.quantity, 0n)).toBe(quantity);
    }));
    expect(writtenAs(3n, 1_000n)).toEqual([{ quantity: 2n, unitAmount: 333n }, { quantity: 1n, unitAmount: 334n }]);
  });
});
