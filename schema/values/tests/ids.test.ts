import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeId, encodeId, ID_PREFIXES, isUuid, uuidV7 } from "../ids.ts";

const uuid = fc.uuid();
const prefix = fc.constantFrom(...ID_PREFIXES);

describe("ids of the API", () => {
  test("come back as the UUID they were made of", () => {
    fc.assert(fc.property(prefix, uuid, (kind, one) => {
      const id = encodeId(kind, one);
      expect(id).toMatch(/^[a-z]{3}_[0-9a-f]{32}$/);
      expect(decodeId(kind, id)).toBe(one);
    }));
  });

  test("of one kind are none of another", () => {
    fc.assert(fc.property(prefix, prefix, uuid, (kind, other, one) => {
      fc.pre(kind !== other);
      expect(decodeId(other, encodeId(kind, one))).toBeUndefined();
    }));
  });

  test("have prefixes of their own", () => {
    expect(new Set(ID_PREFIXES).size).toBe(ID_PREFIXES.length);
  });

  test.each(["", "prd_", "prd_1", "0190f5c2-6f0e-7c3a-9d53-0d1f6f6b2a11", "prd_0190F5C26F0E7C3A9D530D1F6F6B2A11", "PRD_0190f5c26f0e7c3a9d530d1f6f6b2a11", "prd_0190f5c26f0e7c3a9d530d1f6f6b2a11\n", " prd_0190f5c26f0e7c3a9d530d1f6f6b2a11", "prd_0190f5c26f0e7c3a9d530d1f6f6b2a1g"])(
    "%j is none", (text) => expect(decodeId("prd", text)).toBeUndefined());

  test("are made of UUIDs alone", () => {
    for (const wrong of ["", "1", "0190f5c26f0e7c3a9d530d1f6f6b2a11", "0190F5C2-6F0E-7C3A-9D53-0D1F6F6B2A11"]) {
      expect(() => encodeId("prd", wrong)).toThrow(RangeError);
      expect(isUuid(wrong)).toBe(false);
    }
  });
});

describe("uuidV7", () => {
  const instant = fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true });

  test("holds its instant in 48 bits, its version and its variant", () => {
    fc.assert(fc.property(instant, (at) => {
      const id = uuidV7(at);
      expect(isUuid(id)).toBe(true);
      expect(Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16)).toBe(at.getTime());
      expect(id[14]).toBe("7");
      expect("89ab").toContain(id[19]);
    }));
  });

  test("orders as time does", () => {
    fc.assert(fc.property(instant, instant, (one, other) => {
      fc.pre(one < other);
      expect(uuidV7(one) < uuidV7(other)).toBe(true);
    }));
  });

  test("is the same from the same bytes, as the example of RFC 9562 (A.6) has it", () => {
    const random = Buffer.from("ffffffffffffccc318c4dc0c0c07398f", "hex");
    expect(uuidV7(new Date("2022-02-22T19:22:22.000Z"), (bytes) => { bytes.set(random); })).toBe("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  });

  test("differs from call to call within a millisecond", () => {
    const at = new Date("2011-12-09T12:50:00Z");
    expect(new Set(Array.from({ length: 1_000 }, () => uuidV7(at))).size).toBe(1_000);
  });
});
