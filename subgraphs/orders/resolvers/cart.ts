import type { GraphQLResolveInfo } from "graphql";
import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { toUserError } from "#kit/userError.ts";
import { countryByCode } from "#schema/values/countries.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { times } from "#schema/values/money.ts";
import type { Result } from "#schema/values/result.ts";
import { cartCreate } from "../commands/cartCreate.ts";
import { cartMerge } from "../commands/cartMerge.ts";
import { cartUpdate } from "../commands/cartUpdate.ts";
import { type CartLinesInput, cartLinesAdd, cartLinesSet } from "../commands/changeCartLines.ts";
import type { OrdersContext } from "../context.ts";
import { type Cart, totalOf } from "../domain/cart.ts";
import type { ContentLine } from "../domain/loadedCart.ts";
import type { FullCart } from "../queries/cartContents.ts";
import { toGraphProblem } from "./cartProblems.ts";
import { cartCreateErrors, cartLinesErrors, cartMergeErrors, cartUpdateErrors } from "./errors/cart.ts";
import { amountOf, toGraphDiscounts, toGraphGiftCards, toGraphTotals } from "./money.ts";
import { toInt, type UserStub, userRef, variantRef } from "./refs.ts";
import { selectsMoreThan } from "./selection.ts";

interface CartCreateInput { currency?: string | null; countryCode?: string | null }
interface CartLinesArgs { cartId: string; lines: { variantId: string; quantity: number }[]; expectedVersion?: number | null }
interface CartUpdateArgs { cartId: string; note?: string | null; countryCode?: string | null; email?: string | null; expectedVersion?: number | null }

/** A line with its cart. */
type GraphLine = ContentLine & { readonly cart: Cart };

const DAY_MS = 86_400_000;
/** Fields that the cart's own row answers; for any other the contents come with it in one statement. */
const BARE = new Set(["__typename", "id", "state", "currency", "countryCode", "buyer", "updatedAt", "version", "note"]);

async function findCart(id: string | undefined, { loaders }: OrdersContext, info: GraphQLResolveInfo): Promise<Cart | null> {
  const uuid = id && decodeId("crt", id);
  if (!uuid) return null;
  if (!selectsMoreThan(info, BARE)) return loaders.cartById.load(uuid);
  return (await loaders.fullCartById.load(uuid))?.cart ?? null;
}

const toLines = ({ cartId, lines, expectedVersion }: CartLinesArgs): CartLinesInput => ({
  cartId: decodeId("crt", cartId), lines: lines.map(({ variantId, quantity }) => ({ apiId: variantId, variantId: decodeId("var", variantId), quantity })), expectedVersion,
});

function checkCountry(countryCode: string | null | undefined): void {
  if (countryCode != null && !countryByCode(countryCode)) throw badUserInput(`"${countryCode}" is the code of no country.`, ["input", "countryCode"]);
}

/** The success member of a union over the cart as a command left it, or undefined. */
export function toSuccess(__typename: string, outcome: Result<FullCart, unknown>, { loaders }: OrdersContext) {
  return outcome.ok ? { __typename, cart: loaders.keepCart(outcome.value) } : undefined;
}

const pricedOf = (cart: Cart, { loaders, clocks }: OrdersContext) => loaders.pricedCart(cart, clocks.business.now());

