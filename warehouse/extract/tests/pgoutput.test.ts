import { expect, test } from "vitest";
import { decode } from "../pgoutput.ts";

const int64 = (value: bigint) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
};
const int32 = (value: number) => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const int16 = (value: number) => int32(value).subarray(2);
const text = (value: string) => Buffer.from(`${value}\0`);
const sized = (value: string) => Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]);
const tuple = (...values: (string | null | undefined)[]) =>
  Buffer.concat([int16(values.length), ...values.map((value) => (value === null ? Buffer.from("n") : value === undefined ? Buffer.from("u") : Buffer.concat([Buffer.from("t"), sized(value)])))]);
const message = (kind: string, ...parts: Buffer[]) => Buffer.concat([Buffer.from(kind), ...parts]);

test("begin and commit carry positions and the commit's time", () => {
  expect(decode(message("B", int64(77n), int64(5n), int32(9)))).toEqual({ kind: "begin", commitLsn: 77n, committedAt: 5n });
  expect(decode(message("C", Buffer.from([0]), int64(77n), int64(99n), int64(5n)))).toEqual({ kind: "commit", commitLsn: 77n, endLsn: 99n });
});

test("a relation names its columns, their types and keys", () => {
  const columns = [Buffer.from([1]), text("id"), int32(2950), int32(0xffffffff), Buffer.from([0]), text("naïve name"), int32(25), int32(0xffffffff)];
  expect(decode(message("R", int32(16400), text("orders"), text("orders"), Buffer.from("d"), int16(2), ...columns))).toEqual({
    kind: "relation", id: 16400, schema: "orders", table: "orders",
    columns: [{ name: "id", typeOid: 2950, isKey: true }, { name: "naïve name", typeOid: 25, isKey: false }],
  });
});

test("rows tell text, null, empty text and unchanged values apart", () => {
  expect(decode(message("I", int32(1), Buffer.from("N"), tuple("a", null, "", "ü→😀")))).toEqual({ kind: "insert", relation: 1, row: ["a", null, "", "ü→😀"] });
  expect(decode(message("U", int32(1), Buffer.from("N"), tuple("a", undefined)))).toEqual({ kind: "update", relation: 1, old: undefined, row: ["a", undefined] });
  expect(decode(message("U", int32(1), Buffer.from("K"), tuple("a", null), Buffer.from("N"), tuple("b", "x")))).toEqual({ kind: "update", relation: 1, old: ["a", null], row: ["b", "x"] });
  expect(decode(message("D", int32(1), Buffer.from("K"), tuple("a", null)))).toEqual({ kind: "delete", relation: 1, old: ["a", null] });
});

test("truncate lists its relations; a logical message carries its content", () => {
  expect(decode(message("T", int32(2), Buffer.from([1]), int32(7), int32(8)))).toEqual({ kind: "truncate", relations: [7, 8] });
  expect(decode(message("M", Buffer.from([0]), int64(42n), text("martgraph"), sized("id")))).toEqual({ kind: "message", transactional: false, lsn: 42n, prefix: "martgraph", content: "id" });
});

test("types and origins say nothing to capture", () => {
  expect(decode(message("Y", int32(1), text("a"), text("b")))).toBeUndefined();
  expect(decode(message("O", int64(1n), text("a")))).toBeUndefined();
});

test("a message cut short is an error, at whatever byte", () => {
  const whole = message("U", int32(1), Buffer.from("K"), tuple("key", null), Buffer.from("N"), tuple("key", "some value"));
  for (let length = 1; length < whole.length; length += 1) expect(() => decode(whole.subarray(0, length))).toThrow(RangeError);
});
