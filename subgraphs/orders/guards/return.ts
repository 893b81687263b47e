import { allow, type Guards, permission } from "#kit/guard.ts";

const deciders = permission("returns.write");

export const returnGuards: Guards = {
  Query: { returns: permission("returns.read") },
  Mutation: { returnRequest: allow, returnResolve: deciders, returnReceive: deciders },
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
