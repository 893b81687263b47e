import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { csvLine, neutralised, restored } from "../csvText.ts";
import { MAX_RECORD } from "../csvRecords.ts";
import { readTable, type TableFormat, type TableLine } from "../readTable.ts";
import { DEFAULT_BOUNDS, type Encoding } from "../source.ts";

const CSV: TableFormat = { kind: "CSV", encoding: "utf-8", delimiter: ",", quote: '"', ragged: false };
const source = (content: string | Uint8Array, name = "t.csv", piece = 1 << 16) => {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return { name, size: bytes.length, open: async () => (async function* () { for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece); })() };
};
async function read(content: string | Uint8Array, { format = CSV, name = "t.csv", columns = ["a", "b"], bounds = DEFAULT_BOUNDS, piece = 1 << 16 } = {}): Promise<unknown[][]> {
  const found: TableLine[] = [];
  for await (const lines of readTable(source(content, name, piece), format, bounds)) found.push(...lines);
  return found.map((line) => (line.row ? [line.line, ...columns.map((column) => line.row.get(column))] : [line.line, `! ${line.problem}`]));
}

describe("CSV", () => {
  test("quotes, breaks inside of them, CRLF, a last line without an end, lines as an editor counts them", async () => {
    expect(await read('a,b\r\n1,"x, ""y"""\r\n"two\nlines",3\r\n\r\n4,5" pipe')).toEqual([[2, "1", 'x, "y"'], [3, "two\nlines", "3"], [6, "4", '5" pipe']]);
  });
  test("the same whatever the pieces it comes in", async () => {
    const text = 'a,b\r\n1,"x, ""ü"""\r\n"two\r\nlines",€\r\n,\n"",""\n';
    const whole = await read(text);
    for (const piece of [1, 2, 3, 5, 7]) expect(await read(text, { piece })).toEqual(whole);
  });
  test("what is written is read again", async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string())), async (rows) => {
      const fit = rows.filter((cells) => cells.every((cell) => cell.isWellFormed()));
      const lines = await read(["a", "b"].join() + "\r\n" + fit.map((cells) => csvLine(["x", ...cells])).join(""), { format: { ...CSV, columns: ["x", "a", "b"] } as TableFormat });
      expect(lines.slice(1).map((line) => line.slice(1).map((cell) => restored(String(cell))))).toEqual(fit.map((cells) => cells.map(String)));
    }), { numRuns: 200 });
  });
  test("a byte order mark, other delimiters, other encodings", async () => {
    expect(await read("\ufeffa;b\n1;2\n", { format: { ...CSV, delimiter: ";" } as TableFormat })).toEqual([[2, "1", "2"]]);
    expect(await read(Buffer.from("a,b\nM\xfcller,\x80\n", "latin1"), { format: { ...CSV, encoding: "windows-1252" } as TableFormat })).toEqual([[2, "Müller", "€"]]);
    expect(await read(Buffer.from("\ufeffa,b\n1,ü\n", "utf16le"), { format: { ...CSV, encoding: "utf-16le" } as TableFormat })).toEqual([[2, "1", "ü"]]);
  });
  test("a broken row costs itself alone", async () => {
    expect(await read('a,b\n1,"open\n2,3\n4,"x"y\n5,6,7\n8\n9,0\n')).toEqual([
      [2, "! a quotation mark is opened and not closed before the cell ends"], [3, "2", "3"], [4, "! a quotation mark is opened and not closed before the cell ends"],
      [5, expect.stringContaining("3 cells, the header 2")], [6, "! the row has 1 cells, the header 2"], [7, "9", "0"],
    ]);
  });
  test.each([
    ["of other text", Buffer.from([0x61, 0x2c, 0x62, 0x0a, 0xff, 0xfe]), "UTF-8"],
    ["with one name twice", "a,b,a\n1,2,3\n", 'two columns are called "a"'],
    ["without anything", "", "the file is empty"],
    ["with nothing but ends", "\n\n\r\n", "the file is empty"],
    ["that is UTF-16 and says nothing of it", Buffer.from("a,b\n1,2\n", "utf16le"), "NUL"],
  ])("a file %s is refused in a sentence", async (_what, content, sentence) => {
    await expect(read(content as string)).rejects.toThrow(sentence as string);
  });
  test("half a character is no text in UTF-16 either", async () => {
    await expect(read(Buffer.from("a,b\n1,\ud800\n", "utf16le"), { format: { ...CSV, encoding: "utf-16le" } as TableFormat })).rejects.toThrow("UTF-16LE");
  });
  test("a header alone is a table without rows", async () => expect(await read("a,b\n")).toEqual([]));
  test("a million columns, an endless row and names of objects' insides cost nothing", async () => {
    await expect(read(`${"a,".repeat(1_000_000)}\n1\n`)).rejects.toThrow("the header cannot be read");
    const before = performance.now();
    expect(await read(`a,b\n${"x".repeat(3 * MAX_RECORD)}\n1,2\n"${"y".repeat(3 * MAX_RECORD)}\n3,4\n`)).toEqual([[2, expect.stringContaining("more than")], [3, "1", "2"], [4, expect.stringContaining("more than")], [5, "3", "4"]]);
    expect(await read("__proto__,constructor\nx,y\n", { columns: ["__proto__", "constructor", "toString"] })).toEqual([[2, "x", "y", undefined]]);
    expect(performance.now() - before).toBeLessThan(20_000);
  });
  test("a file of opened quotes ends in a sentence, not in hours", async () => {
    await expect(read(`a,b\n${`1,"x\n`.repeat(400_001)}`)).rejects.toThrow("quotation marks that do not fit");
  });
});

