import { expect, test } from "vitest";
import { hasHidden, hasHiddenInLines, isUnshowable } from "../text.ts";

test.each([["NUL", "a\0b"], ["half of a pair", "a\ud800"], ["an override of direction", "a\u202eb"], ["a mark of direction", "a\u200fb"], ["no width", "a\u200bb"], ["a byte order mark", "\ufeffa"], ["a line separator", "a\u2028b"], ["an annotation", "a\ufff9b"]])("%s is hidden, in one line and in several", (_what, text) => {
  expect([hasHidden(text), hasHiddenInLines(text), isUnshowable(text)]).toEqual([true, true, true]);
});

test("lines may break and have tabs, one line may not", () => {
  expect([hasHidden("a\n\tb\r\n"), hasHiddenInLines("a\n\tb\r\n")]).toEqual([true, false]);
});

test.each([["joined emoji", "👩‍👧"], ["Persian with its joiner", "می‌خواهم"], ["Hebrew", "שלום"], ["accents that combine", "e\u0301"]])("%s can be seen", (_what, text) => {
  expect([hasHidden(text), hasHiddenInLines(text), isUnshowable(text)]).toEqual([false, false, false]);
});

test("a name may hold neither private nor unassigned characters; a text may", () => {
  for (const text of ["a\ue000", "a\u0378"]) expect([hasHidden(text), isUnshowable(text)]).toEqual([false, true]);
});
