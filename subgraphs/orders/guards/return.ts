import { allow, type Guards, role } from "#kit/guard.ts";

const shopPeople = role("SUPPORT", "ADMIN");

export const returnGuards: Guards = {
  Query: { returns: shopPeople },
  Mutation: { returnRequest: allow, returnResolve: shopPeople, returnReceive: shopPeople },
  Return: allow,
  ReturnLine: allow,
  ReturnConnection: allow,
  ReturnEdge: allow,
  ReturnRequestSuccess: allow,
  ReturnResolveSuccess: allow,
  ReturnReceiveSuccess: allow,
  ReturnNotPossible: allow,
  ReturnWindowClosed: allow,
  ExchangeNotPossible: allow,
  ExchangePriceDiffers: allow,
  ReturnNotFound: allow,
  ReturnInWrongState: allow,
  PaymentInDispute: allow,
};