describe("gzip", () => {
  const packed = (text: string) => gzipSync(Buffer.from(text));
  test("is unpacked; what is damaged or cut off is refused", async () => {
    expect(await read(packed("a,b\n1,2\n"), { name: "t.csv.gz" })).toEqual([[2, "1", "2"]]);
    await expect(read(packed("a,b\n1,2\n").subarray(0, 20), { name: "t.csv.gz" })).rejects.toThrow("cut off");
    await expect(read("a,b\n1,2\n", { name: "t.csv.gz" })).rejects.toThrow("not packed with gzip");
  });
  test("a bomb is seen after megabytes", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, `a,${"b".repeat(4_000)}\n`));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(read(bomb, { name: "t.csv.gz" })).rejects.toThrow("unpacks to more than");
    await expect(read(packed("a,b\n1,2\n".repeat(1_000)), { name: "t.csv.gz", bounds: { maxBytes: 1_000, maxRatio: 250 } })).rejects.toThrow("more than 1000 bytes");
  });
});

describe("JSON lines", () => {
  const JSONL: TableFormat = { kind: "JSONL", encoding: "utf-8" as Encoding };
  test("fields, fields of fields, and what is no object", async () => {
    expect(await read('{"a":1,"b":{"c":"x"}}\n[1]\nnull\n{"a":\n\n{"__proto__":{"a":7},"b":{}}', { format: JSONL, columns: ["a", "b.c", "toString"] })).toEqual([
      [1, 1, "x", undefined], [2, expect.stringContaining("no JSON object")], [3, expect.stringContaining("no JSON object")], [4, "! the line is no JSON"], [6, undefined, undefined, undefined],
    ]);
  });
  test("a line without an end costs itself alone", async () => {
    expect(await read(`{"a":"${"x".repeat(2 * MAX_RECORD)}"}\n{"a":"y","b":1}\n`, { format: JSONL })).toEqual([[1, expect.stringContaining("more than")], [2, "y", 1]]);
  });
});

describe("formulas", () => {
  test.each(["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''", "＝1+1"])("%j is neutralised, and comes back", (text) => {
    expect(neutralised(text).startsWith("'")).toBe(true);
    expect(restored(neutralised(text))).toBe(text);
  });
  test.each(["-5", "-5.25", "plain", "", "it's", "1=1"])("%j stays as it is", (text) => {
    expect(neutralised(text)).toBe(text);
    expect(restored(text)).toBe(text);
  });
});
