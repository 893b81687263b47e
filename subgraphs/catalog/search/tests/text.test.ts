import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { withinDistance } from "../engine/distance.ts";
import { TextIndex } from "../engine/textIndex.ts";
import { rank } from "../engine/rank.ts";
import { TUNING } from "../engine/tuning.ts";
import { readSynonyms, SynonymsRefused } from "../text/synonyms.ts";
import { fold, MAX_WORDS, splitWords } from "../text/words.ts";
import { rangesOf } from "../numberRanges.ts";
import { SuggestIndex } from "../suggest/suggestIndex.ts";

describe("splitWords", () => {
  test.each([
    ["Café CRÈME", ["cafe", "creme"], []],
    ["TN-2110 toner", ["tn", "2110", "toner"], ["tn2110"]],
    ["4 GB, 17\" and 15.6inch", ["4", "gb", "17", "and", "15.6inch"], ["4gb", "17in", "15.6in"]],
    ["Wi-Fi/LAN", ["wi", "fi", "lan"], ["wifilan"]],
    ["무선 \u{1F600} mouse", ["무선".normalize("NFKD"), "mouse"], []],
    ["東京都", ["東京", "京都"], []],
    ["\0 \ud800 ;--", [], []],
  ])("%j", (text, words, joined) => {
    expect(splitWords(text)).toEqual({ words, joined });
  });

  test("takes any text, gives bounded words, and the same for what it gave", () => {
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.stringMatching(/^[a-z0-9\-_.+/"' ]{0,200}$/)), (text) => {
      const { words, joined } = splitWords(text);
      expect(words.length).toBeLessThanOrEqual(MAX_WORDS);
      for (const word of [...words, ...joined]) expect(word.length >= 1 && word.length <= 46).toBe(true);
      expect(fold(fold(text))).toBe(fold(text));
    }), { numRuns: 500, seed: 5 });
  });

  test("time grows with the text, not with its square: ten times as long takes far less than a hundred times", () => {
    for (const part of ["-", "a-", "1.", "a", "((a+)+", "\u0301", "漢"]) {
      const cost = (length: number): number => {
        const text = part.repeat(length);
        const began = process.cpuUsage();
        for (let n = 0; n < 20; n += 1) splitWords(text);
        return process.cpuUsage(began).user + 1_000;
      };
      cost(1_000);
      expect(cost(10_000) / cost(1_000)).toBeLessThan(60);
    }
  });
});

describe("withinDistance", () => {
  /** Filled whole, without a band. */
  function plainly(a: string, b: string): number {
    const d = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)));
    const at = (i: number, j: number): number => d[i]?.[j] as number;
    for (let i = 1; i <= a.length; i += 1) for (let j = 1; j <= b.length; j += 1) {
      let cost = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(i - 2, j - 2) + 1);
      (d[i] as number[])[j] = cost;
    }
    return at(a.length, b.length);
  }

  test("counts as the plain way does, and stops where it is too far", () => {
    const word = fc.stringMatching(/^[abc]{0,8}$/);
    fc.assert(fc.property(word, word, fc.constantFrom(1, 2), (a, b, most) => {
      const distance = plainly(a, b);
      expect(withinDistance(a, b, most)).toBe(distance <= most ? distance : undefined);
    }), { numRuns: 3_000, seed: 9 });
  });
});

describe("synonyms", () => {
  test("both ways with a comma, one way with an arrow, several words, comments", () => {
    const synonyms = readSynonyms("# colours\ntv, television\nbag => tote bag, rucksack # not back\n\n");
    expect(synonyms.get("tv")).toEqual([{ from: ["tv"], to: ["televis"] }]);
    expect(synonyms.get("televis")).toEqual([{ from: ["televis"], to: ["tv"] }]);
    expect(synonyms.get("bag")?.map(({ to }) => to)).toEqual([["tote", "bag"], ["rucksack"]]);
    expect(synonyms.get("rucksack")).toBeUndefined();
  });
  test.each([["alone", /Line 1 .* neither/], ["a => b => c", /Line 1/], ["x, one two three four five", /5 words/], ["a, ", /0 words/]])("%j is refused with its line", (text, message) => {
    expect(() => readSynonyms(text)).toThrow(SynonymsRefused);
    expect(() => readSynonyms(text)).toThrow(message);
  });
});

