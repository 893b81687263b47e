import type { Database } from "#platform/db/database.ts";
import { query } from "#platform/db/query.ts";
import { type ChargeOutcome, type PaymentProvider, PaymentsUnavailable } from "./payments.ts";

/** Means of payment that do not simply pay. Every other one does. */
export const FAKE_TOKENS = {
  declined: "tok_declined",
  insufficientFunds: "tok_insufficient_funds",
  /** Never answers and never charges. */
  unavailable: "tok_unavailable",
  /** Charges, but the answer is lost, each time. */
  lostAnswer: "tok_lost_answer",
} as const;

const DECLINES: Readonly<Record<string, string>> = {
  [FAKE_TOKENS.declined]: "CARD_DECLINED",
  [FAKE_TOKENS.insufficientFunds]: "INSUFFICIENT_FUNDS",
};

const insertCharge = query({
  name: "paymentFake.insertCharge",
  text: `insert into payment_fake.charges (idempotency_key, ref, state, decline_reason, currency, amount_units, exponent)
    values ($1, 'fch_' || replace(uuidv7()::text, '-', ''), $2, $3, $4, $5, $6) on conflict (idempotency_key) do nothing`,
  params: ["text", "text", "text?", "text", "int8", "int2"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const chargeByKey = query({
  name: "paymentFake.chargeByKey",
  text: "select ref, state, decline_reason, currency, amount_units, exponent from payment_fake.charges where idempotency_key = $1",
  params: ["text"],
  row: { ref: "text", state: "text", decline_reason: "text?", currency: "text", amount_units: "int8", exponent: "int2" },
  budget: { access: "index", maxRows: 1 },
});

const insertRefund = query({
  name: "paymentFake.insertRefund",
  text: `with added as (
      insert into payment_fake.refunds (idempotency_key, ref, charge_ref, amount_units)
      values ($1, 'frf_' || replace(uuidv7()::text, '-', ''), $2, $3) on conflict (idempotency_key) do nothing returning charge_ref, amount_units
    )
    update payment_fake.charges c set refunded_units = c.refunded_units + added.amount_units from added where c.ref = added.charge_ref`,
  params: ["text", "text", "int8"],
  row: {},
  budget: { access: "write", maxRows: 0 },
});

const refundByKey = query({
  name: "paymentFake.refundByKey",
  text: "select ref, charge_ref, amount_units from payment_fake.refunds where idempotency_key = $1",
  params: ["text"],
  row: { ref: "text", charge_ref: "text", amount_units: "int8" },
  budget: { access: "index", maxRows: 1 },
});

/** A provider that keeps its books in the shop's database: it pays, declines, refunds and remembers, but moves no real money. */
export function createFakePayments(db: Database): PaymentProvider {
  const outcomeOf = async (key: string) => {
    const charge = await db.one(chargeByKey, [key]);
    const outcome: ChargeOutcome | { state: "VOID" } = charge.state === "CAPTURED" ? { state: "CAPTURED", ref: charge.ref }
      : charge.state === "VOID" ? { state: "VOID" } : { state: "DECLINED", reason: charge.decline_reason ?? "DECLINED" };
    return { charge, outcome };
  };
  return {
    name: "fake",
    async charge({ key, amount, token }) {
      if (token === FAKE_TOKENS.unavailable) throw new PaymentsUnavailable("the provider does not answer");
      const reason = DECLINES[token ?? ""] ?? null;
      await db.execute(insertCharge, [key, reason ? "DECLINED" : "CAPTURED", reason, amount.currency, amount.units, amount.exponent]);
      const { charge, outcome } = await outcomeOf(key);
      if (outcome.state === "VOID") return { state: "DECLINED", reason: "EXPIRED" };
      if (charge.amount_units !== amount.units || charge.exponent !== amount.exponent || charge.currency !== amount.currency) {
        throw new Error(`payment key ${key} was used before for another amount`);
      }
      if (token === FAKE_TOKENS.lostAnswer) throw new PaymentsUnavailable("the answer was lost");
      return outcome;
    },
    async settle(key) {
      await db.execute(insertCharge, [key, "VOID", null, "XXX", 0n, 0]);
      return (await outcomeOf(key)).outcome;
    },
    async refund({ key, chargeRef, amount }) {
      await db.execute(insertRefund, [key, chargeRef, amount.units]);
      const refund = await db.one(refundByKey, [key]);
      if (refund.charge_ref !== chargeRef || refund.amount_units !== amount.units) throw new Error(`refund key ${key} was used before for another refund`);
      return { ref: refund.ref };
    },
  };
}
