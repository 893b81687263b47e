import { describe, expect, test } from "vitest";
import { readZip, writeZip } from "../zip.ts";

describe("zip", () => {
  const files = new Map([["a/metadata.yaml", "version: 1.0.0\n"], ["a/größe.yaml", "ü".repeat(5_000)], ["a/empty", ""]]);

  test("what is written is read back, and the same files make the same bytes", () => {
    expect(readZip(writeZip(files))).toEqual(files);
    expect(writeZip(files).equals(writeZip(files))).toBe(true);
  });

  test("what is no archive, or half of one, is refused", () => {
    expect(() => readZip(Buffer.from("<html>"))).toThrow("no ZIP archive");
    expect(() => readZip(writeZip(files).subarray(0, 90))).toThrow(RangeError);
  });
});