describe("rank", () => {
  const titles = ["Acme Smartwatch black", "Watch strap", "Acme mouse USB", "Acme mouse pad", "Bolt mouse pad", "Gel mouse pad", "Notebook 17 inch", "Laptop sleeve", "Bluetooth speaker", "Café table"];
  const index = new TextIndex();
  for (const title of titles) index.add({ title: [title] });
  const synonyms = readSynonyms("laptop, notebook");
  const found = (query: string): string[] => {
    const { docs, scores } = rank(query, index, synonyms, TUNING);
    return [...docs.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).map((n) => titles[docs[n] as number] as string);
  };
  test.each([
    ["smart watch", "Acme Smartwatch black"], ["mouse", "Acme mouse USB"], ["mice mouse pads", "Acme mouse pad"], ["17\" notebook", "Notebook 17 inch"],
    ["laptop", "Laptop sleeve"], ["blutooth speeker", "Bluetooth speaker"], ["cafe", "Café table"], ["speaker bluetooth", "Bluetooth speaker"],
  ])("%s: first %s", (query, first) => expect(found(query)[0]).toBe(first));
  test("synonyms are found after the word itself", () => expect(found("laptop")).toEqual(["Laptop sleeve", "Notebook 17 inch"]));
  test("a slip in a code is no slip: codes are exact", () => expect(found("17x")).toEqual([]));
  test("nothing for what nothing has, for nothing, and for any text no error and finite scores", () => {
    expect(found("submarine")).toEqual([]);
    expect(found("?!")).toEqual([]);
    fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.array(fc.constantFrom("mouse", "pad", "acme", "the", "17", "mous", "watch", "smart"), { maxLength: 40 }).map((words) => words.join(" "))), (text) => {
      const { scores } = rank(text, index, synonyms, TUNING);
      for (const score of scores) expect(score > 0 && Number.isFinite(score)).toBe(true);
    }), { numRuns: 400, seed: 3 });
  });
  test("what was taken out is found no more, and counts nowhere", () => {
    const own = new TextIndex();
    const [first] = [own.add({ title: ["red lamp"] }), own.add({ title: ["blue lamp"] })];
    own.remove(first);
    own.remove(first);
    expect([...rank("red", own, synonyms, TUNING).docs]).toEqual([]);
    expect([...rank("lamp", own, synonyms, TUNING).docs]).toEqual([1]);
    expect(own.totals[0]).toBe(2);
    expect(own.live).toBe(1);
  });
});

test("ranges of numbers cover every value once, and hold the range that was asked for", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -50, max: 5_000 }).map((n) => n / 4), { minLength: 1, maxLength: 600 }), fc.option(fc.constantFrom("10", "100.5"), { nil: undefined }), (values, min) => {
    const ranges = rangesOf(Float64Array.from(values), min === undefined ? undefined : { code: "x", min });
    for (const { min: from, below, count } of ranges) expect(values.filter((value) => value >= (from ?? -Infinity) && value < (below ?? Infinity))).toHaveLength(count);
    expect(ranges.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    if (min !== undefined && values.some((value) => value >= Number(min)) && values.some((value) => value < Number(min))) expect(ranges.some((range) => range.min === Number(min))).toBe(true);
  }), { numRuns: 300, seed: 2 });
});

test("suggestions hold exactly the texts that have a word sequence with the prefix, whatever came and went", () => {
  const words = fc.array(fc.constantFrom("red", "rug", "blue", "bath", "mat", "a"), { minLength: 1, maxLength: 4 }).map((list) => list.join(" "));
  fc.assert(fc.property(fc.array(fc.record({ id: fc.integer({ min: 0, max: 8 }), text: fc.option(words, { nil: undefined }) }), { maxLength: 30 }), fc.constantFrom("r", "re", "b", "ba", "bath m", "mat", "red rug"), (changes, prefix) => {
    const index = new SuggestIndex();
    const model = new Map<string, string>();
    for (const [n, { id, text }] of changes.entries()) {
      if (text === undefined) index.remove("PRODUCT", String(id));
      else index.put("PRODUCT", String(id), text, 1);
      if (text === undefined) model.delete(String(id));
      else model.set(String(id), text);
      if (n % 7 === 3) index.find(prefix, 20);
    }
    const expected = [...model].filter(([, text]) => ` ${text}`.includes(` ${prefix}`)).map(([id]) => id).sort();
    expect(index.find(prefix, 20).PRODUCT.map(({ id }) => id).sort()).toEqual(expected);
  }), { numRuns: 300, seed: 4 });
});
