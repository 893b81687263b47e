import { describe, expect, test } from "vitest";
import { categoryOf } from "../categories.ts";
import { encodeCopyValue } from "../copy.ts";
import { createIds } from "../ids.ts";
import { createRandom, weightedIndex } from "../random.ts";
import { productSlug } from "../slug.ts";
import { VENDORS, vendorOf } from "../vendors.ts";

describe("ids", () => {
  test("are UUIDv7 of the moment, ascend within it, and repeat with the seed", () => {
    const at = Date.UTC(2010, 0, 4);
    const make = () => {
      const next = createIds(7, "orders");
      return Array.from({ length: 4_000 }, () => next(at));
    };
    const ids = make();
    expect(ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))).toBe(true);
    expect(Number.parseInt(ids[0]!.replace("-", "").slice(0, 12), 16)).toBe(at);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(make()).toEqual(ids);
    expect(createIds(8, "orders")(at)).not.toBe(ids[0]);
    expect(createIds(7, "refunds")(at)).not.toBe(ids[0]);
  });
});

describe("random", () => {
  test("normal numbers have mean 0 and variance 1, weights are kept", () => {
    const random = createRandom(1, "test");
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 1);
    const draw = weightedIndex([0, 1, 3, 0]);
    const hits = [0, 0, 0, 0];
    for (let index = 0; index < 40_000; index += 1) hits[draw(random)]! += 1;
    expect(hits[0]).toBe(0);
    expect(hits[3]).toBe(0);
    expect(hits[2]! / hits[1]!).toBeCloseTo(3, 0);
  });
});

describe("texts", () => {
  test("COPY text is escaped", () => {
    expect(encodeCopyValue("a\tb\\c\nd")).toBe("a\\tb\\\\c\\nd");
    expect(encodeCopyValue(null)).toBe("\\N");
    expect(encodeCopyValue("\\N")).toBe("\\\\N");
    expect(encodeCopyValue(["CUSTOMER", 'a"b'])).toBe('{"CUSTOMER","a\\\\"b"}');
    expect(encodeCopyValue({ text: 'x"y' })).toBe('{"text":"x\\\\"y"}');
  });
  test("slugs are readable and end in the code", () => {
    expect(productSlug("SET OF 6 T-LIGHTS, CHILD'S", "22808")).toBe("set-of-6-t-lights-childs-22808");
    expect(productSlug("???", "47503J")).toBe("47503j");
  });
  test("categories go by whole words, occasions first", () => {
    expect(categoryOf("CHRISTMAS TEA LIGHT HOLDER").slug).toBe("christmas");
    expect(categoryOf("Lunch bag red spot").slug).toBe("bags");
    expect(categoryOf("XYZZY").slug).toBe("curiosities");
  });
  test("colours of one article come from one vendor, and every vendor has something", () => {
    expect(vendorOf(1, "bags", "22383A")).toBe(vendorOf(1, "bags", "22384"));
    const used = new Set(Array.from({ length: 500 }, (_, index) => vendorOf(1, "bags", String(20_000 + index * 10))));
    expect(used.size).toBe(VENDORS.length);
  });
});
