import { randomFillSync } from "node:crypto";
import { expect, test } from "vitest";
import { planCardRefund } from "../../domain/giftCards/planCardRefund.ts";
import { generateCode, normalizeCode } from "../../domain/promotions/codes.ts";
import { sameMailbox } from "../../domain/promotions/sameMailbox.ts";
import { customerKeys } from "../../queries/customerKeys.ts";

test("a code is the same however it is written", () => {
  for (const written of ["welcome10", " WELCOME10\n", "ｗｅｌｃｏｍｅ１０", "Wel come-10", "WELCOME_10"]) expect(normalizeCode(written)).toBe("WELCOME10");
});

test.each(["", "ABC", "----", "A-B-C", "A'; --", "ÄÖÜÄÖ", "A\0BCD", "A".repeat(41), "A".repeat(100_000)])("%j is no code", (text) => {
  expect(normalizeCode(text)).toBeUndefined();
});

test("generated codes have 80 random bits of characters that are not misread, and are codes", () => {
  const codes = Array.from({ length: 1_000 }, () => generateCode(randomFillSync));
  expect(new Set(codes).size).toBe(1_000);
  for (const code of codes) expect([code, normalizeCode(code)]).toEqual([expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/), code.replaceAll("-", "")]);
  expect(new Set(codes.join("").replaceAll("-", "")).size).toBe(32);
});

test("one mailbox is one customer, by account and address as far as they are known, else by cart", () => {
  expect(["Ada@Example.test ", "ada+again@example.test"].map(sameMailbox)).toEqual(["ada@example.test", "ada@example.test"]);
  const byMail = customerKeys({ userId: null, email: "ADA+1@example.test" }, "c");
  expect(byMail).toEqual(customerKeys({ userId: null, email: "ada@example.test" }, "d"));
  expect(byMail.join()).not.toContain("ada");
  expect(customerKeys({ userId: "u", email: "ada@example.test" }, "c")).toEqual([...byMail, "user:u"]);
  expect(customerKeys({ userId: null, email: null }, "c")).toEqual(["cart:c"]);
});

test("a refund goes to the card that was spent last first, never above what each paid", () => {
  const spent = [{ giftCardId: "a", units: 500n }, { giftCardId: "b", units: 300n }];
  expect(planCardRefund(spent, 400n)).toEqual([{ giftCardId: "b", units: 300n }, { giftCardId: "a", units: 100n }]);
  expect(planCardRefund(spent, 800n)).toHaveLength(2);
  expect(planCardRefund(spent, 801n)).toBeUndefined();
});
