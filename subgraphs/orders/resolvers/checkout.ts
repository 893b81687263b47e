import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { cursorOf, type PageArgs, readPage, toConnection } from "#kit/page.ts";
import { toUserError } from "#kit/userError.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { money } from "#schema/values/money.ts";
import { checkoutCancel } from "../commands/checkoutCancel.ts";
import { checkoutComplete } from "../commands/checkoutComplete.ts";
import { checkoutStart } from "../commands/checkoutStart.ts";
import { fraudReviewResolve, type ReviewVerdict } from "../commands/fraudReviewResolve.ts";
import type { OrdersContext } from "../context.ts";
import { type Checkout, dueOf, isLive } from "../domain/checkout.ts";
import type { PricedLine } from "../domain/pricing/types.ts";
import { listCheckoutsInReview } from "../queries/checkouts.ts";
import { checkoutCancelErrors, checkoutErrors, checkoutStartErrors, reviewErrors } from "./errors/checkout.ts";
import { toGraphTotals } from "./money.ts";
import { toInt, userRef, variantRef } from "./refs.ts";

interface CheckoutStartInput { cartId: string; idempotencyKey: string; expectedTotal?: string | null }
interface CheckoutCompleteInput { cartId?: string | null; checkoutId?: string | null; idempotencyKey: string; expectedTotal?: string | null; paymentToken?: string | null }
interface CheckoutCancelInput { cartId: string; checkoutId?: string | null; idempotencyKey: string }
interface FraudReviewResolveInput { checkoutId: string; verdict: ReviewVerdict; idempotencyKey: string }

const MAX_TOKEN = 200;
const reviewCursor = cursorOf("purchases in review", ["instant", "uuid"]);
const FIRST = ["1970-01-01T00:00:00.000Z", "00000000-0000-0000-0000-000000000000"] as const;

/** Null: none was named; undefined: the id names none at all. */
const optionalId = (prefix: "crt" | "chk", id: string | null | undefined) => (id === null || id === undefined ? null : decodeId(prefix, id));

function readToken(given: string | null | undefined): string | null {
  const token = given ?? null;
  if (token !== null && (!/^[\x21-\x7e]+$/.test(token.slice(0, MAX_TOKEN + 1)) || token.length > MAX_TOKEN)) {
    throw badUserInput(`\`paymentToken\` must have 1 to ${MAX_TOKEN} printable ASCII characters.`, ["input", "paymentToken"]);
  }
  return token;
}

/** Who may see the payment's secrets: the payer alone. A guest has shown the cart's id; the shop's people need not, so they are none. */
const isPayer = (checkout: Checkout, { viewer, loaders }: OrdersContext) => (checkout.userId === null ? !loaders.seesEveryone : checkout.userId === viewer.userId);

