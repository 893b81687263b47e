import { graphMoney } from "#kit/graphMoney.ts";
import { decodeId, encodeId } from "#schema/values/ids.ts";
import { times } from "#schema/values/money.ts";
import type { OrdersContext } from "../context.ts";
import { type Cart, type CartLine, type SellableVariant, totalOf } from "../domain/cart.ts";
import { toInt, userRef, variantRef } from "./refs.ts";

/** A line with the currency of its cart. */
type GraphLine = CartLine & { currency: string };

const priceOf = (line: GraphLine, { loaders }: OrdersContext) => loaders.sellableIn(line.currency).load(line.variantId);

export async function findCart(id: string | undefined, { loaders }: OrdersContext): Promise<Cart | null> {
  const uuid = id && decodeId("crt", id);
  return uuid ? loaders.cartById.load(uuid) : null;
}

export const cartResolvers = {
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
