import { graphMoney } from "#kit/graphMoney.ts";
import { toDecimal } from "#schema/values/money.ts";
import type { CartProblem } from "../domain/cartProblems.ts";
import { toInt, variantRef } from "./refs.ts";

interface Told {
  readonly message: string;
  readonly advice: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
type Tellers = { readonly [C in CartProblem["code"]]: (problem: Extract<CartProblem, { code: C }>) => Told & { readonly type: string } };

const PARTS = { EMAIL: "an e-mail address", ADDRESS: "an address", METHOD: "a way of delivery" } as const;

const listed = new Intl.ListFormat("en", { type: "conjunction" });

const WHY: Readonly<Record<string, string>> = {
  OTHER_CURRENCY: "it is for another currency", NOT_STARTED: "it is not valid yet", EXPIRED: "it has expired", USED_UP: "it has been used as often as it may",
  USED_BY_CUSTOMER: "you have used it as often as you may", OTHER_COUNTRY: "it is not for the country the cart goes to", REGISTERED_ONLY: "it is for people with an account",
  FIRST_ORDER_ONLY: "it is for a first order", NO_MATCHING_ITEMS: "nothing in the cart is what it is for", MINIMUM_SUBTOTAL: "the cart comes to too little for it",
  MINIMUM_QUANTITY: "the cart holds too few units for it", NOT_COMBINABLE: "it does not go together with another discount",
};
/** Changing the cart does not help. */
const FOR_GOOD = new Set(["OTHER_CURRENCY", "EXPIRED", "USED_UP", "USED_BY_CUSTOMER", "FIRST_ORDER_ONLY", "NOT_VALID"]);

const tellers: Tellers = {
  NO_LONGER_SOLD: ({ variantId }) => ({
    type: "NoLongerSold", message: "Something in the cart is no longer sold.", advice: "Take it out: set its quantity to 0.", fields: { variant: variantRef(variantId) },
  }),
  OUT_OF_STOCK: ({ variantId, requested }) => ({
    type: "OutOfStock", message: "Nothing is left of something in the cart.", advice: "Take it out, or come back when it is there again.",
    fields: { variant: variantRef(variantId), requested: toInt(requested) },
  }),
  NOT_ENOUGH_STOCK: ({ variantId, requested, available }) => ({
    type: "NotEnoughStock", message: `The cart asks for ${requested} units of something of which ${available} are left.`, advice: `Lower its quantity to ${available}.`,
    fields: { variant: variantRef(variantId), requested: toInt(requested), available: toInt(available) },
  }),
  PRICE_CHANGED_SINCE_ADDED: ({ variantId, before, now }) => ({
    type: "PriceChangedSinceAdded",
    message: `A unit costs ${toDecimal(now)} ${now.currency} now; it was ${toDecimal(before)} when it was put into the cart.`,
    advice: "Go on if you agree: setting the quantity again takes note of the new price.",
    fields: { variant: variantRef(variantId), before: graphMoney(before), now: graphMoney(now) },
  }),
  CODE_NO_LONGER_APPLIES: ({ promotionCode, reason }) => ({
    type: "CodeNoLongerApplies", message: `The code ${promotionCode} takes nothing off this cart: ${WHY[reason] ?? "it is no longer valid"}.`,
    advice: FOR_GOOD.has(reason) ? "Take the code out." : "Take the code out, or change the cart so that it applies.",
    fields: { enteredCode: promotionCode, reason },
  }),
  DELIVERY_NOT_POSSIBLE: ({ reason }) => ({
    type: "DeliveryNotPossible",
    message: reason === "NOT_TO_THIS_COUNTRY" ? "The shop does not deliver this cart to where it goes." : "The way of delivery that was chosen does not take this cart to where it goes.",
    advice: reason === "NOT_TO_THIS_COUNTRY" ? "Give another address." : "Choose one of the shippingOptions.",
    fields: { reason },
  }),
  DELIVERY_INCOMPLETE: ({ missing }) => ({
    type: "DeliveryIncomplete", message: `To deliver the cart, ${listed.format(missing.map((part) => PARTS[part]))} ${missing.length > 1 ? "are" : "is"} missing.`,
    advice: "Give it with cartSetDelivery.", fields: { missing },
  }),
};

/** The graph's `CartProblem` of one. */
export function toGraphProblem(problem: CartProblem): Record<string, unknown> {
  const { type, message, advice, fields } = (tellers[problem.code] as (one: CartProblem) => Told & { type: string })(problem);
  return { __typename: type, code: problem.code, message, advice, blocksCheckout: problem.blocks, ...fields };
}
