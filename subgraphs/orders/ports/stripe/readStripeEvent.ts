import { type ProviderEvent, type ProviderRefund, WebhookRefused } from "../paymentProvider.ts";
import { REFUND_KEY } from "../fake/account.ts";
import { fromStripeUnits } from "./amounts.ts";
import { checkSignature } from "./signature.ts";

interface Fields { readonly [name: string]: unknown }

/** Reads one signed event in Stripe's form. @throws WebhookRefused */
export function readStripeEvent(body: Uint8Array, signature: string | null, secret: string, now: Date): ProviderEvent {
  checkSignature(body, signature, secret, now);
  const event = parse(body);
  const data = asFields(event["data"]);
  const object = asFields(data?.["object"]);
  const { id, type, created } = event;
  if (event["object"] !== "event" || typeof id !== "string" || !/^evt_\w{1,100}$/.test(id) || typeof type !== "string" || type.length > 100 || typeof created !== "number" || !object) {
    throw new WebhookRefused("signed, but no event");
  }
  return { id, type, createdAt: new Date(created * 1000), ...contentOf(object) };
}

type Content = Pick<ProviderEvent, "kind" | "intentRef" | "refund" | "dispute">;
const OTHER: Content = { kind: "OTHER", intentRef: null, refund: null, dispute: null };

function contentOf(object: Fields): Content {
  if (object["object"] === "payment_intent") return { ...OTHER, kind: "INTENT_CHANGED", intentRef: reference(object["id"]) };
  const intentRef = reference(object["payment_intent"]);
  // Of a charge that no intent of ours made, and what Stripe merely inquires about: nothing has moved for us.
  if (intentRef === null) return OTHER;
  switch (object["object"]) {
    case "charge": return { ...OTHER, kind: "INTENT_CHANGED", intentRef };
    case "refund": return { ...OTHER, kind: "REFUND_CHANGED", intentRef, refund: refundOf(object) };
    case "dispute": {
      const state = disputeState(object["status"]);
      return state === undefined ? OTHER : { ...OTHER, kind: "DISPUTE_CHANGED", intentRef, dispute: { ref: word(object["id"]), state, units: unitsOf(object) } };
    }
    default: return OTHER;
  }
}

/** Stripe's refund in our words; `pending` and `requires_action` are on their way, `canceled` has failed. */
export function refundOf(object: Fields): ProviderRefund {
  const status = object["status"];
  const key = asFields(object["metadata"])?.[REFUND_KEY];
  return {
    ref: word(object["id"]),
    key: typeof key === "string" ? key : null,
    state: status === "succeeded" ? "SUCCEEDED" : status === "failed" || status === "canceled" ? "FAILED" : "PENDING",
    units: unitsOf(object),
  };
}

/** Undefined for inquiries (`warning_...`), which take no money. */
function disputeState(status: unknown): "OPEN" | "WON" | "LOST" | undefined {
  if (typeof status !== "string" || status.startsWith("warning_")) return undefined;
  return status === "won" ? "WON" : status === "lost" ? "LOST" : "OPEN";
}

function parse(body: Uint8Array): Fields {
  try {
    return asFields(JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"))) ?? {};
  } catch {
    throw new WebhookRefused("signed, but no JSON");
  }
}

const asFields = (value: unknown): Fields | undefined => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined);

function word(value: unknown): string {
  if (typeof value !== "string" || value === "" || value.length > 200) throw new WebhookRefused("signed, but without an id");
  return value;
}

/** An id, also where the object was expanded. */
function reference(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return word(asFields(value)?.["id"] ?? value);
}

function unitsOf(object: Fields): bigint {
  const { amount, currency } = object;
  if (typeof amount !== "number" || !Number.isSafeInteger(amount) || amount < 0 || typeof currency !== "string") throw new WebhookRefused("signed, but without an amount");
  return fromStripeUnits(amount, currency);
}
