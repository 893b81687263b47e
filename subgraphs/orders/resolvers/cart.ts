import { badUserInput } from "#kit/errors.ts";
import { graphMoney } from "#kit/graphMoney.ts";
import { toUserError } from "#kit/userError.ts";
import { countryByCode } from "#schema/values/countries.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { times } from "#schema/values/money.ts";
import { cartCreate } from "../commands/cartCreate.ts";
import { cartLinesSet } from "../commands/cartLinesSet.ts";
import type { OrdersContext } from "../context.ts";
import { type Cart, type CartLine, type SellableVariant, totalOf } from "../domain/cart.ts";
import { cartCreateErrors, cartLinesSetErrors } from "./errors/cart.ts";
import { toInt, userRef, variantRef } from "./refs.ts";

interface CartCreateInput { currency?: string | null; countryCode?: string | null }
interface CartLinesSetInput { cartId: string; lines: { variantId: string; quantity: number }[] }

/** A line with the currency of its cart. */
type GraphLine = CartLine & { currency: string };

const priceOf = (line: GraphLine, { loaders }: OrdersContext) => loaders.sellableIn(line.currency).load(line.variantId);

export async function findCart(id: string | undefined, { loaders }: OrdersContext): Promise<Cart | null> {
  const uuid = id && decodeId("crt", id);
  return uuid ? loaders.cartById.load(uuid) : null;
}

export const cartResolvers = {
  Query: {
    cart: (_root: unknown, { id }: { id: string }, context: OrdersContext) => findCart(id, context),
  },
  Mutation: {
    async cartCreate(_root: unknown, { input }: { input?: CartCreateInput | null }, context: OrdersContext) {
      const countryCode = input?.countryCode ?? null;
      if (countryCode !== null && !countryByCode(countryCode)) throw badUserInput(`"${countryCode}" is the code of no country.`, ["input", "countryCode"]);
      const outcome = await cartCreate(context, { currency: input?.currency ?? "GBP", countryCode });
      return outcome.ok ? { __typename: "CartCreateSuccess", cart: outcome.value } : toUserError(cartCreateErrors, outcome.error);
    },

    async cartLinesSet(_root: unknown, { input }: { input: CartLinesSetInput }, context: OrdersContext) {
      const lines = input.lines.map(({ variantId, quantity }) => ({ apiId: variantId, variantId: decodeId("var", variantId), quantity }));
      const outcome = await cartLinesSet(context, { cartId: decodeId("crt", input.cartId), lines });
      return outcome.ok ? { __typename: "CartLinesSetSuccess", cart: outcome.value } : toUserError(cartLinesSetErrors, outcome.error);
    },
  },
  Cart: {
    __resolveReference: ({ id }: { id?: string }, context: OrdersContext) => findCart(id, context),
    id: (cart: Cart) => encodeId("crt", cart.id),
    buyer: (cart: Cart) => userRef(cart.userId),
    async lines(cart: Cart, _args: unknown, { loaders }: OrdersContext): Promise<GraphLine[]> {
      return (await loaders.linesOfCart.load(cart.id)).map((line) => ({ ...line, currency: cart.currency }));
    },
    async total(cart: Cart, _args: unknown, { loaders }: OrdersContext) {
      const lines = await loaders.linesOfCart.load(cart.id);
      const onSale = await loaders.sellableIn(cart.currency).loadMany(lines.map((line) => line.variantId));
      const failed = onSale.find((found) => found instanceof Error);
      if (failed) throw failed;
      const priced = lines.flatMap((line, index) => (onSale[index] ? [{ quantity: line.quantity, price: (onSale[index] as SellableVariant).price }] : []));
      return priced.length === lines.length ? graphMoney(totalOf(priced, cart.currency)) : null;
    },
  },
  CartLine: {
    variant: (line: GraphLine) => variantRef(line.variantId),
    quantity: (line: GraphLine) => toInt(line.quantity),
    async unitPrice(line: GraphLine, _args: unknown, context: OrdersContext) {
      const variant = await priceOf(line, context);
      return variant && graphMoney(variant.price);
    },
    async amount(line: GraphLine, _args: unknown, context: OrdersContext) {
      const variant = await priceOf(line, context);
      return variant && graphMoney(times(variant.price, line.quantity));
    },
  },
};
