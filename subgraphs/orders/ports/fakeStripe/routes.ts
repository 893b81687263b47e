import { money } from "#schema/values/money.ts";
import type { Account } from "../fake/account.ts";
import { type Bank, newClientSecret, newId } from "../fake/bank.ts";
import type { Command, Decided } from "../fake/decide.ts";
import { chargeShape, disputeShape, paymentIntentShape, refundShape, type ShapeOptions } from "../fake/shapes.ts";
import type { StoredEvent } from "../fake/store.ts";
import { behaviourOf } from "../fake/tokens.ts";
import { fromStripeUnits } from "../stripe/amounts.ts";
import { declined, missing, parameter, refused, stripeError, type StripeAnswer } from "./errors.ts";
import { type FormValue, listOf, recordOf, textOf, textRecordOf } from "./form.ts";

export interface StripeCall {
  readonly method: string;
  readonly path: string;
  /** Of a POST the body, of a GET the query. */
  readonly form: { readonly [name: string]: FormValue };
  readonly key: string | null;
  /** Of method, path and body. */
  readonly fingerprint: string;
}

export interface Routed {
  readonly answer: StripeAnswer;
  readonly replayed: boolean;
  readonly events: readonly StoredEvent[];
  /** The answer gets lost on its way. */
  readonly lost: boolean;
}

type Shapes = Pick<ShapeOptions, "challengeUrl">;
const plain = (answer: StripeAnswer): Routed => ({ answer, replayed: false, events: [], lost: false });
const ok = (body: object): StripeAnswer => ({ status: 200, body });

