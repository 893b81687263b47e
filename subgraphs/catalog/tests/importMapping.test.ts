import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { readMapping } from "../commands/import/readMapping.ts";
import { PRESETS_DIR, readPresets } from "../commands/import/readPresets.ts";
import { boundedPattern } from "#schema/mapping/boundedPattern.ts";
import { Checked } from "../domain/import/checkFields.ts";
import { readDate } from "#schema/mapping/readDate.ts";
import { htmlToText, readNumber, transform } from "#schema/mapping/transform.ts";
import { toValue, type Value } from "#schema/mapping/values.ts";

const BASE = "version: 1\nname: x\nsources:\n  s: { files: a.csv }\nimports:\n  - entity: stock\n    from: s\n    fields:\n      sku: A\n      quantity: B\n";
const problems = (text: string) => { const read = readMapping(text); return read.ok ? [] : read.error.map(({ line, path, message }) => `${line} ${path}: ${message}`); };

describe("mappings", () => {
  test("those that come along are in order", () => {
    for (const [name, text] of readPresets()) expect(problems(text), name).toEqual([]);
    expect(readFileSync(`${PRESETS_DIR}/luma.yml`, "utf8")).toContain("name: Luma");
  });
  test("one that is in order reads", () => expect(problems(BASE)).toEqual([]));
  test.each([
    ["an unknown key", BASE.replace("from: s", "form: s"), /^[67] imports\[0\]\.(form|from)/],
    ["an unknown source", BASE.replace("from: s", "from: t"), /^7 imports\[0\]\.from: there is no source "t"/],
    ["an unknown field", BASE.replace("quantity: B", "quantity: B\n      colour: C"), /^11 imports\[0\]\.fields\.colour: a stock has no field "colour"/],
    ["a missing field", BASE.replace("      quantity: B\n", ""), /^9 imports\[0\]\.fields: a stock needs the field "quantity"/],
    ["an unknown transform", BASE.replace("sku: A", "sku: { column: A, transforms: [shout] }"), /^9 imports\[0\]\.fields\.sku/],
    ["a pattern that is none", BASE.replace("sku: A", 'sku: { column: A, transforms: [{ extract: "(" }] }'), /^9 .*the pattern cannot be read: a bracket is not closed/],
    ["a date format that is none", BASE.replace("sku: A", "sku: { column: A, transforms: [{ date: YYYY-MM }] }"), /^9 .*the format "YYYY-MM" is not known/],
    ["a way out of the folder", BASE.replace("a.csv", "../../etc/passwd"), /^4 sources\.s\.files/],
    ["a root", BASE.replace("a.csv", "/etc/passwd"), /^4 sources\.s\.files/],
    ["another version", BASE.replace("version: 1", "version: 2"), /^1 version/],
    ["one mark for decimals and thousands", BASE.replace("quantity: B", 'quantity: { column: B, transforms: [{ number: { decimal: ",", thousands: "," } }] }'), /^10 .*the same mark/],
    ["two beginnings", BASE.replace("sku: A", "sku: { column: A, constant: x }"), /^9 imports\[0\]\.fields\.sku: exactly one of/],
    ["no YAML", "a: [", /this is no YAML/],
    ["a key twice", `${BASE}name: y\n`, /this is no YAML/],
    ["text", "hello", / : /],
    ["nothing", "", / : /],
  ])("%s is told with line and key", (_what, text, sentence) => {
    expect(problems(text).join("\n")).toMatch(sentence);
  });
  test("a mapping that multiplies itself, or is nested a thousand deep, ends in a sentence", () => {
    const bomb = `a: &a [${"x,".repeat(9)}x]\n${[..."bcdefghi"].map((name, index) => `${name}: &${name} [${`*${"abcdefgh"[index]},`.repeat(9)}*${"abcdefgh"[index]}]`).join("\n")}\n`;
    expect(problems(bomb).length).toBeGreaterThan(0);
    expect(problems("[".repeat(20_000)).length).toBeGreaterThan(0);
    expect(problems("x".repeat(300_000)).length).toBe(1);
  });
});

