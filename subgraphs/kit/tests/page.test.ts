import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import { cursorOf, MAX_PAGE, type Page, readPage, toConnection } from "../page.ts";

const cursor = cursorOf("things", ["text", "uuid"]);
const ID = "01900000-0000-7000-8000-000000000001";

describe("cursors", () => {
  test("any text and id come back as they went in", () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }).filter((text) => !text.includes("\0")), fc.uuid(), (name, id) => {
      expect(cursor.decode(cursor.encode([name, id]))).toEqual([name, id]);
    }));
  });

  test.each([
    ["nothing", ""], ["words", "abc"], ["a cursor of another list", cursorOf("others", ["text", "uuid"]).encode(["a", ID])],
    ["too few values", Buffer.from('["things","a"]').toString("base64url")], ["a number", Buffer.from(`["things",1,"${ID}"]`).toString("base64url")],
    ["no uuid", Buffer.from('["things","a","1 or true"]').toString("base64url")], ["a NUL", Buffer.from(`["things","\\u0000","${ID}"]`).toString("base64url")],
    ["an object", Buffer.from('{"0":"things"}').toString("base64url")], ["a long one", "A".repeat(10_000)],
  ])("%s is refused", (_name, text) => {
    expect(() => cursor.decode(text)).toThrow(expect.objectContaining({ extensions: expect.objectContaining({ code: "BAD_USER_INPUT" }) }));
  });

  test("numbers and moments are looked at", () => {
    const numbers = cursorOf("n", ["integer", "decimal", "instant"]);
    expect(numbers.decode(numbers.encode(["7", "-1.50", "2011-12-09T12:50:00.000000Z"]))).toEqual(["7", "-1.50", "2011-12-09T12:50:00.000000Z"]);
    for (const values of [["7.5", "1", "2011-12-09T12:50:00.000Z"], ["7", "1e3", "2011-12-09T12:50:00.000Z"], ["7", "1", "infinity"]] as [string, string, string][]) {
      expect(() => numbers.decode(numbers.encode(values))).toThrow("`after` is no cursor of this list");
    }
  });
});

describe("pages", () => {
  test.each([0, -1, MAX_PAGE + 1, 2_147_483_647])("first: %i is refused with the bounds", (first) => {
    expect(() => readPage({ first }, cursor)).toThrow(`\`first\` must be between 1 and 100, it is ${first}`);
  });

  test("what is not given has a default; null is not given", () => {
    expect(readPage({}, cursor)).toEqual({ limit: 20, after: undefined });
    expect(readPage({ first: null, after: null }, cursor, 50)).toEqual({ limit: 50, after: undefined });
  });

  test("walking by pages of any size meets every row once, in order", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 25 }), (count, first) => {
      const codec = cursorOf("rows", ["integer"]);
      const rows = Array.from({ length: count }, (_, index) => index);
      const seen: number[] = [];
      let after: string | null = null;
      for (;;) {
        const page: Page<[string]> = readPage({ first, after }, codec);
        const from = page.after ? Number(page.after[0]) + 1 : 0;
        const connection = toConnection(rows.slice(from, from + page.limit + 1), page, (row) => codec.encode([String(row)]));
        expect(connection.edges.map((edge) => edge.node)).toEqual(connection.nodes);
        seen.push(...connection.nodes);
        after = connection.pageInfo.endCursor;
        if (!connection.pageInfo.hasNextPage) break;
      }
      expect(seen).toEqual(rows);
    }));
  });
});
