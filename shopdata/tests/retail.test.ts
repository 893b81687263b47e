import { describe, expect, test } from "vitest";
import { chargeKind } from "../chargeKind.ts";
import { classify, movementOf } from "../onlineRetail/classify.ts";
import { buildLedger, totalOf } from "../onlineRetail/invoices.ts";
import { markOverlap } from "../onlineRetail/overlap.ts";
import { deriveProducts } from "../onlineRetail/products.ts";
import { matchRefunds } from "../onlineRetail/refunds.ts";
import { type FixtureLine, retailLines } from "./retailFixture.ts";

const one = (line: FixtureLine) => retailLines([line])[0]!;

describe("classify", () => {
  test.each<[string, FixtureLine, string]>([
    ["a sale", {}, "SALE"],
    ["a charge", { code: "POST" }, "CHARGE"],
    ["a clean line of a cancelled invoice stays a charge", { invoice: "C496350", code: "M", price: "373.57" }, "CHARGE"],
    ["a cancelled line", { invoice: "C500002", quantity: -1 }, "REFUND"],
    ["a cancelled line without price", { invoice: "C500002", quantity: -1, price: "0.0" }, "REFUND"],
    ["stock that moves", { quantity: -5, price: "0.0", customer: "" }, "STOCK"],
    ["a write-off of debt", { invoice: "A506401", code: "B", price: "-53594.36", customer: "" }, "NEGATIVE_PRICE"],
    ["a charge of nothing", { code: "POST", price: "0.0" }, "CHARGE_WITHOUT_PRICE"],
    ["nothing", { quantity: 0 }, "QUANTITY_ZERO"],
    ["money back without cancellation", { quantity: -1 }, "NEGATIVE_QUANTITY_WITHOUT_CANCELLATION"],
  ])("%s", (_, line, wanted) => {
    const found = classify(one(line));
    expect(found.kind === "REJECTED" ? found.reason : found.kind).toBe(wanted);
  });

  test("goods given away leave, found goods come in, lost goods leave", () => {
    const free = { price: "0.0" };
    expect(movementOf(one({ ...free, quantity: 3 }), false)).toEqual({ kind: "GIVEN_FREE", quantity: -3 });
    expect(movementOf(one({ ...free, quantity: 3, customer: "" }), true)).toEqual({ kind: "GIVEN_FREE", quantity: -3 });
    expect(movementOf(one({ ...free, quantity: 3, customer: "" }), false)).toEqual({ kind: "FOUND", quantity: 3 });
    expect(movementOf(one({ ...free, quantity: -3, customer: "" }), false)).toEqual({ kind: "WRITE_OFF", quantity: -3 });
  });

  test.each([["POST", "SHIPPING"], ["C2", "SHIPPING"], ["DOT", "SHIPPING"], ["BANK CHARGES", "FEE"], ["AMAZONFEE", "FEE"], ["M", "ADJUSTMENT"], ["ADJUST2", "ADJUSTMENT"], ["GIFT_0001_30", "GIFT_VOUCHER"], ["PADS", "OTHER"]])("%s is %s", (code, kind) => {
    expect(chargeKind(code)).toBe(kind);
  });
});

describe("reading lines", () => {
  test("codes that differ in case or blanks are one object, prices keep their own exponent", () => {
    const [first, second, third] = retailLines([{ code: "47503j " }, { code: "47503J", price: "0.001" }, { price: "2.1" }]);
    expect(first?.stock).toBe(second?.stock);
    expect(second?.price).toEqual({ units: 1, exponent: 3 });
    expect(third?.price).toEqual({ units: 210, exponent: 2 });
  });

  test.each<[FixtureLine, RegExp]>([
    [{ quantity: "1.5" }, /test\.csv, line 2, column Quantity: "1\.5" is not a whole number/],
    [{ quantity: "" }, /column Quantity/],
    [{ price: "1,5".replace(",", "") + "e3" }, /column Price/],
    [{ price: "£3" }, /column Price/],
    [{ at: "2010-02-30 10:00:00" }, /column InvoiceDate/],
    [{ at: "01/12/2010 08:26" }, /column InvoiceDate/],
    [{ customer: "abc" }, /column CustomerID/],
    [{ invoice: "" }, /column Invoice/],
    [{ code: " " }, /column StockCode/],
  ])("%o is refused with its column and a cure", (line, message) => {
    expect(() => retailLines([line])).toThrow(message);
    expect(() => retailLines([line])).toThrow(/correct the value or take the line out$/);
  });
});

describe("overlap", () => {
  const a = { invoice: "500001" };
  const b = { invoice: "500002" };
  const other = { invoice: "500003", at: "2010-02-01 10:00:00" };
  const invoices = (files: FixtureLine[][]) => markOverlap(files.map((lines, index) => retailLines(lines, index))).map((lines) => lines.map((line) => line.invoice));

  test("true duplicates within a file stay", () => expect(invoices([[a, a, b]])).toEqual([["500001", "500001", "500002"]]));
  test("equal multisets count once", () => expect(invoices([[a, a, b], [a, b, a, other]])).toEqual([["500001", "500001", "500002"], ["500003"]]));
  test("what stands more often in the later file stays", () => expect(invoices([[a], [a, a]])).toEqual([["500001"], ["500001"]]));
  test("three files: the most that one of them holds", () => expect(invoices([[a], [a, a], [a, a, b]])).toEqual([["500001"], ["500001"], ["500002"]]));
});

