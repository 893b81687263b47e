import { expect, test } from "vitest";
import { formatLsn, parseLsn } from "../lsn.ts";

test("a WAL position reads and writes as PostgreSQL spells it", () => {
  expect(parseLsn("16/B374D848")).toBe(0x16_b374_d848n);
  expect(formatLsn(0x16_b374_d848n)).toBe("16/B374D848");
  expect(formatLsn(parseLsn("FFFFFFFF/FFFFFFFF"))).toBe("FFFFFFFF/FFFFFFFF");
  expect(formatLsn(0n)).toBe("0/0");
});

test.each(["", "16", "16/", "G/1", "123456789/0"])("%j is refused", (text) => {
  expect(() => parseLsn(text)).toThrow("is not a WAL position");
});
