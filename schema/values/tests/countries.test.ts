import { describe, expect, test } from "vitest";
import { countryByCode, countryByLabel } from "../countries.ts";

describe("labels of sources", () => {
  test.each([
    ["EIRE", "IE", "Ireland"],
    ["RSA", "ZA", "South Africa"],
    ["USA", "US", "United States"],
    ["UK", "GB", "United Kingdom"],
    ["United Kingdom", "GB", "United Kingdom"],
    ["Korea", "KR", "South Korea"],
    ["Hong Kong", "HK", "Hong Kong"],
    ["Czech Republic", "CZ", "Czechia"],
    ["  germany ", "DE", "Germany"],
    ["Channel Islands", null, "Channel Islands"],
    ["West Indies", null, "West Indies"],
    ["European Community", null, "European Community"],
    ["Unspecified", null, "Unspecified"],
    ["", null, "Unspecified"],
    ["   ", null, "Unspecified"],
  ])("%j is %s %s", (label, code, name) => {
    expect(countryByLabel(label)).toEqual({ code, name });
  });

  test("an unknown label keeps its own text and has no code", () => {
    expect(countryByLabel(" Atlantis ")).toEqual({ code: null, name: "Atlantis" });
  });

  test.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s is a label like any other", (label) => {
    expect(countryByLabel(label)).toEqual({ code: null, name: label });
    expect(countryByCode(label)).toBeUndefined();
  });
});

describe("codes", () => {
  test.each([["GB", "United Kingdom"], ["IE", "Ireland"], ["US", "United States"], ["HK", "Hong Kong"], ["CZ", "Czechia"], ["KR", "South Korea"], ["ZA", "South Africa"]])("%s is %s", (code, name) => {
    expect(countryByCode(code)).toEqual({ code, name });
  });

  test.each(["UK", "EU", "UN", "ZZ", "SU", "DD", "YU", "AN", "XX", "gb", "GBR", "", "G1"])("%j stands for none", (code) => {
    expect(countryByCode(code)).toBeUndefined();
  });

  test("code and name lead to the same country, for every country there is", () => {
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
    const known = letters.flatMap((first) => letters.flatMap((second) => countryByCode(first + second) ?? []));
    // ISO 3166-1 has 249; codes in use without an entry there (Kosovo, Ascension ...) come on top.
    expect(known.length).toBeGreaterThanOrEqual(249);
    expect(known.length).toBeLessThan(262);
    for (const country of known) expect(countryByLabel(country.name)).toEqual(country);
    expect(new Set(known.map((country) => country.name)).size).toBe(known.length);
  });
});
