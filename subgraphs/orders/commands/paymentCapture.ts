import { auditAs } from "#kit/audit.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { money, type Money, parseDecimal } from "#schema/values/money.ts";
import type { Tx } from "#platform/db/database.ts";
import { actorOf, type Commanded } from "../context.ts";
import { type Intent, PaymentRefused, PaymentsUnavailable } from "../ports/paymentProvider.ts";
import { findCancellationForUpdate } from "../queries/cancellations.ts";
import { lockOrder } from "../queries/orders.ts";
import { findOrderOfPayment, findPaymentForUpdate, leasePayment, type PaymentRecord } from "../queries/payments.ts";
import { checkKey, type IdempotencyRefusal, type IdempotentCall, keys, LEASE_SECONDS, refusalOf } from "./idempotency.ts";
import { syncPayment } from "./syncPayment.ts";

export type PaymentRefusal =
  | IdempotencyRefusal
  | { code: "PAYMENT_NOT_FOUND" }
  | { code: "PAYMENT_NOT_AUTHORIZED"; state: PaymentRecord["state"] }
  | { code: "PAYMENT_UNAVAILABLE" };
export type CaptureRefusal = PaymentRefusal | { code: "INVALID_CAPTURE_AMOUNT"; authorized: Money };

export interface PaymentInput {
  readonly paymentId: string | undefined;
  readonly key: string;
}

type Begun<R> = { kind: "REFUSED"; refusal: R } | { kind: "ANSWERED" } | { kind: "BEGUN"; payment: PaymentRecord; units: bigint | null };

/** What a person does to held money: how much of it, and by which call of the provider. */
interface Verb<R> {
  readonly operation: "paymentCapture" | "paymentVoid";
  /** How much of what is held, or why not. */
  decide(payment: PaymentRecord): Result<bigint | null, R>;
  ask(payment: PaymentRecord, units: bigint | null): Promise<Intent>;
  /** Whether the payment stands as it was to: another may have been quicker at the provider. */
  isDone(payment: PaymentRecord): boolean;
}

/** Takes held money: all of it, or `amount`; what is left is let go. Never more than the payer has agreed to. */
export async function paymentCapture(parts: Commanded, input: PaymentInput & { readonly amount: string | undefined }): Promise<Result<string, CaptureRefusal>> {
  return act<CaptureRefusal>(parts, input, {
    operation: "paymentCapture",
    decide(payment) {
      const authorized = money(payment.authorizedUnits ?? 0n, payment.taken.currency, payment.taken.exponent);
      if (input.amount === undefined) return ok(authorized.units);
      const units = unitsAt(input.amount, authorized);
      return units === undefined || units <= 0n || units > authorized.units ? err({ code: "INVALID_CAPTURE_AMOUNT", authorized }) : ok(units);
    },
    ask: (payment, units) => parts.payments.capture({ key: `${payment.id}:capture:${units}`, ref: payment.providerRef, units }),
    isDone: (payment) => payment.taken.units > 0n,
  });
}

/** Lets held money go. */
export async function paymentVoid(parts: Commanded, input: PaymentInput): Promise<Result<string, PaymentRefusal>> {
  return act<PaymentRefusal>(parts, input, {
    operation: "paymentVoid",
    decide: () => ok(null),
    ask: (payment) => parts.payments.cancel({ key: `${payment.checkoutId ?? payment.id}:cancel`, ref: payment.providerRef }),
    isDone: (payment) => payment.state === "VOIDED",
  });
}

/** The amount at the exponent of `like`, or undefined when it is no such number or finer. */
function unitsAt(text: string, like: Money): bigint | undefined {
  const read = parseDecimal(text, like.currency);
  if (!read) return undefined;
  const scale = 10n ** BigInt(Math.abs(like.exponent - read.exponent));
  if (read.exponent <= like.exponent) return read.units * scale;
  return read.units % scale === 0n ? read.units / scale : undefined;
}

