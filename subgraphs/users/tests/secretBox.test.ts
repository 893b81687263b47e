import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSecretBox } from "../ports/secretBox.ts";

const key = randomBytes(32).toString("base64url");
const box = createSecretBox(key);

describe("the secret box", () => {
  test("opens what it sealed, and no two boxes are alike", () => {
    const sealed = box.seal("JBSWY3DPEHPK3PXP", "user 1");
    expect(box.open(sealed, "user 1")).toBe("JBSWY3DPEHPK3PXP");
    expect(box.seal("JBSWY3DPEHPK3PXP", "user 1")).not.toBe(sealed);
    expect(sealed).not.toContain("JBSWY3DP");
  });

  test("does not open what is about somebody else, was altered, cut or sealed elsewhere", () => {
    const sealed = box.seal("JBSWY3DPEHPK3PXP", "user 1");
    expect(() => box.open(sealed, "user 2")).toThrow();
    expect(() => createSecretBox(randomBytes(32).toString("base64url")).open(sealed, "user 1")).toThrow();
    const bytes = Buffer.from(sealed.slice(3), "base64url");
    for (let at = 0; at < bytes.length; at += 1) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] as number) ^ 1;
      expect(() => box.open(`v1.${altered.toString("base64url")}`, "user 1"), `byte ${at}`).toThrow();
    }
    for (const broken of ["", "v1.", sealed.slice(0, 20), sealed.slice(0, -4), sealed.replace("v1.", "v2.")]) expect(() => box.open(broken, "user 1"), broken).toThrow();
  });

  test("marks depend on key, purpose and where one part ends and the next begins", () => {
    const mark = box.mac("recovery", "ab", "c");
    expect(mark).toHaveLength(32);
    expect(createSecretBox(key).mac("recovery", "ab", "c")).toEqual(mark);
    for (const other of [box.mac("recovery", "a", "bc"), box.mac("device", "ab", "c"), createSecretBox(randomBytes(32).toString("base64url")).mac("recovery", "ab", "c")]) expect(other).not.toEqual(mark);
  });

  test.each(["", "short", randomBytes(31).toString("base64url")])("refuses a short key: %j", (short) => expect(() => createSecretBox(short)).toThrow(RangeError));
});