export const cartResolvers = {
  Query: {
    cart: (_root: unknown, { id }: { id: string }, context: OrdersContext, info: GraphQLResolveInfo) => findCart(id, context, info),
  },
  Mutation: {
    async cartCreate(_root: unknown, { input }: { input?: CartCreateInput | null }, context: OrdersContext) {
      const countryCode = input?.countryCode ?? null;
      checkCountry(countryCode);
      const outcome = await cartCreate(context, { currency: input?.currency ?? "GBP", countryCode });
      return outcome.ok ? { __typename: "CartCreateSuccess", cart: outcome.value } : toUserError(cartCreateErrors, outcome.error);
    },
    async cartLinesSet(_root: unknown, { input }: { input: CartLinesArgs }, context: OrdersContext) {
      const outcome = await cartLinesSet(context, toLines(input));
      return outcome.ok ? toSuccess("CartLinesSetSuccess", outcome, context) : toUserError(cartLinesErrors, outcome.error);
    },
    async cartLinesAdd(_root: unknown, { input }: { input: CartLinesArgs }, context: OrdersContext) {
      const outcome = await cartLinesAdd(context, toLines(input));
      return outcome.ok ? toSuccess("CartLinesAddSuccess", outcome, context) : toUserError(cartLinesErrors, outcome.error);
    },
    async cartUpdate(_root: unknown, { input }: { input: CartUpdateArgs }, context: OrdersContext) {
      checkCountry(input.countryCode);
      const outcome = await cartUpdate(context, { ...input, cartId: decodeId("crt", input.cartId) });
      return outcome.ok ? toSuccess("CartUpdateSuccess", outcome, context) : toUserError(cartUpdateErrors, outcome.error);
    },
    async cartMerge(_root: unknown, { input }: { input: { from: string; into?: string | null } }, context: OrdersContext) {
      const outcome = await cartMerge(context, { from: decodeId("crt", input.from), into: input.into == null ? null : decodeId("crt", input.into) });
      return outcome.ok ? toSuccess("CartMergeSuccess", outcome, context) : toUserError(cartMergeErrors, outcome.error);
    },
  },
  User: {
    cart: (user: UserStub, _args: unknown, { loaders }: OrdersContext) => loaders.latestCartOf.load(user.userId),
  },
  Cart: {
    __resolveReference: ({ id }: { id?: string }, context: OrdersContext, info: GraphQLResolveInfo) => findCart(id, context, info),
    id: (cart: Cart) => encodeId("crt", cart.id),
    buyer: (cart: Cart) => userRef(cart.userId),
    lines: async (cart: Cart, _args: unknown, { loaders }: OrdersContext): Promise<GraphLine[]> => (await loaders.contentsOf(cart)).lines.map((line) => ({ ...line, cart })),
    async total(cart: Cart, _args: unknown, { loaders }: OrdersContext) {
      const { lines } = await loaders.contentsOf(cart);
      const priced = lines.flatMap(({ quantity, onSale }) => (onSale ? [{ quantity, price: onSale.unitPrice }] : []));
      return priced.length === lines.length ? graphMoney(totalOf(priced, cart.currency)) : null;
    },
    async expiresAt(cart: Cart, _args: unknown, { loaders }: OrdersContext) {
      return cart.state === "OPEN" ? new Date(cart.updatedAt.getTime() + (await loaders.rulesOf(cart)).settings.cartLifetimeDays * DAY_MS) : null;
    },
    problems: async (cart: Cart, _args: unknown, context: OrdersContext) => (cart.state === "OPEN" ? (await pricedOf(cart, context)).problems.map(toGraphProblem) : []),
    discounts: async (cart: Cart, _args: unknown, context: OrdersContext) => toGraphDiscounts((await pricedOf(cart, context)).priced.discounts, cart.currency),
    totals: async (cart: Cart, _args: unknown, context: OrdersContext) => toGraphTotals((await pricedOf(cart, context)).priced.totals, cart.currency),
    giftCards: async (cart: Cart, _args: unknown, context: OrdersContext) => toGraphGiftCards((await pricedOf(cart, context)).priced),
  },
  CartLine: {
    variant: (line: GraphLine) => variantRef(line.variantId),
    quantity: (line: GraphLine) => toInt(line.quantity),
    unitPrice: ({ onSale }: GraphLine) => onSale && graphMoney(onSale.unitPrice),
    amount: ({ onSale, quantity }: GraphLine) => onSale && graphMoney(times(onSale.unitPrice, quantity)),
    addedPrice: ({ addedPrice }: GraphLine) => addedPrice && graphMoney(addedPrice),
    async discounts({ cart, position }: GraphLine, _args: unknown, context: OrdersContext) {
      const { discounts } = (await pricedOf(cart, context)).priced;
      return toGraphDiscounts(discounts.filter((discount) => discount.linePosition === position), cart.currency);
    },
    async total({ cart, position, onSale }: GraphLine, _args: unknown, context: OrdersContext) {
      if (!onSale) return null;
      const priced = (await pricedOf(cart, context)).priced.lines.find((line) => line.position === position);
      return priced ? amountOf(priced.subtotalUnits - priced.discountUnits, cart.currency) : null;
    },
  },
};
