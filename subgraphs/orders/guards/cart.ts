import { allow, type Guards } from "#kit/guard.ts";

export const cartGuards: Guards = {
  Query: { cart: allow },
  Mutation: { cartCreate: allow, cartLinesSet: allow },
  Cart: allow,
  CartLine: allow,
  CartCreateSuccess: allow,
  CartLinesSetSuccess: allow,
  CurrencyNotSupported: allow,
  CartNotFound: allow,
  CartAlreadyOrdered: allow,
  CartBusy: allow,
  InvalidQuantity: allow,
  VariantNotFound: allow,
  TooManyLines: allow,
  DuplicateLine: allow,
};
