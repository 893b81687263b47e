import type { Money } from "#schema/values/money.ts";
import { err, ok, type Result } from "#schema/values/result.ts";
import { type Account, type AccountDispute, type AccountRefund, refundable } from "./account.ts";
import { behaviourOf } from "./tokens.ts";

/** What is asked of the stand-in. Ids come from outside: deciding draws no random numbers and reads no clock. */
export type Command =
  | { type: "OPEN"; ref: string; clientSecret: string; amount: Money; capture: Account["capture"]; metadata: Account["metadata"] }
  | { type: "CONFIRM"; token: string | null }
  /** The payer's answer to the challenge. */
  | { type: "ANSWER_CHALLENGE"; approved: boolean }
  /** What the bank says of a payment it was thinking about. */
  | { type: "FINISH_PROCESSING"; paid: boolean }
  /** All that is held where `units` is null. */
  | { type: "CAPTURE"; units: bigint | null }
  | { type: "CANCEL" }
  /** All that is left where `units` is null. */
  | { type: "REFUND"; ref: string; units: bigint | null; metadata: AccountRefund["metadata"] }
  | { type: "SETTLE_REFUND"; ref: string; state: "SUCCEEDED" | "FAILED" }
  | { type: "DISPUTE"; ref: string; units: bigint | null }
  | { type: "CLOSE_DISPUTE"; ref: string; won: boolean };

export type RefusalCode =
  | "UNKNOWN_INTENT" | "UNKNOWN_REFUND" | "UNKNOWN_DISPUTE" | "UNEXPECTED_STATE"
  | "AMOUNT_TOO_SMALL" | "AMOUNT_TOO_LARGE" | "CAPTURE_ABOVE_HELD" | "REFUND_ABOVE_CAPTURED" | "CHARGE_DISPUTED";

export interface BankRefusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** Something to tell the shop by webhook; `about` names the refund or the dispute it is about, or null for the intent. */
export interface EventDraft {
  readonly type: string;
  readonly about: string | null;
}

export interface Decided {
  readonly account: Account;
  readonly events: readonly EventDraft[];
  /** The refund or dispute that this command made or changed. */
  readonly about: string | null;
}

/** Eight digits, as Stripe's. */
const MOST_UNITS = 99_999_999n;

/** The stand-in's rules: the account as it is, a command and the time in; the account as it becomes and what to tell out. */
export function decide(account: Account | undefined, command: Command, at: Date): Result<Decided, BankRefusal> {
  if (command.type === "OPEN") return open(command, at);
  if (!account) return refuse("UNKNOWN_INTENT", "there is no such payment intent");
  switch (command.type) {
    case "CONFIRM": return confirm(account, command.token, at);
    case "ANSWER_CHALLENGE": return answerChallenge(account, command.approved, at);
    case "FINISH_PROCESSING": return account.state === "PROCESSING" ? settled(account, command.paid ? undefined : "PROCESSING_ERROR", at) : unexpected(account, "settled");
    case "CAPTURE": return capture(account, command.units);
    case "CANCEL": return cancel(account);
    case "REFUND": return refund(account, command, at);
    case "SETTLE_REFUND": return settleRefund(account, command.ref, command.state);
    case "DISPUTE": return dispute(account, command, at);
    case "CLOSE_DISPUTE": return closeDispute(account, command.ref, command.won);
  }
}

const refuse = (code: RefusalCode, message: string): Result<Decided, BankRefusal> => err({ code, message });
const unexpected = (account: Account, verb: string) => refuse("UNEXPECTED_STATE", `a payment intent in the state ${account.state} cannot be ${verb}`);

/** The next version of an account and what to tell of it. */
function changed(account: Account, change: Partial<Account>, events: readonly (string | EventDraft)[], about: string | null = null): Result<Decided, BankRefusal> {
  const drafts = events.map((event) => (typeof event === "string" ? { type: event, about: null } : event));
  return ok({ account: { ...account, ...change, version: account.version + 1 }, events: drafts, about });
}

function open(command: Extract<Command, { type: "OPEN" }>, at: Date): Result<Decided, BankRefusal> {
  const { amount, ref, clientSecret, capture: how, metadata } = command;
  if (amount.units <= 0n) return refuse("AMOUNT_TOO_SMALL", "an amount must be more than nothing");
  if (amount.units > MOST_UNITS) return refuse("AMOUNT_TOO_LARGE", `an amount must be no more than ${MOST_UNITS}`);
  const account: Account = {
    ref, state: "REQUIRES_METHOD", amount, capture: how, capturedUnits: 0n, refundedUnits: 0n, clientSecret, token: null, declineReason: null,
    metadata, refunds: [], disputes: [], version: 0, createdAt: at,
  };
  return changed(account, {}, ["payment_intent.created"]);
}

function confirm(account: Account, token: string | null, at: Date): Result<Decided, BankRefusal> {
  if (account.state !== "REQUIRES_METHOD" && account.state !== "REQUIRES_ACTION") return unexpected(account, "confirmed");
  const behaviour = behaviourOf(token);
  const tried = { ...account, token, declineReason: null };
  switch (behaviour.does) {
    case "CHALLENGES": return changed(tried, { state: "REQUIRES_ACTION" }, ["payment_intent.requires_action"]);
    case "PROCESSES": return changed(tried, { state: "PROCESSING" }, ["payment_intent.processing"]);
    // Whoever answers for the stand-in never gets here with one of these.
    case "HANGS": return unexpected(account, "confirmed by a means of payment that never answers");
    default: return settled(tried, behaviour.does === "DECLINES" ? behaviour.reason : undefined, at);
  }
}