describe("patterns", () => {
  const extract = (source: string, text: string) => { const pattern = boundedPattern(source); return "problem" in pattern ? pattern.problem : pattern.extract(text); };
  test.each([
    ["^(.+)-[^-]+-[^-]+$", "MH01-XS-Black", "MH01"], ["([^/]+)$", "/m/h/a.jpg", "a.jpg"], ["\\d{2,3}", "a1b1234", "123"], ["(a|ab)(c|bcd)", "abcd", "a"], ["x*", "aaa", ""], ["^$", "", ""], ["a+?", "a", "two repetitions behind one another at character 3"],
    ["(?:a|b)+(c)", "zzabc", "c"], ["[A-Z]{2}(\\d+)", "xxAB12", "12"], ["é", "café", "é"], ["\\p", "p", "\\p is not known at character 3"], ["nothing", "x", undefined],
  ])("%s of %s is %s", (source, text, found) => expect(extract(source, text)).toBe(found));
  test("finds what the engine of JavaScript finds", () => {
    const atom = fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "(a|b)", "(ab)", "\\w", "(a)?b");
    const source = fc.array(fc.tuple(atom, fc.constantFrom("", "", "*", "+", "?", "{1,2}")), { minLength: 1, maxLength: 5 }).map((parts) => parts.map((part) => part.join("")).join(""));
    fc.assert(fc.property(source, fc.stringMatching(/^[abc]{0,8}$/), (pattern, text) => {
      const found = new RegExp(pattern.includes("(") ? pattern : `(${pattern})`).exec(text);
      const mine = boundedPattern(pattern);
      if ("problem" in mine) return;
      expect(mine.matches(text)).toBe(found !== null);
      if (!pattern.includes("(")) expect(mine.extract(text)).toBe(found?.[0]);
    }), { numRuns: 2_000 });
  });
  test("one that would take JavaScript years takes no time", () => {
    const text = `${"a".repeat(1_900)}!`;
    for (const source of ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a{1,20}){1,20}$"]) { const pattern = boundedPattern(source); if (!("problem" in pattern)) expect(pattern.matches(text)).toBe(false); }
  });
});

describe("values", () => {
  test.each([["1.234,5", ",", ".", "1234.5"], ["-0,50", ",", ".", "-0.50"], ["1,234,567", ".", ",", "1234567"], ["007", ".", undefined, "7"], ["-0", ".", undefined, "0"], [" 5 ", ".", ",", "5"], [",5", ",", ".", "0.5"]])("%s is %s %s %s", (text, decimal, thousands, number) => expect(readNumber(text, decimal, thousands)).toBe(number));
  test.each([["1.23.4", ",", "."], ["12,34", ".", ","], ["1e5", ".", ","], ["--1", ".", ","], ["0x10", ".", ","], ["NaN", ".", ","], ["٣", ".", ","], ["1.2.3", ".", undefined]])("%s is no number", (text, decimal, thousands) => expect(() => readNumber(text, decimal, thousands)).toThrow());
  test.each([["31.01.2024", "dd.MM.yyyy", 60, "2024-01-30T23:00:00.000Z"], ["1/2/24 3:05 PM", "M/d/yy h:mm a", 0, "2024-01-02T15:05:00.000Z"], ["2024-01-31T10:00:00+02:00", "yyyy-MM-dd'T'HH:mm:ssZ", 0, "2024-01-31T08:00:00.000Z"]])("%s as %s", (text, format, zone, instant) => expect(readDate(text, format, zone)).toBe(instant));
  test.each([["31.02.2024", "dd.MM.yyyy"], ["2024-13-01", "yyyy-MM-dd"], ["1.1.2024", "dd.MM.yyyy"], ["01.01.1969", "dd.MM.yyyy"]])("%s is no day as %s", (text, format) => expect(() => readDate(text, format, 0)).toThrow());
  test("NUL, halves of characters, numbers that JSON cannot keep, and depth are refused", () => {
    for (const value of ["a\0b", "\ud800", 2 ** 60, 1e300, Number.NaN, [[[[[["x"]]]]]], { a: { "\ud800": 1 } }]) expect(() => toValue(value), JSON.stringify(value)).toThrow();
  });
  test("HTML becomes text, also where it does not end", () => {
    expect(htmlToText("<p>a &amp; b</p><p>c<script>x</script>&#0;&#x1F600;&bull;<b unclosed")).toBe("a & b\ncx😀•");
  });
  test("money knows its currency", () => {
    const pence = (text: string) => transform(text, { kind: "MONEY", decimal: ".", thousands: undefined, currency: "GBP", minorDigits: 2 });
    expect(["1995", "5", "0", "-150"].map(pence)).toEqual(["19.95", "0.05", "0.00", "-1.50"]);
    expect(() => pence("19.95")).toThrow(/whole number/);
    const of = (text: string, currency?: string) => transform(text, { kind: "MONEY", decimal: ",", thousands: ".", currency });
    expect([of("1.299,00 €", "EUR"), of("€ 5", "EUR"), of("EUR 5,10", "EUR"), of("5", undefined)]).toEqual(["1299.00", "5", "5.10", "5"]);
    for (const text of ["$5", "5 USD", "USD 5 USD", "€", "5€5"]) expect(() => of(text, "EUR"), text).toThrow();
  });
  test.each<[string, Value]>([["status", "live"], ["name", "x".repeat(301)], ["name", "a\u202eb"], ["variant.price", "1e9"], ["variant.price", "1.1234567"], ["variant.currency", "XXQ"], ["variant.weightGrams", "1.5"], ["descriptionHtml", "x".repeat(100_001)], ["categories", Array.from({ length: 51 }, (_, n) => `c${n}`)], ["nothing", "x"]])("%s refuses what it cannot have", (field, value) => {
    expect(() => new Checked("PRODUCT", new Map([[field, value]]))).toThrow();
  });
});
