import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, person } from "#kit/testing/graphOf.ts";
import { SMALL_SHOP } from "#kit/testing/smallShop.ts";
import { GUEST, type Viewer } from "#kit/viewer.ts";
import type { Graph } from "./crew.ts";

const ERROR = "... on UserError { code message }";
const ORDER = "order { id number state total { amount } lines { nodes { quantity variant { id } amount { amount } } } }";
const VERBS = {
  checkoutStart: `mutation ($input: CheckoutStartInput!) { checkoutStart(input: $input) { __typename ... on CheckoutStartSuccess { checkout { id totals { total { amount } } } } ${ERROR} ... on RequestInProgress { retryAfterSeconds } } }`,
  checkoutComplete: `mutation ($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { __typename ... on CheckoutCompleteSuccess { ${ORDER} } ${ERROR} ... on RequestInProgress { retryAfterSeconds }
    ... on CodeNoLongerValid { codes { code reason } } ... on PaymentActionRequired { actionUrl } ... on PaymentDeclined { reason } ... on PriceChanged { actual { amount } } } }`,
  checkoutCancel: `mutation ($input: CheckoutCancelInput!) { checkoutCancel(input: $input) { __typename ${ERROR} ... on RequestInProgress { retryAfterSeconds } } }`,
  orderCancel: `mutation ($input: OrderCancelInput!) { orderCancel(input: $input) { __typename ${ERROR} ... on OrderCancelSuccess { order { id state } } ... on RequestInProgress { retryAfterSeconds } } }`,
  cartLinesSet: `mutation ($input: CartLinesSetInput!) { cartLinesSet(input: $input) { __typename ... on CartLinesSetSuccess { cart { total { amount } } } ${ERROR} } }`,
  cartLinesAdd: `mutation ($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { __typename ... on CartLinesAddSuccess { cart { total { amount } } } ${ERROR} } }`,
  cartRemoveCode: `mutation ($input: CartCodeInput!) { cartRemoveCode(input: $input) { __typename ${ERROR} } }`,
  paymentCapture: `mutation ($input: PaymentCaptureInput!) { paymentCapture(input: $input) { __typename ${ERROR} ... on RequestInProgress { retryAfterSeconds } } }`,
  paymentVoid: `mutation ($input: PaymentVoidInput!) { paymentVoid(input: $input) { __typename ${ERROR} ... on RequestInProgress { retryAfterSeconds } } }`,
  fraudReviewResolve: `mutation ($input: FraudReviewResolveInput!) { fraudReviewResolve(input: $input) { __typename ${ERROR} ... on RequestInProgress { retryAfterSeconds } } }`,
};
export type Verb = keyof typeof VERBS;

/** How often each answer was given. */
export type Tally = Record<string, number>;
export const count = (tally: Tally, what: string): void => void (tally[what] = (tally[what] ?? 0) + 1);

/** Nothing is decided: whoever asks again with the same key, after so many milliseconds, learns what becomes of it. */
const NOT_YET: Readonly<Record<string, number>> = { RequestInProgress: 1_000, CartBusy: 400, FraudReview: 1_500 };
const SOON_MS = 300;
const MOST_ERRORS = 50;

/** Somebody who does not give up: each verb asks, with the same key, until there is an answer that is final. */
export function client(graph: Graph, tally: Tally, viewer: Viewer = GUEST) {
  /** One answer, whatever it is. A failure of the shop's is answered as `Error`. */
  async function once(verb: Verb, input: Record<string, unknown>): Promise<Answer> {
    const { data, errors } = await graph.as(viewer).run(VERBS[verb], { input });
    const answer = errors ? { __typename: "Error", message: errors.map((error) => error.message).join("; ") } : (data[verb] as Answer);
    if (errors) count(tally, `${verb}: ${String(answer["message"]).replace(/ Incident .*/, "")}`);
    return answer;
  }
  async function ask(verb: Verb, input: Record<string, unknown>, also: ReadonlySet<string> = new Set()): Promise<Answer> {
    const given = KEYED.has(verb) ? { idempotencyKey: randomUUID(), ...input } : input;
    for (let failures = 0; ;) {
      const answer = await once(verb, given);
      const kind = answer["__typename"] as string;
      if (kind === "Error" && ++failures > MOST_ERRORS) throw new Error(`${verb} fails for good: ${answer["message"]}`);
      if (kind !== "Error" && !(kind in NOT_YET) && !also.has(kind)) return answer;
      await wait((NOT_YET[kind] ?? SOON_MS) * (0.75 + Math.random() / 2));
    }
  }
  return { once, ask };
}
const KEYED: ReadonlySet<Verb> = new Set(["checkoutStart", "checkoutComplete", "checkoutCancel", "orderCancel", "paymentCapture", "paymentVoid", "fraudReviewResolve"]);

const REVIEWS = "{ fraudReviews(first: 100) { nodes { reasons checkout { id } } } }";
export const SUPPORT = person(SMALL_SHOP.sam, "SUPPORT");

/** People of the shop who look into what waits for them, until stopped; `verdict` decides. Answers how many they saw. */
export function reviewers(graph: Graph, tally: Tally, verdict: (reasons: readonly string[]) => "APPROVE" | "REJECT" = () => "APPROVE") {
  const seen = new Set<string>();
  let isOn = true;
  const done = (async () => {
    while (isOn) {
      const { data } = await graph.as(SUPPORT).run(REVIEWS);
      const found = (data["fraudReviews"]?.nodes ?? []) as { reasons: string[]; checkout: { id: string } }[];
      await Promise.all(found.map(async ({ reasons, checkout }) => {
        seen.add(checkout.id);
        await client(graph, tally, SUPPORT).once("fraudReviewResolve", { checkoutId: checkout.id, verdict: verdict(reasons), idempotencyKey: `review-${checkout.id}` });
      }));
      await wait(found.length > 0 ? 100 : 400);
    }
  })();
  return {
    async stop(): Promise<number> {
      isOn = false;
      await done;
      return seen.size;
    },
  };
}
