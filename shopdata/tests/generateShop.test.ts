import { describe, expect, test } from "vitest";
import { generateShop } from "../generated/generateShop.ts";

const until = new Date("2026-03-05T12:34:56Z");
const shop = generateShop(11, "tiny", until);

describe("the generated shop", () => {
  test("is the same for a seed, a size and a day, and another for another seed or day", () => {
    expect(generateShop(11, "tiny", new Date("2026-03-05T00:00:00Z"))).toEqual(shop);
    expect(generateShop(12, "tiny", until).orders[0]).not.toEqual(shop.orders[0]);
    expect(generateShop(11, "tiny", new Date("2026-03-06T12:00:00Z")).orders[0]).not.toEqual(shop.orders[0]);
  });

  test("spans two years that end with the day before", () => {
    const at = shop.orders.map((order) => order.at);
    expect(new Date(shop.period.endAt).toISOString()).toBe("2026-03-05T00:00:00.000Z");
    expect(Math.min(...at)).toBeGreaterThanOrEqual(shop.period.beginAt);
    expect(Math.max(...at, ...shop.refunds.map((refund) => refund.at))).toBeLessThan(shop.period.endAt);
    expect(at.toSorted((left, right) => left - right)).toEqual(at);
  });

  test("names, codes and emails are unique; prices, quantities and baskets are sound", () => {
    for (const values of [shop.products.map((product) => product.code), shop.products.map((product) => product.name), shop.customers.map((customer) => customer.email), shop.orders.map((order) => order.number)]) {
      expect(new Set(values).size).toBe(values.length);
    }
    for (const product of shop.products) expect(product.price).toBeGreaterThan(0);
    for (const { lines } of shop.orders) {
      const products = lines.flatMap((line) => (line.product === undefined ? [] : [line.product]));
      expect(new Set(products).size).toBe(products.length);
      expect(products.length).toBeGreaterThan(0);
      expect(lines.every((line) => line.quantity > 0 && Number.isInteger(line.quantity) && line.price > 0)).toBe(true);
    }
  });

  test("a refund gives back no more than was bought, after it was bought", () => {
    for (const refund of shop.refunds) {
      const order = shop.orders[refund.order]!;
      expect(refund.at).toBeGreaterThan(order.at);
      for (const line of refund.lines) expect(line.quantity).toBeLessThanOrEqual(order.lines.find((sold) => sold.code === line.code)!.quantity);
    }
  });

  test("holds what models can learn: families go together, customers keep their tastes", () => {
    const demo = generateShop(3, "demo", until);
    const families = demo.products.map((product) => product.collection);
    let same = 0;
    let pairs = 0;
    for (const { lines } of demo.orders) {
      const products = lines.flatMap((line) => (line.product === undefined ? [] : [line.product])).slice(0, 10);
      for (let index = 1; index < products.length; index += 1) {
        pairs += 1;
        if (families[products[index]!] === families[products[index - 1]!]) same += 1;
      }
    }
    // By chance two products share one of 24 families in about one of 24 pairs.
    expect(same / pairs).toBeGreaterThan(0.12);
  });
});