describe("invoices", () => {
  test("an invoice with two times takes the first, and its total is rounded once, half to even", () => {
    const { orders } = buildLedger(retailLines([{ at: "2010-01-04 10:01:00", price: "0.005" }, { price: "0.010" }, { at: "2010-01-04 10:01:00", code: "POST", price: "18.0" }]));
    expect(orders).toHaveLength(1);
    expect(new Date(orders[0]!.at).toISOString()).toBe("2010-01-04T10:00:00.000Z");
    // 18.015 is half way between 18.01 and 18.02
    expect(totalOf(orders[0]!.lines)).toEqual({ units: 1802n, exponent: 2, currency: "GBP" });
    expect(totalOf(retailLines([{ price: "0.005" }])).units).toBe(0n);
  });

  test("amounts beyond 2^53 units stay exact", () => {
    expect(totalOf(retailLines([{ quantity: 999_999_999, price: "999999999.99" }])).units).toBe(999_999_999n * 99_999_999_999n);
  });

  test("a product is called as it mostly sells, remarks of the store room are no names", () => {
    const named = (lines: FixtureLine[]) => deriveProducts(buildLedger(retailLines(lines))).map((product) => product.name);
    expect(named([{ description: "OLD NAME" }, { description: "NEW  NAME " }, { description: "NEW NAME" }])).toEqual(["NEW NAME"]);
    expect(named([{ description: "damages", quantity: -1, price: "0.0" }])).toEqual(["Article 85048"]);
    expect(named([{ description: "", quantity: -1, price: "0.0" }, { description: "ORCHID LIGHTS", quantity: -1, price: "0.0" }])).toEqual(["ORCHID LIGHTS"]);
  });

  test("the price is the usual one of the last 90 days of sale; a product never sold has none and is archived", () => {
    const [product] = deriveProducts(buildLedger(retailLines([
      { price: "1.00", at: "2010-01-01 10:00:00" }, { price: "1.00", at: "2010-01-02 10:00:00" }, { price: "1.00", at: "2010-01-03 10:00:00" },
      { price: "2.00", at: "2010-09-01 10:00:00" }, { price: "1.50", at: "2010-09-02 10:00:00" }, { price: "2.00", at: "2010-09-03 10:00:00" },
    ])));
    expect(product?.price).toEqual({ units: 200, exponent: 2 });
    const [unsold] = deriveProducts(buildLedger(retailLines([{ invoice: "C500001", quantity: -1 }])));
    expect(unsold).toMatchObject({ sold: false, price: undefined });
  });
});

describe("refunds", () => {
  const order = (invoice: string, day: number, lines: FixtureLine[]) => lines.map((line) => ({ invoice, at: `2010-01-${String(day).padStart(2, "0")} 10:00:00`, ...line }));
  const refund = (invoice: string, day: number, lines: FixtureLine[]) => order(invoice, day, lines.map((line) => ({ quantity: -1, ...line })));
  const match = (lines: FixtureLine[]) => {
    const ledger = buildLedger(retailLines(lines));
    return matchRefunds(ledger.orders, ledger.refunds).map(({ order: found, quality, matched }) => [found?.number, quality, matched.length]);
  };
  const x = { code: "10001" };
  const y = { code: "10002" };
  const z = { code: "10003" };

  test("EXACT: one earlier order holds every line", () => {
    expect(match([...order("500001", 1, [x, y]), ...order("500002", 2, [x]), ...refund("C500003", 3, [x, y])])).toEqual([["500001", "EXACT", 2]]);
  });
  test("LATEST_OF_SEVERAL: the latest of those that hold every line", () => {
    expect(match([...order("500001", 1, [x]), ...order("500002", 2, [x, y]), ...refund("C500003", 3, [x])])).toEqual([["500002", "LATEST_OF_SEVERAL", 1]]);
  });
  test("PARTIAL: the order with the most of the lines", () => {
    expect(match([...order("500001", 1, [x, y]), ...order("500002", 2, [x]), ...refund("C500003", 3, [x, y, z])])).toEqual([["500001", "PARTIAL", 2]]);
  });
  test("NONE: another customer, another price, a later order, a guest", () => {
    expect(match([...order("500001", 1, [x]), ...refund("C500003", 3, [{ ...x, customer: "99" }])])).toEqual([[undefined, "NONE", 0]]);
    expect(match([...order("500001", 1, [x]), ...refund("C500003", 3, [{ ...x, price: "1.00" }])])).toEqual([[undefined, "NONE", 0]]);
    expect(match([...order("500001", 9, [x]), ...refund("C500003", 3, [x])])).toEqual([[undefined, "NONE", 0]]);
    expect(match([...order("500001", 1, [{ ...x, customer: "" }]), ...refund("C500003", 3, [{ ...x, customer: "" }])])).toEqual([[undefined, "NONE", 0]]);
  });
  test("what was given back once is not given back again", () => {
    const sold = order("500001", 1, [{ ...x, quantity: 3 }]);
    expect(match([...sold, ...refund("C500002", 2, [{ ...x, quantity: -2 }]), ...refund("C500003", 3, [{ ...x, quantity: -2 }])])).toEqual([
      ["500001", "EXACT", 1],
      [undefined, "NONE", 0],
    ]);
  });
  test("two lines of one code need the sum of both", () => {
    expect(match([...order("500001", 1, [{ ...x, quantity: 3 }]), ...refund("C500002", 2, [{ ...x, quantity: -2 }, { ...x, quantity: -2 }])])).toEqual([["500001", "PARTIAL", 1]]);
  });
});