function answerChallenge(account: Account, approved: boolean, at: Date): Result<Decided, BankRefusal> {
  if (account.state !== "REQUIRES_ACTION") return unexpected(account, "authenticated");
  return settled(account, approved ? behaviourOf(account.token).reason : "AUTHENTICATION_FAILED", at);
}

/** The bank has said yes, or why not. */
function settled(account: Account, reason: string | undefined, at: Date): Result<Decided, BankRefusal> {
  if (reason !== undefined) return changed(account, { state: "REQUIRES_METHOD", declineReason: reason }, ["payment_intent.payment_failed"]);
  const { holds, disputes } = behaviourOf(account.token);
  if (holds || account.capture === "MANUAL") return changed(account, { state: "AUTHORIZED" }, ["payment_intent.amount_capturable_updated"]);
  const taken = { state: "CAPTURED", capturedUnits: account.amount.units } as const;
  if (!disputes) return changed(account, taken, ["payment_intent.succeeded"]);
  const disputed: AccountDispute = { ref: `dp_${account.ref.replace(/^pi_/, "")}`, state: "OPEN", units: account.amount.units, createdAt: at };
  return changed(account, { ...taken, disputes: [disputed] }, ["payment_intent.succeeded", { type: "charge.dispute.created", about: disputed.ref }]);
}

function capture(account: Account, wanted: bigint | null): Result<Decided, BankRefusal> {
  if (account.state !== "AUTHORIZED") return unexpected(account, "captured");
  const units = wanted ?? account.amount.units;
  if (units <= 0n) return refuse("AMOUNT_TOO_SMALL", "an amount must be more than nothing");
  if (units > account.amount.units) return refuse("CAPTURE_ABOVE_HELD", `${account.amount.units} are held, ${units} cannot be taken`);
  return changed(account, { state: "CAPTURED", capturedUnits: units }, ["payment_intent.succeeded"]);
}

function cancel(account: Account): Result<Decided, BankRefusal> {
  if (account.state === "CAPTURED" || account.state === "CANCELLED") return unexpected(account, "cancelled");
  return changed(account, { state: "CANCELLED" }, ["payment_intent.canceled"]);
}

function refund(account: Account, command: Extract<Command, { type: "REFUND" }>, at: Date): Result<Decided, BankRefusal> {
  if (account.state !== "CAPTURED") return unexpected(account, "refunded");
  if (account.disputes.some((one) => one.state !== "WON")) return refuse("CHARGE_DISPUTED", "the payment is disputed: its money is not there to be given back");
  const units = command.units ?? refundable(account);
  if (units <= 0n && command.units !== null) return refuse("AMOUNT_TOO_SMALL", "an amount must be more than nothing");
  if (units <= 0n || units > refundable(account)) return refuse("REFUND_ABOVE_CAPTURED", `${refundable(account)} are left to be refunded, not ${units}`);
  const made: AccountRefund = { ref: command.ref, state: behaviourOf(account.token).refunds === "PENDING" ? "PENDING" : "SUCCEEDED", units, metadata: command.metadata, createdAt: at };
  const change = { refundedUnits: account.refundedUnits + units, refunds: [...account.refunds, made] };
  return changed(account, change, [{ type: "refund.created", about: made.ref }, { type: "charge.refunded", about: null }], made.ref);
}

function settleRefund(account: Account, ref: string, state: "SUCCEEDED" | "FAILED"): Result<Decided, BankRefusal> {
  const found = account.refunds.find((one) => one.ref === ref);
  if (!found) return refuse("UNKNOWN_REFUND", "there is no such refund");
  const canFail = behaviourOf(account.token).refunds === "FAILED";
  if (found.state === "FAILED" || (found.state === "SUCCEEDED" && !(state === "FAILED" && canFail))) return refuse("UNEXPECTED_STATE", `a refund in the state ${found.state} does not become ${state}`);
  const change = {
    refundedUnits: account.refundedUnits - (state === "FAILED" ? found.units : 0n),
    refunds: account.refunds.map((one) => (one === found ? { ...one, state } : one)),
  };
  return changed(account, change, [{ type: state === "FAILED" ? "refund.failed" : "refund.updated", about: ref }], ref);
}

function dispute(account: Account, command: Extract<Command, { type: "DISPUTE" }>, at: Date): Result<Decided, BankRefusal> {
  if (account.state !== "CAPTURED") return unexpected(account, "disputed");
  if (account.disputes.length > 0) return refuse("CHARGE_DISPUTED", "the payment is disputed already");
  const units = command.units ?? refundable(account);
  if (units <= 0n || units > refundable(account)) return refuse("REFUND_ABOVE_CAPTURED", `${refundable(account)} are left to be disputed, not ${units}`);
  const opened: AccountDispute = { ref: command.ref, state: "OPEN", units, createdAt: at };
  return changed(account, { disputes: [opened] }, [{ type: "charge.dispute.created", about: opened.ref }], opened.ref);
}

function closeDispute(account: Account, ref: string, won: boolean): Result<Decided, BankRefusal> {
  const found = account.disputes.find((one) => one.ref === ref);
  if (!found) return refuse("UNKNOWN_DISPUTE", "there is no such dispute");
  if (found.state !== "OPEN") return refuse("UNEXPECTED_STATE", `the dispute is ${found.state} already`);
  const disputes = account.disputes.map((one) => (one === found ? { ...one, state: won ? ("WON" as const) : ("LOST" as const) } : one));
  return changed(account, { disputes }, [{ type: "charge.dispute.closed", about: ref }], ref);
}
