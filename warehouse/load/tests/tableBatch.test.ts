import { describe, expect, test } from "vitest";
import type { RawTable } from "../../engines/postgres/rawTables.ts";
import { TableBatch } from "../tableBatch.ts";

const table: RawTable = {
  rawTable: "shop__things",
  columns: [
    { name: "id", type: "integer", isKey: true },
    { name: "name", type: "text", isKey: false },
    { name: "body", type: "text", isKey: false },
  ],
};
const at = (pos: bigint) => ({ pos, committedAt: `2026-01-0${pos}T00:00:00.000000Z` });
const short = (batch: TableBatch) => batch.versions.map((v) => [v.op, v.values.map((value) => value ?? "-").join(","), `${v.pos}..${v.toPos ?? ""}`].join(" "));

describe("one key", () => {
  test("versions of several transactions are chained and the stored one is closed at the first", () => {
    const batch = new TableBatch(table);
    batch.insert(["1", "a", "x"], at(1n));
    batch.update(undefined, ["1", "b", "x"], at(2n));
    batch.delete(["1", null, null], at(3n));
    batch.insert(["1", "c", "y"], at(4n));
    expect(short(batch)).toEqual(["c 1,a,x 1..2", "u 1,b,x 2..3", "d 1,-,- 3..4", "c 1,c,y 4.."]);
    expect(batch.closes).toEqual([{ key: ["1"], pos: 1n }]);
    expect(batch.changes).toBe(4);
  });

  test("what one transaction does twice is one version", () => {
    const batch = new TableBatch(table);
    batch.insert(["1", "a", "x"], at(1n));
    batch.update(undefined, ["1", "b", "x"], at(1n));
    expect(short(batch)).toEqual(["c 1,b,x 1.."]);
    batch.delete(["1", null, null], at(2n));
    batch.insert(["1", "d", "z"], at(2n));
    expect(short(batch)).toEqual(["c 1,b,x 1..2", "u 1,d,z 2.."]);
    batch.delete(["1", null, null], at(2n));
    expect(short(batch)).toEqual(["c 1,b,x 1..2", "d 1,-,- 2.."]);
  });
});

describe("unchanged values", () => {
  test("come from the version before in the batch", () => {
    const batch = new TableBatch(table);
    batch.insert(["1", "a", "long"], at(1n));
    batch.update(undefined, ["1", "b", undefined], at(2n));
    expect(short(batch)).toEqual(["c 1,a,long 1..2", "u 1,b,long 2.."]);
    expect(batch.versions.every((version) => version.fillFrom === undefined)).toBe(true);
  });

  test("else from the row in raw, however many updates later", () => {
    const batch = new TableBatch(table);
    batch.update(undefined, ["1", "b", undefined], at(1n));
    batch.update(undefined, ["1", "c", undefined], at(2n));
    batch.update(["1", null, null], ["2", "d", undefined], at(3n));
    expect(batch.versions.map((version) => [version.op, version.values[0], version.fillFrom])).toEqual([
      ["u", "1", ["1"]],
      ["u", "1", ["1"]],
      ["d", "1", undefined],
      ["u", "2", ["1"]],
    ]);
  });

  test("or from the old row where the shop sends it whole", () => {
    const batch = new TableBatch(table);
    batch.update(["1", "a", "long"], ["1", "b", undefined], at(1n));
    expect(short(batch)).toEqual(["u 1,b,long 1.."]);
  });
});

test("an update of the key ends the old row and begins the new one", () => {
  const batch = new TableBatch(table);
  batch.update(["1", null, null], ["2", "a", "x"], at(1n));
  expect(short(batch)).toEqual(["d 1,-,- 1..", "u 2,a,x 1.."]);
  expect(batch.closes.map(({ key }) => key)).toEqual([["1"], ["2"]]);
});

test("rows that change places inside of one transaction keep their values", () => {
  const batch = new TableBatch(table);
  batch.update(["2", null, null], ["3", "two", "y"], at(1n));
  batch.update(["1", null, null], ["2", "one", "x"], at(1n));
  expect(short(batch)).toEqual(["u 2,one,x 1..", "u 3,two,y 1..", "d 1,-,- 1.."]);
});

test("a change without its key is refused", () => {
  expect(() => new TableBatch(table).delete([null, null, null], at(1n))).toThrow("without its key");
});