/** First transaction: the key, and that somebody is at work. Then the provider. Last transaction: what it has done (syncPayment). */
async function act<R extends { code: string }>(parts: Commanded, { key, ...content }: PaymentInput, verb: Verb<R | PaymentRefusal>): Promise<Result<string, R | PaymentRefusal>> {
  const badKey = checkKey(key);
  if (badKey) return err(badKey);
  const call: IdempotentCall = { actor: actorOf(parts.viewer), operation: verb.operation, key, content };
  const begun = await parts.db.tx((tx) => begin(parts, tx, call, content.paymentId, verb), { retries: 3 });
  if (begun.kind === "REFUSED") return err(begun.refusal);
  if (begun.kind === "ANSWERED") return ok(content.paymentId as string);
  const { payment, units } = begun;
  try {
    const intent = await ask(parts, payment, () => verb.ask(payment, units));
    return await parts.db.tx(async (tx) => {
      const stands = await syncPayment(parts, tx, payment.checkoutId ?? payment.id, intent);
      if (stands && !verb.isDone(stands)) {
        await keys.forget(tx, call);
        return err({ code: "PAYMENT_NOT_AUTHORIZED" as const, state: stands.state });
      }
      await auditAs(tx, parts, verb.operation, "payment", payment.id, { units });
      await keys.finish(tx, call, { paymentId: payment.id });
      return ok(payment.id);
    }, { retries: 3 });
  } catch (error) {
    await Promise.allSettled([keys.release(parts.db, call), leasePayment(parts.db, payment.id, 0)]);
    if (!(error instanceof PaymentsUnavailable)) throw error;
    parts.log.warn({ paymentId: payment.id, error }, "the payment provider did not answer");
    return err({ code: "PAYMENT_UNAVAILABLE" });
  }
}

/** Done otherwise meanwhile: how the payment stands at the provider is the answer. */
async function ask({ payments }: Commanded, payment: PaymentRecord, verb: () => Promise<Intent>): Promise<Intent> {
  try {
    return await verb();
  } catch (error) {
    if (!(error instanceof PaymentRefused)) throw error;
    const intent = await payments.find(payment.providerRef);
    if (intent.state === "AUTHORIZED") throw error;
    return intent;
  }
}

async function begin<R extends { code: string }>(parts: Commanded, tx: Tx, call: IdempotentCall, paymentId: string | undefined, verb: Verb<R>): Promise<Begun<R | PaymentRefusal>> {
  const claim = await keys.claim(tx, call, LEASE_SECONDS);
  const refusal = refusalOf(claim);
  if (refusal) return { kind: "REFUSED", refusal };
  if (claim.kind === "STORED") return { kind: "ANSWERED" };
  const refuse = async (refused: R | PaymentRefusal): Promise<Begun<R | PaymentRefusal>> => {
    await keys.forget(tx, call);
    return { kind: "REFUSED", refusal: refused };
  };
  const orderId = paymentId === undefined ? undefined : await findOrderOfPayment(tx, paymentId);
  if (paymentId === undefined || orderId === undefined) return refuse({ code: "PAYMENT_NOT_FOUND" });
  await lockOrder(tx, orderId);
  // Whoever calls the order off lets the money go.
  if ((await findCancellationForUpdate(tx, orderId))?.state === "RUNNING") return refuse({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: LEASE_SECONDS });
  const payment = await findPaymentForUpdate(tx, paymentId);
  if (!payment) return refuse({ code: "PAYMENT_NOT_FOUND" });
  const decided = verb.decide(payment);
  if (payment.state !== "AUTHORIZED") {
    // Cut off after the provider had done it, and the sweeper found it done.
    const isOurs = claim.kind === "RESUMED" && verb.isDone(payment) && decided.ok && (decided.value === null || decided.value === payment.taken.units);
    if (!isOurs) return refuse({ code: "PAYMENT_NOT_AUTHORIZED", state: payment.state });
    await auditAs(tx, parts, verb.operation, "payment", payment.id, { units: payment.taken.units });
    await keys.finish(tx, call, { paymentId: payment.id });
    return { kind: "ANSWERED" };
  }
  if (!decided.ok) return refuse(decided.error);
  if (!(await leasePayment(tx, payment.id, LEASE_SECONDS)) && claim.kind !== "RESUMED") return refuse({ code: "REQUEST_IN_PROGRESS", retryAfterSeconds: LEASE_SECONDS });
  return { kind: "BEGUN", payment, units: decided.value };
}
