import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { money } from "#schema/values/money.ts";
import type { Command } from "../fake/decide.ts";
import { type Intent, type PaymentProvider, PaymentRefused, PaymentsUnavailable } from "../paymentProvider.ts";

/** A provider under test and the hand behind it that plays payer and bank. */
export interface Proven {
  readonly provider: PaymentProvider;
  /** The payer opens the challenge page the intent names and answers. */
  answerChallenge(intent: Intent, approved: boolean): Promise<void>;
  act(ref: string, command: Exclude<Command, { type: "OPEN" }>): Promise<{ about: string | null }>;
  /** Lets the day pass after which keys are forgotten. */
  nextDay(): void;
  /** What the default means of payment (`token: null`) comes to. */
  readonly defaultToken: "PAYS" | "METHOD_REQUIRED";
}

const EUR = money(4999n, "EUR");

/** What every payment provider promises; run against each driver. */
export function provePaymentProvider(name: string, setup: () => Proven): void {
  const opened = (more: Partial<Parameters<PaymentProvider["open"]>[0]> = {}) => setup().provider.open({ checkoutId: randomUUID(), amount: EUR, capture: "AUTOMATIC", ...more });
  const confirm = (ref: string, token: string | null, key: string = randomUUID()) => setup().provider.confirm({ key, ref, token });
  const paid = async (token = "pm_card_visa") => confirm((await opened()).ref, token);
  const held = async () => confirm((await opened({ capture: "MANUAL" })).ref, "pm_card_visa");
  const refused = async (call: Promise<unknown>, code: string) => {
    const error = await call.then(() => undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PaymentRefused);
    expect((error as PaymentRefused).code).toBe(code);
  };

  describe(`${name}: opening`, () => {
    test("an intent waits for a means of payment and knows its checkout", async () => {
      const checkoutId = randomUUID();
      const intent = await opened({ checkoutId });
      expect(intent).toMatchObject({ state: "REQUIRES_METHOD", amount: EUR, capturedUnits: 0n, refundedUnits: 0n, actionUrl: null, declineReason: null, checkoutId });
      expect(intent.ref).toMatch(/^pi_\w{10,}$/);
      expect(intent.clientSecret.length).toBeGreaterThan(20);
    });
    test("the same checkout has one intent, told as it stands now", async () => {
      const checkoutId = randomUUID();
      const first = await opened({ checkoutId });
      await confirm(first.ref, "pm_card_visa");
      expect(await opened({ checkoutId })).toMatchObject({ ref: first.ref, state: "CAPTURED" });
    });
    test("ten at once have one intent", async () => {
      const checkoutId = randomUUID();
      const intents = await Promise.all(Array.from({ length: 10 }, () => opened({ checkoutId }).catch(async (error: unknown) => {
        // Overtaken by itself: the outcome is not known, so it asks again.
        expect(error).toBeInstanceOf(PaymentsUnavailable);
        return opened({ checkoutId });
      })));
      expect(new Set(intents.map((intent) => intent.ref)).size).toBe(1);
    });
    test("the same checkout with another amount is refused", async () => {
      const checkoutId = randomUUID();
      await opened({ checkoutId });
      await refused(opened({ checkoutId, amount: money(5000n, "EUR") }), "KEY_REUSED");
    });
    test("a key is forgotten after a day", async () => {
      const checkoutId = randomUUID();
      const first = await opened({ checkoutId });
      setup().nextDay();
      expect((await opened({ checkoutId })).ref).not.toBe(first.ref);
    });
    test.each([["nothing", 0n, "AMOUNT_TOO_SMALL"], ["more than eight digits", 100_000_000n, "AMOUNT_TOO_LARGE"]])("%s cannot be paid", async (_, units, code) => {
      await refused(opened({ amount: money(units, "EUR") }), code);
    });
    test.each(["JPY", "KWD", "ISK", "UGX", "USD"])("%s keeps its own exponent", async (currency) => {
      const amount = money(12_340n, currency);
      expect((await confirm((await opened({ amount })).ref, "pm_card_visa"))).toMatchObject({ amount, capturedUnits: 12_340n });
    });
  });

  describe(`${name}: confirming`, () => {
    test("a card that pays", async () => {
      expect(await paid()).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n, refundedUnits: 0n, declineReason: null });
    });
    test("the default means of payment", async () => {
      const intent = await confirm((await opened()).ref, null);
      expect(intent).toMatchObject(setup().defaultToken === "PAYS" ? { state: "CAPTURED" } : { state: "REQUIRES_METHOD", declineReason: "METHOD_REQUIRED" });
    });
    test.each([
      ["tok_declined", "CARD_DECLINED"], ["tok_insufficient_funds", "INSUFFICIENT_FUNDS"], ["pm_card_chargeDeclined", "CARD_DECLINED"],
      ["pm_card_visa_chargeDeclinedLostCard", "LOST_CARD"], ["pm_card_chargeDeclinedExpiredCard", "EXPIRED_CARD"],
      ["pm_card_chargeDeclinedIncorrectCvc", "INCORRECT_CVC"], ["pm_card_chargeDeclinedProcessingError", "PROCESSING_ERROR"],
    ])("%s is declined: %s", async (token, declineReason) => {
      expect(await paid(token)).toMatchObject({ state: "REQUIRES_METHOD", capturedUnits: 0n, declineReason });
    });
    test("another card may be tried after a decline", async () => {
      const { ref } = await paid("tok_declined");
      expect(await confirm(ref, "pm_card_visa")).toMatchObject({ state: "CAPTURED", declineReason: null });
    });
    test("the same key tries once and tells how it stands now", async () => {
      const { ref } = await opened();
      const key = randomUUID();
      await confirm(ref, "tok_declined", key);
      expect(await confirm(ref, "tok_declined", key)).toMatchObject({ state: "REQUIRES_METHOD", declineReason: "CARD_DECLINED" });
      await confirm(ref, "pm_card_visa");
      expect(await confirm(ref, "tok_declined", key)).toMatchObject({ state: "CAPTURED" });
    });
    test("the same key with another card is refused", async () => {
      const { ref } = await opened();
      const key = randomUUID();
      await confirm(ref, "tok_declined", key);
      await refused(confirm(ref, "pm_card_visa", key), "KEY_REUSED");
    });
    test("what is paid is told, not paid twice", async () => {
      const { ref } = await paid();
      expect(await confirm(ref, "pm_card_visa")).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n });
    });
    test("an intent nobody knows is refused", () => refused(confirm("pi_0000000000000000", "pm_card_visa"), "UNKNOWN_INTENT"));
    test("a provider that does not answer has done nothing", async () => {
      const { ref } = await opened();
      await expect(confirm(ref, "tok_unavailable")).rejects.toBeInstanceOf(PaymentsUnavailable);
      expect((await setup().provider.find(ref)).state).toBe("REQUIRES_METHOD");
    });
    test("an answer that is lost may hide a payment", async () => {
      const { ref } = await opened();
      const key = randomUUID();
      await expect(confirm(ref, "tok_lost_answer", key)).rejects.toBeInstanceOf(PaymentsUnavailable);
      await expect(confirm(ref, "tok_lost_answer", key)).rejects.toBeInstanceOf(PaymentsUnavailable);
      expect(await setup().provider.find(ref)).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n });
    });
    test("a bank that takes its time", async () => {
      const { ref, state } = await paid("tok_processing");
      expect(state).toBe("PROCESSING");
      await setup().act(ref, { type: "FINISH_PROCESSING", paid: true });
      expect((await setup().provider.find(ref)).state).toBe("CAPTURED");
    });
  });

  describe(`${name}: 3-D Secure`, () => {
    test("the payer approves and it is paid", async () => {
      const asked = await paid("tok_3ds");
      expect(asked).toMatchObject({ state: "REQUIRES_ACTION", capturedUnits: 0n });
      expect(asked.actionUrl).toContain("/challenge/");
      await setup().answerChallenge(asked, true);
      expect(await setup().provider.find(asked.ref)).toMatchObject({ state: "CAPTURED", actionUrl: null });
    });
    test("the payer refuses and nothing is paid", async () => {
      const asked = await paid("pm_card_authenticationRequired");
      await setup().answerChallenge(asked, false);
      expect(await setup().provider.find(asked.ref)).toMatchObject({ state: "REQUIRES_METHOD", declineReason: "AUTHENTICATION_FAILED", actionUrl: null });
    });
    test("approved, and it fails all the same", async () => {
      const asked = await paid("tok_3ds_fails");
      await setup().answerChallenge(asked, true);
      expect(await setup().provider.find(asked.ref)).toMatchObject({ state: "REQUIRES_METHOD", declineReason: "AUTHENTICATION_FAILED" });
    });
    test("a second click changes nothing", async () => {
      const asked = await paid("tok_3ds");
      await setup().answerChallenge(asked, true);
      await setup().answerChallenge(asked, false);
      expect((await setup().provider.find(asked.ref)).state).toBe("CAPTURED");
    });
    test("the key that met the challenge tells the payment once it is through", async () => {
      const { ref } = await opened();
      const key = randomUUID();
      await setup().answerChallenge(await confirm(ref, "tok_3ds", key), true);
      expect(await confirm(ref, "tok_3ds", key)).toMatchObject({ state: "CAPTURED" });
    });
    test("with a held payment it ends in an authorisation", async () => {
      const { ref } = await opened({ capture: "MANUAL" });
      await setup().answerChallenge(await confirm(ref, "tok_3ds"), true);
      expect((await setup().provider.find(ref)).state).toBe("AUTHORIZED");
    });
  });

  describe(`${name}: capturing and cancelling`, () => {
    const capture = (ref: string, units: bigint | null, key: string = randomUUID()) => setup().provider.capture({ key, ref, units });
    const cancel = (ref: string) => setup().provider.cancel({ key: randomUUID(), ref });
    test("what is held is taken", async () => {
      const { ref, state, capturedUnits } = await held();
      expect({ state, capturedUnits }).toEqual({ state: "AUTHORIZED", capturedUnits: 0n });
      expect(await capture(ref, null)).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n });
    });
    test("tok_manual holds, however the intent was opened", async () => {
      const { ref, state } = await paid("tok_manual");
      expect(state).toBe("AUTHORIZED");
      expect((await capture(ref, null)).state).toBe("CAPTURED");
    });
    test("a part is taken and the rest let go", async () => {
      const { ref } = await held();
      expect(await capture(ref, 1000n)).toMatchObject({ state: "CAPTURED", capturedUnits: 1000n, refundedUnits: 0n });
    });
    test("never more than is held", async () => {
      const { ref } = await held();
      await refused(capture(ref, 5000n), "CAPTURE_ABOVE_HELD");
      expect((await setup().provider.find(ref)).state).toBe("AUTHORIZED");
    });
    test("once, however often it is asked", async () => {
      const { ref } = await held();
      const key = randomUUID();
      await capture(ref, 1000n, key);
      expect(await capture(ref, 1000n, key)).toMatchObject({ capturedUnits: 1000n });
      expect(await capture(ref, 2000n)).toMatchObject({ capturedUnits: 1000n });
    });
    test("what is not held cannot be captured", async () => refused(capture((await opened()).ref, null), "UNEXPECTED_STATE"));
    test("an open intent is cancelled, and cannot be paid any more", async () => {
      const { ref } = await opened();
      expect((await cancel(ref)).state).toBe("CANCELLED");
      expect((await cancel(ref)).state).toBe("CANCELLED");
      expect((await confirm(ref, "pm_card_visa"))).toMatchObject({ state: "CANCELLED", capturedUnits: 0n });
    });
    test("what is held is let go", async () => {
      const { ref } = await held();
      expect(await cancel(ref)).toMatchObject({ state: "CANCELLED", capturedUnits: 0n });
    });
    test("what was captured meanwhile comes back as captured", async () => {
      const { ref } = await paid();
      expect(await cancel(ref)).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n });
    });
    test("confirm and cancel at once: one of them wins", async () => {
      const { ref } = await opened();
      await Promise.allSettled([confirm(ref, "pm_card_visa"), cancel(ref)]);
      expect(["CAPTURED", "CANCELLED"]).toContain((await setup().provider.find(ref)).state);
    });
  });

  describe(`${name}: refunds and disputes`, () => {
    const refund = (ref: string, units: bigint, key: string = randomUUID()) => setup().provider.refund({ key, ref, units });
    test("in parts, never above what was captured", async () => {
      const { ref } = await paid();
      const key = randomUUID();
      expect(await refund(ref, 1000n, key)).toMatchObject({ key, state: "SUCCEEDED", units: 1000n });
      await refund(ref, 3999n);
      await refused(refund(ref, 1n), "REFUND_ABOVE_CAPTURED");
      expect(await setup().provider.find(ref)).toMatchObject({ state: "CAPTURED", capturedUnits: 4999n, refundedUnits: 4999n });
    });
    test("once per key", async () => {
      const { ref } = await paid();
      const key = randomUUID();
      const first = await refund(ref, 1000n, key);
      expect(await refund(ref, 1000n, key)).toEqual(first);
      expect((await setup().provider.find(ref)).refundedUnits).toBe(1000n);
      await refused(refund(ref, 999n, key), "KEY_REUSED");
    });
    test("ten at once never give back more than there is", async () => {
      const { ref } = await paid();
      const results = await Promise.allSettled(Array.from({ length: 10 }, () => refund(ref, 999n)));
      const done = results.filter((result) => result.status === "fulfilled").length;
      expect(done).toBeLessThanOrEqual(5);
      expect((await setup().provider.find(ref)).refundedUnits).toBe(BigInt(done) * 999n);
    });
    test("of what was captured alone, when less than the whole was", async () => {
      const { ref } = await held();
      await setup().provider.capture({ key: randomUUID(), ref, units: 1000n });
      await refused(refund(ref, 1001n), "REFUND_ABOVE_CAPTURED");
      expect((await refund(ref, 1000n)).units).toBe(1000n);
    });
    test("nothing was taken, nothing is given back", async () => refused(refund((await held()).ref, 1n), "UNEXPECTED_STATE"));
    test("a refund may take its time", async () => {
      const { ref } = await paid("pm_card_pendingRefund");
      const made = await refund(ref, 100n);
      expect(made.state).toBe("PENDING");
      await setup().act(ref, { type: "SETTLE_REFUND", ref: made.ref, state: "SUCCEEDED" });
    });
    test("a refund that fails leaves the money with us", async () => {
      const { ref } = await paid("pm_card_refundFail");
      const made = await refund(ref, 100n);
      await setup().act(ref, { type: "SETTLE_REFUND", ref: made.ref, state: "FAILED" });
      expect((await setup().provider.find(ref)).refundedUnits).toBe(0n);
    });
    test("disputed money cannot be given back, won money can", async () => {
      const { ref } = await paid("pm_card_createDispute");
      await refused(refund(ref, 1n), "CHARGE_DISPUTED");
      await setup().act(ref, { type: "CLOSE_DISPUTE", ref: `dp_${ref.slice(3)}`, won: true });
      expect((await refund(ref, 1n)).units).toBe(1n);
    });
  });
}