export const checkoutResolvers = {
  Query: {
    async checkout(_root: unknown, { id, cartId }: { id: string; cartId?: string | null }, { loaders }: OrdersContext) {
      const [uuid, cart] = [decodeId("chk", id), optionalId("crt", cartId)];
      const found = uuid ? await loaders.checkoutById.load(uuid) : null;
      return found && (found.userId !== null || found.cartId === cart || loaders.seesEveryone) ? found : null;
    },
    async fraudReviews(_root: unknown, args: PageArgs, { db }: OrdersContext) {
      const page = readPage(args, reviewCursor);
      const [openedAt, id] = (page.after as [string, string] | undefined) ?? FIRST;
      const rows = await listCheckoutsInReview(db, [new Date(openedAt), id], page.limit + 1);
      return toConnection(rows, page, (checkout) => reviewCursor.encode([(checkout.reviewOpenedAt ?? new Date(0)).toISOString(), checkout.id]));
    },
  },
  Mutation: {
    async checkoutStart(_root: unknown, { input }: { input: CheckoutStartInput }, context: OrdersContext) {
      const outcome = await checkoutStart(context, { cartId: decodeId("crt", input.cartId), key: input.idempotencyKey, expectedTotal: input.expectedTotal ?? undefined });
      return outcome.ok ? { __typename: "CheckoutStartSuccess", checkout: outcome.value } : toUserError(checkoutStartErrors, outcome.error);
    },
    async checkoutComplete(_root: unknown, { input }: { input: CheckoutCompleteInput }, context: OrdersContext) {
      const [cartId, checkoutId] = [optionalId("crt", input.cartId), optionalId("chk", input.checkoutId)];
      if (cartId === null && checkoutId === null) throw badUserInput("Name the cart or the checkout to buy.", ["input", "cartId"]);
      const outcome = await checkoutComplete(context, {
        cartId, checkoutId, key: input.idempotencyKey, expectedTotal: input.expectedTotal ?? undefined, paymentToken: readToken(input.paymentToken),
      });
      return outcome.ok ? { __typename: "CheckoutCompleteSuccess", order: outcome.value } : toUserError(checkoutErrors, outcome.error);
    },
    async checkoutCancel(_root: unknown, { input }: { input: CheckoutCancelInput }, context: OrdersContext) {
      const outcome = await checkoutCancel(context, { cartId: decodeId("crt", input.cartId), checkoutId: optionalId("chk", input.checkoutId), key: input.idempotencyKey });
      return outcome.ok ? { __typename: "CheckoutCancelSuccess", checkout: outcome.value } : toUserError(checkoutCancelErrors, outcome.error);
    },
    async fraudReviewResolve(_root: unknown, { input }: { input: FraudReviewResolveInput }, context: OrdersContext) {
      const outcome = await fraudReviewResolve(context, { checkoutId: decodeId("chk", input.checkoutId), verdict: input.verdict, key: input.idempotencyKey });
      return outcome.ok ? { __typename: "FraudReviewResolveSuccess", checkout: outcome.value } : toUserError(reviewErrors, outcome.error);
    },
  },
  Checkout: {
    async __resolveReference({ id }: { id?: string }, { loaders }: OrdersContext) {
      const uuid = id && decodeId("chk", id);
      const found = uuid ? await loaders.checkoutById.load(uuid) : null;
      return found?.userId === null && !loaders.seesEveryone ? null : found;
    },
    id: (checkout: Checkout) => encodeId("chk", checkout.id),
    cart: (checkout: Checkout, _args: unknown, { loaders }: OrdersContext) => loaders.cartById.load(checkout.cartId),
    lines: ({ priced }: Checkout) => priced.lines.map((line) => ({ ...line, currency: priced.currency, exponent: priced.exponent })),
    totals: (checkout: Checkout) => toGraphTotals(checkout.priced.totals, checkout.priced.currency),
    expiresAt: (checkout: Checkout) => (isLive(checkout) ? checkout.expiresAt : null),
    payment(checkout: Checkout, _args: unknown, context: OrdersContext) {
      const due = dueOf(checkout);
      if (due.units === 0n) return null;
      const isOpen = isLive(checkout) && isPayer(checkout, context);
      return {
        provider: checkout.provider ?? context.payments.name, due: graphMoney(due), clientSecret: isOpen ? checkout.clientSecret : null,
        actionUrl: isOpen ? checkout.actionUrl : null, declineReason: checkout.declineReason,
      };
    },
    async order(checkout: Checkout, _args: unknown, { loaders }: OrdersContext) {
      return checkout.state === "COMPLETED" ? loaders.orderOfCart.load(checkout.cartId) : null;
    },
  },
  CheckoutLine: {
    variant: (line: PricedLine) => variantRef(line.variantId),
    quantity: (line: PricedLine) => toInt(line.quantity),
    unitPrice: (line: PricedLine) => graphMoney(line.unitPrice),
    amount: (line: PricedLine) => graphMoney(line.amount),
    discount: (line: PricedLine & { currency: string; exponent: number }) => graphMoney(money(line.discountUnits, line.currency, line.exponent)),
  },
  ReviewCase: {
    checkout: (checkout: Checkout) => checkout,
    buyer: (checkout: Checkout) => userRef(checkout.userId),
    openedAt: (checkout: Checkout) => checkout.reviewOpenedAt,
  },
};