/** Stripe's resources, as far as the shop uses them, over the stand-in's books. */
export function stripeRoutes(bank: Bank, shapes: Shapes): (call: StripeCall) => Promise<Routed> {
  const optionsOf = (form: StripeCall["form"]): ShapeOptions => ({ ...shapes, expandCharge: listOf(form["expand"]).includes("latest_charge"), returnUrl: textOf(form["return_url"]) ?? null });

  async function run(call: StripeCall, ref: string, command: Command, answer: (decided: Decided) => StripeAnswer): Promise<Routed> {
    const result = await bank.run({ key: call.key, fingerprint: call.fingerprint, ref, command, answer });
    if (!result.ok) return plain(refused(result.error, await bank.find(ref), optionsOf(call.form), ref));
    const { value } = result;
    return { answer: value.answer, replayed: value.replayed, events: value.replayed ? [] : value.events, lost: command.type === "CONFIRM" && behaviourOf(command.token).losesAnswer === true };
  }
  const intentAnswer = (call: StripeCall) => ({ account }: Decided): StripeAnswer => ok(paymentIntentShape(account, optionsOf(call.form)));

  async function create(call: StripeCall): Promise<Routed> {
    const { form } = call;
    const currency = textOf(form["currency"])?.toUpperCase() ?? "";
    const count = textOf(form["amount"]) ?? "";
    if (!/^[A-Z]{3}$/.test(currency)) return plain(parameter("currency", "Missing required param: currency.", "parameter_missing"));
    if (!/^\d{1,15}$/.test(count)) return plain(parameter("amount", `Invalid integer: ${count}`));
    const ref = `pi_${newId(new Date())}`;
    const command: Command = {
      type: "OPEN", ref, clientSecret: newClientSecret(ref), amount: money(fromStripeUnits(Number(count), currency), currency), capture: textOf(form["capture_method"]) === "manual" ? "MANUAL" : "AUTOMATIC",
      metadata: textRecordOf(form["metadata"]),
    };
    return run(call, ref, command, intentAnswer(call));
  }

  async function confirm(call: StripeCall, ref: string): Promise<Routed> {
    const card = textOf(recordOf(recordOf(call.form["payment_method_data"])["card"])["token"]);
    const token = textOf(call.form["payment_method"]) ?? card;
    if (token === undefined) {
      const account = await bank.find(ref);
      if (!account) return plain(missing("payment_intent", ref, "intent"));
      return plain(stripeError(400, "invalid_request_error", "You cannot confirm this PaymentIntent because it's missing a payment method.", { code: "payment_intent_unexpected_state", payment_intent: paymentIntentShape(account, optionsOf(call.form)) }));
    }
    if (!/^(pm_card_|pm_|tok_)\w+$/.test(token) || token === "pm_unknown") return plain(missing("PaymentMethod", token, "payment_method"));
    if (behaviourOf(token).does === "HANGS") return plain(stripeError(503, "api_error", "The service is not available."));
    return run(call, ref, { type: "CONFIRM", token }, ({ account }) => (account.declineReason === null ? ok(paymentIntentShape(account, optionsOf(call.form))) : declined(account, optionsOf(call.form))));
  }

  async function capture(call: StripeCall, ref: string): Promise<Routed> {
    const wanted = textOf(call.form["amount_to_capture"]);
    if (wanted !== undefined && !/^\d{1,15}$/.test(wanted)) return plain(parameter("amount_to_capture", `Invalid integer: ${wanted}`));
    const account = await bank.find(ref);
    return run(call, ref, { type: "CAPTURE", units: wanted === undefined ? null : unitsOf(wanted, account) }, intentAnswer(call));
  }

  async function refund(call: StripeCall): Promise<Routed> {
    const ref = textOf(call.form["payment_intent"]) ?? (textOf(call.form["charge"]) ?? "").replace(/^ch_/, "pi_");
    const wanted = textOf(call.form["amount"]);
    if (wanted !== undefined && !/^\d{1,15}$/.test(wanted)) return plain(parameter("amount", `Invalid integer: ${wanted}`));
    const account = await bank.find(ref);
    const command: Command = { type: "REFUND", ref: `re_${ref.replace(/^pi_/, "").slice(0, 40)}_${newId(new Date())}`, units: wanted === undefined ? null : unitsOf(wanted, account), metadata: textRecordOf(call.form["metadata"]) };
    return run(call, ref, command, (decided) => {
      const made = decided.account.refunds.find((one) => one.ref === decided.about);
      if (!made) throw new Error("a refund was made that its intent does not have");
      return ok(refundShape(decided.account, made));
    });
  }

  /** The intent's id stands in the ids of its refunds and disputes. */
  async function part(kind: "refund" | "dispute", id: string): Promise<Routed> {
    const account = await bank.find(`pi_${(id.split("_")[1] ?? "").slice(0, 40)}`);
    const found = (kind === "refund" ? account?.refunds : account?.disputes)?.find((one) => one.ref === id);
    if (!account || !found) return plain(missing(kind, id, "id"));
    return plain(ok(kind === "refund" ? refundShape(account, found as Account["refunds"][number]) : disputeShape(account, found as Account["disputes"][number])));
  }

  async function listRefunds(form: StripeCall["form"]): Promise<Routed> {
    const account = await bank.find(textOf(form["payment_intent"]) ?? "");
    return plain(ok({ object: "list", data: (account?.refunds ?? []).map((one) => refundShape(account as Account, one)).toReversed(), has_more: false, url: "/v1/refunds" }));
  }

  async function retrieve(call: StripeCall, ref: string): Promise<Routed> {
    const account = await bank.find(ref);
    return plain(account ? ok(paymentIntentShape(account, optionsOf(call.form))) : missing("payment_intent", ref, "intent"));
  }

  return async (call) => {
    const [version, resource, id, verb, ...rest] = call.path.split("/").slice(1);
    const route = version === "v1" && rest.length === 0 ? `${call.method} ${resource}${id === undefined ? "" : "/id"}${verb === undefined ? "" : `/${verb}`}` : "";
    switch (route) {
      case "POST payment_intents": return create(call);
      case "GET payment_intents/id": return retrieve(call, id as string);
      case "POST payment_intents/id/confirm": return confirm(call, id as string);
      case "POST payment_intents/id/capture": return capture(call, id as string);
      case "POST payment_intents/id/cancel": return run(call, id as string, { type: "CANCEL" }, intentAnswer(call));
      case "POST refunds": return refund(call);
      case "GET refunds": return listRefunds(call.form);
      case "GET refunds/id": return part("refund", id as string);
      case "GET disputes/id": return part("dispute", id as string);
      case "GET charges/id": {
        const account = await bank.find((id as string).replace(/^ch_/, "pi_"));
        return plain(account ? ok(chargeShape(account)) : missing("charge", id as string, "id"));
      }
      default:
        return plain(stripeError(404, "invalid_request_error", `Unrecognized request URL (${call.method}: ${call.path}).`));
    }
  };
}

const unitsOf = (count: string, account: Account | undefined): bigint => fromStripeUnits(Number(count), account?.amount.currency ?? "EUR");
