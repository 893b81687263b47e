import { expect, test } from "vitest";
import { copyBlocks, copyField } from "../copyText.ts";

test.each([
  ["plain", "plain"],
  ["", ""],
  [null, "\\N"],
  [undefined, "\\N"],
  ["\\N", "\\\\N"],
  ["a\tb\nc\rd\\", "a\\tb\\nc\\rd\\\\"],
])("field %j is written as %j", (value, written) => {
  expect(copyField(value)).toBe(written);
});

test("rows come in blocks that lose nothing", () => {
  const rows = Array.from({ length: 5_000 }, (_, index) => [`key ${index}`, index % 3 === 0 ? null : "x".repeat(40)]);
  const blocks = [...copyBlocks(rows)];
  expect(blocks.length).toBeGreaterThan(1);
  expect(blocks.join("")).toBe(rows.map((row) => `${row.map(copyField).join("\t")}\n`).join(""));
  expect([...copyBlocks([])]).toEqual([]);
});
