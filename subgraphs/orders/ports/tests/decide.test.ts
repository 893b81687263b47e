import { describe, expect, test } from "vitest";
import { fc } from "#platform/testing/properties.ts";
import type { Account } from "../fake/account.ts";
import { type Command, decide } from "../fake/decide.ts";
import { FAKE_TOKENS } from "../fake/tokens.ts";

const AT = new Date("2026-03-01T12:00:00Z");
const OPEN: Command = { type: "OPEN", ref: "pi_1", clientSecret: "pi_1_secret_x", amount: { units: 1_000n, exponent: 2, currency: "EUR" }, capture: "AUTOMATIC", metadata: {} };

const units = fc.option(fc.bigInt({ min: -5n, max: 1_200n }), { nil: null });
const refs = (prefix: string) => fc.integer({ min: 1, max: 3 }).map((n) => `${prefix}_${n}`);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom(...Object.values(FAKE_TOKENS).filter((token) => token !== FAKE_TOKENS.unavailable), "pm_card_visa", "pm_card_refundFail", "pm_card_pendingRefund", "pm_card_createDispute", null).map((token): Command => ({ type: "CONFIRM", token })),
  fc.boolean().map((approved): Command => ({ type: "ANSWER_CHALLENGE", approved })),
  fc.boolean().map((paid): Command => ({ type: "FINISH_PROCESSING", paid })),
  units.map((of): Command => ({ type: "CAPTURE", units: of })),
  fc.constant<Command>({ type: "CANCEL" }),
  fc.tuple(refs("re"), units).map(([ref, of]): Command => ({ type: "REFUND", ref, units: of, metadata: {} })),
  fc.tuple(refs("re"), fc.constantFrom("SUCCEEDED" as const, "FAILED" as const)).map(([ref, state]): Command => ({ type: "SETTLE_REFUND", ref, state })),
  fc.tuple(fc.constantFrom("dp_1"), units).map(([ref, of]): Command => ({ type: "DISPUTE", ref, units: of })),
  fc.tuple(fc.constantFrom("dp_1"), fc.boolean()).map(([ref, won]): Command => ({ type: "CLOSE_DISPUTE", ref, won })),
);

const FINAL = new Set(["CAPTURED", "CANCELLED"]);

describe("the stand-in's rules, for any sequence of commands", () => {
  test("money is neither made nor lost, what is over stays over, and a refusal changes nothing", () => {
    fc.assert(fc.property(fc.constantFrom("AUTOMATIC" as const, "MANUAL" as const), fc.array(command, { maxLength: 30 }), (capture, commands) => {
      const opened = decide(undefined, { ...OPEN, capture }, AT);
      if (!opened.ok) throw new Error(opened.error.code);
      let account: Account = opened.value.account;
      for (const next of commands) {
        // A provider never gives one id twice.
        if (next.type === "REFUND" && account.refunds.some((one) => one.ref === next.ref)) continue;
        const before = account;
        const decided = decide(account, next, AT);
        if (!decided.ok) continue;
        account = decided.value.account;
        expect(account.version).toBe(before.version + 1);
        expect(decided.value.events.length).toBeGreaterThan(0);
        expect(account.capturedUnits >= 0n && account.capturedUnits <= account.amount.units).toBe(true);
        expect(account.state === "CAPTURED").toBe(account.capturedUnits > 0n);
        expect(account.refundedUnits).toBe(account.refunds.reduce((so, one) => so + (one.state === "FAILED" ? 0n : one.units), 0n));
        const away = account.disputes.reduce((so, one) => so + (one.state === "WON" ? 0n : one.units), 0n);
        expect(account.refundedUnits + away <= account.capturedUnits).toBe(true);
        if (FINAL.has(before.state)) expect([account.state, account.capturedUnits]).toEqual([before.state, before.capturedUnits]);
      }
    }), { numRuns: 2_000 });
  });
});
